// SPDX-License-Identifier: Apache-2.0
#include "trial/nearest.h"

#include <string.h>

enum { WORD_MAX = 40 };

// Edit distance in which two exchanged neighbours are one mistake (optimal string alignment).
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t height = strlen(a), width = strlen(b);
    for (size_t i = 0; i <= height; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *above_that = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            if (i == 0) {
                row[j] = j;
                continue;
            }
            size_t least = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < least)
                least = above[j] + 1;
            if (row[j - 1] + 1 < least)
                least = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && above_that[j - 2] + 1 < least)
                least = above_that[j - 2] + 1;
            row[j] = least;
        }
    }
    return rows[height % 3][width];
}

const char *nearest_word(const char *word, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t least = strlen(word) / 2 + 1; // half of the word may be mistyped
    if (strlen(word) > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t d = words[i] && strlen(words[i]) <= WORD_MAX ? distance(word, words[i]) : least;
        if (d < least) {
            least = d;
            best = words[i];
        }
    }
    return best;
}
