// SPDX-License-Identifier: Apache-2.0
#include "import/rdp_text.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/utf16.h"

static char *decode_utf16(const uint8_t *data, size_t size, const char **clause)
{
    for (size_t i = 0; i + 1 < size; i += 2) {
        if (!data[i] && !data[i + 1]) {
            *clause = "holds a NUL character, so it is no .rdp file";
            return NULL;
        }
    }
    size_t room = size / 2 * 3 + 1;
    char *text = malloc(room);
    *clause = "does not fit into memory";
    return text ? utf16_text(data, size - size % 2, text, room) : NULL;
}

static char *decode_utf8(const uint8_t *data, size_t size, const char **clause)
{
    if (memchr(data, '\0', size)) {
        *clause = "holds a NUL character, so it is no .rdp file in UTF-8 or in UTF-16LE with a byte order mark";
        return NULL;
    }
    json_t *valid = json_stringn((const char *)data, size);
    *clause = valid ? "does not fit into memory" : "holds text that is neither UTF-8 nor UTF-16LE";
    char *text = valid ? malloc(size + 1) : NULL;
    json_decref(valid);
    if (text) {
        memcpy(text, data, size);
        text[size] = '\0';
    }
    return text;
}

bool rdp_text_decode(const uint8_t *data, size_t size, char **text, const char **clause)
{
    *text = NULL;
    if (size > RDP_TEXT_MAX)
        *clause = "is larger than 1 MiB, so it is no .rdp file";
    else if (size >= 2 && data[0] == 0xff && data[1] == 0xfe)
        *text = decode_utf16(data + 2, size - 2, clause);
    else if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) // FreeRDP would read it as part of the first name
        *text = decode_utf8(data + 3, size - 3, clause);
    else
        *text = decode_utf8(data, size, clause);
    return *text != NULL;
}

bool rdp_text_next(char **cursor, struct rdp_line *line)
{
    char *at = *cursor;
    if (!*at)
        return false;
    size_t length = strcspn(at, "\r\n");
    char *next = at + length;
    if (next[0] == '\r' && next[1] == '\n')
        *next++ = '\0';
    if (*next)
        *next++ = '\0';
    *cursor = next;
    *line = (struct rdp_line){.number = line->number + 1};
    if (*at == '/') {
        line->type = '/';
        line->value = at;
        return true;
    }
    char *colon = strchr(at, ':');
    if (colon && colon[1] && colon[2] == ':') {
        *colon = '\0';
        line->type = colon[1];
        line->name = at;
        line->value = colon + 3;
    }
    return true;
}

bool rdp_text_is_number(const char *value)
{
    char *end;
    errno = 0;
    long n = strtol(value, &end, 0);
    return end != value && errno == 0 && n >= 0 && n <= INT32_MAX;
}
