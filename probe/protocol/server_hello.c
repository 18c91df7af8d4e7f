// SPDX-License-Identifier: Apache-2.0
#include "protocol/server_hello.h"

enum {
    SERVER_HELLO = 2, // HandshakeType
    HEADER = 4,       // HandshakeType, uint24 length
    RANDOM = 32,
    EXTENSION_SUPPORTED_VERSIONS = 43 // RFC 8446 4.2.1
};

struct input {
    const uint8_t *data;
    size_t size;
};

static bool skip(struct input *in, size_t bytes)
{
    if (in->size < bytes)
        return false;
    in->data += bytes;
    in->size -= bytes;
    return true;
}

static bool number(struct input *in, uint16_t *value)
{
    if (in->size < 2)
        return false;
    *value = (uint16_t)(in->data[0] << 8 | in->data[1]);
    return skip(in, 2);
}

bool server_hello_parse(const uint8_t *data, size_t size, struct server_hello *hello)
{
    struct input in = {data, size};
    uint16_t length, type, extension;

    *hello = (struct server_hello){0};
    if (size < HEADER || data[0] != SERVER_HELLO ||
        size - HEADER != ((size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3]) || !skip(&in, HEADER))
        return false;
    if (!number(&in, &hello->version) || !skip(&in, RANDOM) || in.size == 0 || !skip(&in, 1 + (size_t)in.data[0]) ||
        !number(&in, &hello->cipher) || !skip(&in, 1))
        return false;
    if (in.size == 0) // no extensions, before TLS 1.2
        return true;
    if (!number(&in, &length) || in.size != length)
        return false;
    while (in.size) {
        if (!number(&in, &type) || !number(&in, &extension) || in.size < extension)
            return false;
        if (type == EXTENSION_SUPPORTED_VERSIONS && extension == 2)
            hello->version = (uint16_t)(in.data[0] << 8 | in.data[1]);
        skip(&in, extension);
    }
    return true;
}
