// SPDX-License-Identifier: Apache-2.0
// UTF-8 (RFC 3629), read from what servers and files of others say.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads one character of a zero-terminated text. Returns its length in bytes, 0 if it is none.
size_t utf8_decode(const char *text, uint32_t *point);

// Writes one character into bytes[4], U+FFFD where point is none. Returns its length.
size_t utf8_encode(uint32_t point, char *bytes);

// Whether a character may be shown as it is: it is no control character (line ends and tabs are), no line or paragraph
// separator, and does not reorder what follows (Unicode Technical Report 36, 3.).
bool utf8_harmless(uint32_t point);
