// SPDX-License-Identifier: Apache-2.0
// Monotone Boolean functions of up to five variables: the hypotheses about a cause. That a failure occurs with some
// conditions and not with more of them is excluded by the word: more conditions of a trigger never cure it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    MONOTONE_VARIABLES_MAX = 5,
    MONOTONE_COUNT_MAX = 7581, // Dedekind number of 5: OEIS A000372
    MONOTONE_TERMS_MAX = 10    // largest antichain of subsets of five (Sperner)
};

// Truth table: bit p is the value at point p, a bit set of variables.
typedef uint32_t monotone;

// Writes all monotone functions of n variables, n <= MONOTONE_VARIABLES_MAX; returns how many.
unsigned monotone_all(unsigned n, monotone functions[MONOTONE_COUNT_MAX]);

static inline bool monotone_at(monotone function, unsigned point)
{
    return function >> point & 1;
}

// Writes the minimal true points (the terms of the shortest disjunction of conjunctions); returns how many. *literals
// is the number of variables in all of them together.
unsigned monotone_terms(monotone function, unsigned n, unsigned terms[MONOTONE_TERMS_MAX], unsigned *literals);
