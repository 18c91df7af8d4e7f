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

// The functions that are still possible, each with a weight.
struct hypotheses {
    unsigned variables, count;
    monotone function[MONOTONE_COUNT_MAX];
    double weight[MONOTONE_COUNT_MAX];
};

// All functions of n variables but the constant ones. The fewer conditions, the heavier.
void hypotheses_init(struct hypotheses *hypotheses, unsigned n);

// Keeps the functions that have this value at the point.
void hypotheses_learn(struct hypotheses *hypotheses, unsigned point, bool value);

// The point whose value halves the weight of the hypotheses best, among those not in the bit set closed; of equals, the
// one nearest to the point with all variables. Returns false if no such point tells any two apart.
bool hypotheses_ask(const struct hypotheses *hypotheses, uint32_t closed, unsigned *point);

// The heaviest function left. There must be one.
monotone hypotheses_best(const struct hypotheses *hypotheses);
