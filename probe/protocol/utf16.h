// SPDX-License-Identifier: Apache-2.0
// UTF-16LE as protocols carry it, made UTF-8. A pure function over bytes.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Writes size bytes, up to the first zero character, into text[max] as UTF-8, always terminated; a character that does
// not fit ends it. What is no character becomes U+FFFD. Three bytes of text for two of data, and one more, always
// suffice. Returns text.
char *utf16_text(const uint8_t *data, size_t size, char *text, size_t max);
