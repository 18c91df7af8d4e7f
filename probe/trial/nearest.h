// SPDX-License-Identifier: Apache-2.0
// The word that a mistyped one was meant to be.
#pragma once

#include <stddef.h>

// The nearest of count words by edit distance, or NULL if none is near enough to be meant. NULLs among the words are
// passed over.
const char *nearest_word(const char *word, const char *const *words, size_t count);
