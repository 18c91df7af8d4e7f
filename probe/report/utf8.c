// SPDX-License-Identifier: Apache-2.0
#include "report/utf8.h"

enum { REPLACEMENT = 0xFFFD, LAST = 0x10FFFF };

static bool is_surrogate(uint32_t point)
{
    return point >= 0xD800 && point <= 0xDFFF;
}

size_t utf8_decode(const char *text, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)text;
    size_t length = s[0] < 0x80 ? 1 : s[0] >> 5 == 0x6 ? 2 : s[0] >> 4 == 0xE ? 3 : s[0] >> 3 == 0x1E ? 4 : 0;
    if (length == 0)
        return 0;
    *point = length == 1 ? s[0] : s[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (s[i] >> 6 != 0x2)
            return 0;
        *point = *point << 6 | (s[i] & 0x3F);
    }
    return *point < least[length] || *point > LAST || is_surrogate(*point) ? 0 : length;
}

size_t utf8_encode(uint32_t point, char *bytes)
{
    if (point > LAST || is_surrogate(point))
        point = REPLACEMENT;
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3F));
    bytes[0] = (char)(point | (0xF00u >> length & 0xFF));
    return length;
}

bool utf8_harmless(uint32_t point)
{
    bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
    bool separator = point == 0x2028 || point == 0x2029;
    bool direction = point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
                     (point >= 0x2066 && point <= 0x2069);
    return !control && !separator && !direction;
}
