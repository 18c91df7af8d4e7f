// SPDX-License-Identifier: Apache-2.0
// What the constraints of a model exclude, learnt by asking its predicate: decides whether an allowed row can contain
// given levels.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/design.h"

// Levels that no allowed row has together.
struct exclusion {
    uint32_t factors; // bit set
    unsigned char level[DESIGN_FACTORS_MAX];
};

// The exclusions in which a level of a factor takes part, as indices.
struct exclusion_index {
    uint32_t *items;
    uint32_t count, capacity;
};

struct exclusions {
    const struct design_model *model; // borrowed
    struct exclusion *list;
    size_t count, capacity;
    struct exclusion_index index[DESIGN_FACTORS_MAX][DESIGN_LEVELS_MAX];
    uint32_t weight[DESIGN_FACTORS_MAX]; // number of exclusions that a factor takes part in
    uint64_t work;                       // predicate calls and comparisons so far
};

// Nothing is learnt yet.
void exclusions_init(struct exclusions *exclusions, const struct design_model *model);

void exclusions_clear(struct exclusions *exclusions);

// Whether what is known so far excludes a row in which the level of this factor was just set. Cheap; asks nobody.
bool exclusions_known(struct exclusions *exclusions, const unsigned char *row, unsigned factor);

// Whether the complete row is allowed, learning why not. The row was allowed before this factor's level was set.
bool exclusions_allow(struct exclusions *exclusions, const unsigned char *row, unsigned factor);

// Completes a partial row to an allowed one; open factors take the level of the complete row `hint` where that is
// possible (NULL: the lowest levels). False, leaving row as it was, if no allowed row contains it: this is exact.
bool exclusions_complete(struct exclusions *exclusions, unsigned char *row, const unsigned char *hint);
