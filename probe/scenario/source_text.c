// SPDX-License-Identifier: Apache-2.0
#include "scenario/source_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(struct source_error *error, const char *what, const char *reason)
{
    *error = (struct source_error){0};
    snprintf(error->text, sizeof error->text, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
    return false;
}

size_t source_text_character(const char *bytes, size_t left)
{
    const unsigned char *s = (const unsigned char *)bytes;
    static const struct {
        unsigned char from, to, low, high; // range of the first byte, and of the second
        unsigned char length;
    } forms[] = {
        {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (s[0] < forms[i].from || s[0] > forms[i].to)
            continue;
        size_t length = forms[i].length;
        if (length > left || (length > 1 && (s[1] < forms[i].low || s[1] > forms[i].high)))
            return 0;
        for (size_t k = 2; k < length; k++) {
            if ((s[k] & 0xC0) != 0x80)
                return 0;
        }
        return length;
    }
    return 0;
}

bool source_text_check(const char *bytes, size_t length, struct source_error *error)
{
    const unsigned char *s = (const unsigned char *)bytes;
    unsigned line = 1, column = 1;
    size_t step;
    for (size_t i = 0; i < length; i += step) {
        step = 1;
        if (s[i] >= ' ' && s[i] < 0x7F) {
            column++;
            continue;
        }
        step = source_text_character(bytes + i, length - i);
        // C1 controls (U+0080 to U+009F) steer terminals as C0 ones do.
        bool control = step == 1 ? (s[i] < ' ' && !strchr("\t\r\n", s[i])) || s[i] == 0x7F || s[i] == '\0'
                                 : step == 2 && s[i] == 0xC2 && s[i + 1] < 0xA0;
        if (step == 0 || control) {
            *error = (struct source_error){.line = line, .column = column};
            snprintf(error->text, sizeof error->text,
                     step == 0 ? "byte 0x%02X is no UTF-8" : "control character 0x%02X has no place here",
                     step == 2 ? s[i + 1] : s[i]);
            return false;
        }
        if (s[i] == '\n' || (s[i] == '\r' && !(i + 1 < length && s[i + 1] == '\n'))) {
            line++;
            column = 1;
        } else {
            column++;
        }
    }
    return true;
}

size_t source_text_width(const char *bytes, size_t length)
{
    size_t width = 0;
    for (size_t i = 0; i < length; i++)
        width += ((unsigned char)bytes[i] & 0xC0) != 0x80;
    return width;
}

static bool read_all(int descriptor, struct source_text *text, size_t max, struct source_error *error)
{
    size_t room = 0;
    for (;;) {
        if (text->length + 1 >= room) {
            room = room ? room * 2 : 16 * 1024;
            char *bytes = realloc(text->bytes, room);
            if (!bytes)
                return fail(error, "memory is out", NULL);
            text->bytes = bytes;
        }
        ssize_t n = read(descriptor, text->bytes + text->length, room - text->length - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(error, "cannot be read", strerror(errno));
        text->length += (size_t)n;
        text->bytes[text->length] = '\0';
        if (n == 0)
            return true;
        if (text->length > max) {
            char limit[64];
            snprintf(limit, sizeof limit, "is larger than %zu KiB", max / 1024);
            return fail(error, limit, NULL);
        }
    }
}

static size_t utf8_put(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) { // a lone surrogate becomes what the check then refuses
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

// From UTF-16, whose byte order mark is still there, to UTF-8.
static bool from_utf16(struct source_text *text, struct source_error *error)
{
    const unsigned char *s = (const unsigned char *)text->bytes;
    bool big = s[0] == 0xFE;
    if (text->length % 2)
        return fail(error, "is UTF-16 that ends within a character", NULL);
    char *out = malloc(text->length / 2 * 3 + 1);
    size_t used = 0;
    if (!out)
        return fail(error, "memory is out", NULL);
    for (size_t i = 2; i < text->length; i += 2) {
        uint32_t point = big ? (uint32_t)(s[i] << 8 | s[i + 1]) : (uint32_t)(s[i + 1] << 8 | s[i]);
        if (point >= 0xD800 && point < 0xDC00 && i + 3 < text->length) {
            uint32_t low = big ? (uint32_t)(s[i + 2] << 8 | s[i + 3]) : (uint32_t)(s[i + 3] << 8 | s[i + 2]);
            if (low >= 0xDC00 && low < 0xE000) {
                point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        used += utf8_put(out + used, point);
    }
    out[used] = '\0';
    free(text->bytes);
    *text = (struct source_text){.bytes = out, .length = used};
    return true;
}

static bool decode(struct source_text *text, bool utf16, struct source_error *error)
{
    const unsigned char *s = (const unsigned char *)text->bytes;
    if (text->length >= 2 && ((s[0] == 0xFF && s[1] == 0xFE) || (s[0] == 0xFE && s[1] == 0xFF))) {
        if (!utf16)
            return fail(error, "is UTF-16: save it as UTF-8", NULL);
        if (!from_utf16(text, error))
            return false;
    } else if (text->length >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
        text->length -= 3;
        memmove(text->bytes, text->bytes + 3, text->length + 1);
    }
    return source_text_check(text->bytes, text->length, error);
}

bool source_text_read(struct source_text *text, const char *path, size_t max, bool utf16, struct source_error *error)
{
    struct stat status;
    bool standard_input = strcmp(path, "-") == 0;
    *text = (struct source_text){0};
    int descriptor = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0)
        return fail(error, "cannot be opened", strerror(errno));
    bool ok = fstat(descriptor, &status) != 0 || !S_ISDIR(status.st_mode) || fail(error, "is a directory", NULL);
    ok = ok && read_all(descriptor, text, max, error) && decode(text, utf16, error);
    if (!standard_input)
        close(descriptor);
    if (!ok)
        source_text_clear(text);
    return ok;
}

char *source_text_line(char **at, size_t *length)
{
    char *line = *at;
    if (!*line)
        return NULL;
    *length = strcspn(line, "\r\n");
    char *next = line + *length;
    if (next[0] == '\r' && next[1] == '\n')
        next++;
    if (*next)
        next++;
    line[*length] = '\0';
    *at = next;
    return line;
}

void source_text_clear(struct source_text *text)
{
    free(text->bytes);
    *text = (struct source_text){0};
}
