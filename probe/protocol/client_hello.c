// SPDX-License-Identifier: Apache-2.0
#include "protocol/client_hello.h"

#include <stdio.h>
#include <string.h>

enum {
    CLIENT_HELLO = 1, // HandshakeType
    HEADER = 4,       // HandshakeType, uint24 length
    RANDOM = 32,
    EXTENSION_GROUPS = 10,  // RFC 8446 4.2.7
    EXTENSION_FORMATS = 11, // RFC 8422 5.1.2
    EXTENSIONS_MAX = 128    // no library sends half as many
};

struct input {
    const uint8_t *data;
    size_t size;
};

struct output {
    char *text;
    size_t used, room;
    bool full;
};

static bool take(struct input *in, size_t size, struct input *part)
{
    if (in->size < size)
        return false;
    *part = (struct input){in->data, size};
    in->data += size;
    in->size -= size;
    return true;
}

// A vector with a length of one or two bytes before it.
static bool vector(struct input *in, size_t bytes, struct input *part)
{
    struct input length;
    if (!take(in, bytes, &length))
        return false;
    return take(in, bytes == 1 ? length.data[0] : (size_t)length.data[0] << 8 | length.data[1], part);
}

static void put(struct output *out, const char *before, unsigned value)
{
    int length = snprintf(out->text + out->used, out->room - out->used, "%s%u", before, value);
    if (length < 0 || (size_t)length >= out->room - out->used)
        out->full = true;
    else
        out->used += (size_t)length;
}

static bool greases(unsigned value)
{
    return (value & 0x0F0F) == 0x0A0A && value >> 8 == (value & 0xFF);
}

static void put_list(struct output *out, struct input list, size_t bytes)
{
    const char *before = ",";
    bool any = false;
    for (; list.size >= bytes && !out->full; list.data += bytes, list.size -= bytes) {
        unsigned value = bytes == 1 ? list.data[0] : (unsigned)(list.data[0] << 8 | list.data[1]);
        if (bytes == 2 && greases(value))
            continue;
        put(out, before, value);
        before = "-";
        any = true;
    }
    if (any)
        return;
    if (out->used + 1 < out->room)
        memcpy(out->text + out->used++, ",", 2);
    else
        out->full = true;
}

// The extensions' types, one after the other, and the lists in two of them.
static bool extensions(struct input in, uint8_t *types, size_t *size, struct input *groups, struct input *formats)
{
    struct input type, body;
    for (*size = 0; in.size; *size += 2) {
        if (*size == 2 * EXTENSIONS_MAX || !take(&in, 2, &type) || !vector(&in, 2, &body))
            return false;
        memcpy(types + *size, type.data, 2);
        unsigned number = (unsigned)(type.data[0] << 8 | type.data[1]);
        if (number == EXTENSION_GROUPS && !vector(&body, 2, groups))
            return false;
        if (number == EXTENSION_FORMATS && !vector(&body, 1, formats))
            return false;
    }
    return true;
}

bool client_hello_text(const uint8_t *data, size_t size, char *text, size_t room)
{
    struct output out = {text, 0, room, false};
    struct input in = {data, size}, version, suites, part, list = {0}, groups = {0}, formats = {0};
    uint8_t types[2 * EXTENSIONS_MAX];
    size_t types_size = 0;

    text[0] = '\0';
    if (size < HEADER || data[0] != CLIENT_HELLO ||
        size - HEADER != ((size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3]) || !take(&in, HEADER, &part))
        return false;
    if (!take(&in, 2, &version) || !take(&in, RANDOM, &part) || !vector(&in, 1, &part) || !vector(&in, 2, &suites) ||
        !vector(&in, 1, &part))
        return false;
    if (in.size && (!vector(&in, 2, &list) || in.size))
        return false;
    if (!extensions(list, types, &types_size, &groups, &formats))
        return false;
    put(&out, "", (unsigned)(version.data[0] << 8 | version.data[1]));
    put_list(&out, suites, 2);
    put_list(&out, (struct input){types, types_size}, 2);
    put_list(&out, groups, 2);
    put_list(&out, formats, 1);
    if (out.full)
        text[0] = '\0';
    return !out.full;
}
