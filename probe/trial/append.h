// SPDX-License-Identifier: Apache-2.0
// Texts that grow in a buffer of their own.
#pragma once

#include <stddef.h>

// Writes behind the text in text[size], which must be terminated; it is cut where the buffer is full, and terminated
// again.
__attribute__((format(printf, 3, 4))) void text_append(char *text, size_t size, const char *format, ...);
