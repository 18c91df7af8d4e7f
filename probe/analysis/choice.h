// SPDX-License-Identifier: Apache-2.0
// Chooses a variant among many by a score.
#pragma once

#include "analysis/factor_space.h"

// Finds the variant with the highest positive score among all possible ones with the given levels; the first of equals
// in the order of levels. Where there are too many to look at, a good one. Returns false if none scores.
struct choices {
    const struct factor_space *space;
    unsigned char level[FACTOR_COUNT][LEVELS_MAX];
    unsigned count[FACTOR_COUNT];
};
bool choose_variant(const struct choices *choices, long (*score)(const struct variant *variant, void *context),
                    void *context, struct variant *best);
