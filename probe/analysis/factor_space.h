// SPDX-License-Identifier: Apache-2.0
// What an experiment must know of factors: how many levels each has, what goes together, what a trial with a level
// costs and how likely a factor takes part in a failure. So the same experiment varies the factors of trial/factor.h
// and those of a simulation.
#pragma once

#include <stdbool.h>

#include "trial/factor.h"

struct factor_space {
    // The factors are those of trial/factor.h: the wire shows which levels were in effect, a survey which the target
    // accepts. Otherwise every level that may be tried can be used.
    bool wire;
    unsigned (*levels)(enum factor factor);                            // how many, up to LEVELS_MAX; factors up to
                                                                       // FACTOR_COUNT
    bool (*possible)(const struct variant *variant, const char **why); // as variant_possible()
    double (*weight)(enum factor factor);                              // 1: takes part as often as any
    double (*cost)(enum factor factor, unsigned level);                // beyond that of any trial, which is 1
};

// The factors of trial/factor.h.
const struct factor_space *wire_factors(void);
