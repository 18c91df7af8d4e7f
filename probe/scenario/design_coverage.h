// SPDX-License-Identifier: Apache-2.0
// Which combinations of levels the rows of a design cover, and how often.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/design.h"

// Some `strength` factors; their combinations of levels are numbered from offset on.
struct combination {
    uint32_t offset;
    uint32_t stride[DESIGN_STRENGTH_MAX];
    unsigned char factor[DESIGN_STRENGTH_MAX];
};

// The same, as one of its factors sees it.
struct combination_term {
    uint32_t offset, stride;
    uint32_t others; // bit set of the other factors
    uint32_t other_stride[DESIGN_STRENGTH_MAX - 1];
    unsigned char other[DESIGN_STRENGTH_MAX - 1];
};

struct coverage {
    const struct design_model *model; // borrowed
    unsigned strength;
    struct combination *combinations;
    size_t combination_count;
    struct combination_term *terms; // factors × terms_each
    size_t terms_each;
    size_t size;        // number of combinations of levels
    uint32_t *count;    // for each: rows that contain it. One more where no allowed row can: it then counts as covered
    uint32_t *missing;  // those with count 0, in no order
    uint32_t *position; // of each in missing
    size_t missing_count;
    uint64_t work; // steps so far
};

// Nothing is covered yet. DESIGN_MADE, DESIGN_TOO_LARGE or DESIGN_NO_MEMORY.
enum design_status coverage_init(struct coverage *coverage, const struct design_model *model, unsigned strength);

void coverage_clear(struct coverage *coverage);

// Counts, or uncounts, a complete row.
void coverage_add(struct coverage *coverage, const unsigned char *row);
void coverage_remove(struct coverage *coverage, const unsigned char *row);

// Sets a level of a counted row.
void coverage_change(struct coverage *coverage, unsigned char *row, unsigned factor, unsigned char level);

// What would be covered newly, or no longer, if a counted row had another level of a factor.
unsigned coverage_gain(struct coverage *coverage, const unsigned char *row, unsigned factor, unsigned char level);
unsigned coverage_loss(struct coverage *coverage, const unsigned char *row, unsigned factor);

// What a row would cover newly by a level of a factor together with levels that are set, not DESIGN_OPEN; `set` is
// their bit set.
unsigned coverage_partial_gain(struct coverage *coverage, const unsigned char *row, uint32_t set, unsigned factor,
                               unsigned char level);

// How many combinations a counted row alone covers, up to limit.
unsigned coverage_alone(struct coverage *coverage, const unsigned char *row, unsigned limit);

// Takes a missing combination out of the count: no allowed row contains it.
void coverage_exclude(struct coverage *coverage, uint32_t index);

// The factors of a combination of levels, and its levels written into row (other factors stay as they are).
const struct combination *coverage_levels(const struct coverage *coverage, uint32_t index, unsigned char *row);
