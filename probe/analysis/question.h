// SPDX-License-Identifier: Apache-2.0
// Which trial to run next: the one that teaches most for its price.
#pragma once

#include "analysis/belief.h"

// What may be asked.
struct questions {
    // What a trial at the point costs, above 0 (1: usual); 0 if there can be none, or none that tells anything.
    double (*price)(void *context, uint32_t point);
    void *context;
};

// The point whose trial teaches most for its price: the most bits, or once a hypothesis is likely, what sets it apart
// from the others; of equals, the one nearest to the point with all dimensions. *bits (if given): how many bits it
// teaches. False if no trial tells any two hypotheses apart that matter.
bool belief_ask(const struct belief *belief, const struct questions *questions, uint32_t *point, double *bits);

// Whether some trial that may be asked for would tell two hypotheses apart; *point (if given) is one.
bool belief_differ(const struct belief *belief, const struct questions *questions, const struct hypothesis *a,
                   const struct hypothesis *b, uint32_t *point);

// The probability of a hypothesis together with all those that no trial can tell from it.
double belief_class(const struct belief *belief, const struct questions *questions,
                    const struct hypothesis *hypothesis);
