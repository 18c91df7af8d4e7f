// SPDX-License-Identifier: Apache-2.0
#include "protocol/utf16.h"

#include <stdbool.h>

static uint32_t unit(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

// One character in UTF-8 (RFC 3629 3); returns its bytes.
static size_t encode(uint32_t c, char out[4])
{
    static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(lead[size] | c);
    return size;
}

char *utf16_text(const uint8_t *data, size_t size, char *text, size_t max)
{
    enum { HIGH = 0xD800, LOW = 0xDC00, BEYOND = 0xE000, REPLACEMENT = 0xFFFD };
    size_t used = 0, units = size / 2;
    for (size_t i = 0; i < units; i++) {
        char out[4];
        uint32_t c = unit(data + 2 * i);
        if (c == 0)
            break;
        if (c >= HIGH && c < BEYOND) {
            uint32_t next = i + 1 < units ? unit(data + 2 * i + 2) : 0;
            bool pair = c < LOW && next >= LOW && next < BEYOND;
            c = pair ? 0x10000 + ((c - HIGH) << 10) + (next - LOW) : REPLACEMENT;
            i += pair;
        }
        size_t length = encode(c, out);
        if (used + length >= max)
            break;
        for (size_t k = 0; k < length; k++)
            text[used++] = out[k];
    }
    text[used] = '\0';
    return text;
}
