// SPDX-License-Identifier: Apache-2.0
// Covering arrays: few rows in which every allowed combination of the levels of any two (three, …) factors occurs.
// Sources: D. Cohen et al., "The AETG System", IEEE TSE 23(7), 1997 (greedy rows); J. Lin et al., "TCA", ASE 2015
// (tabu search that makes an array smaller); P. Prosser, "Hybrid Algorithms for the Constraint Satisfaction Problem",
// 1993 (conflict-directed backjumping, which decides whether an allowed row can contain a combination).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DESIGN_FACTORS_MAX = 32,
    DESIGN_LEVELS_MAX = 64,
    DESIGN_STRENGTH_MAX = 6,
    DESIGN_OPEN = 0xff // level of a factor that a partial row leaves open
};

// What is to be covered: any number of factors with any number of levels. It knows nothing of RDP.
struct design_model {
    unsigned factors;                         // 1 to DESIGN_FACTORS_MAX
    unsigned char levels[DESIGN_FACTORS_MAX]; // of each factor, 1 to DESIGN_LEVELS_MAX
    // Whether a row of `factors` levels is allowed; NULL: every row is. Must be exact for complete rows. A partial row
    // (some levels are DESIGN_OPEN) may be disallowed only where every completion of it is; a predicate that sees this
    // as soon as all factors of a constraint are set makes the search fast, one that allows every partial row only
    // makes it slow.
    bool (*allowed)(const void *context, const unsigned char *row);
    const void *context;
    // Rows that must be in the design, and come first in it: given_count × factors levels. All must be allowed.
    const unsigned char *given;
    size_t given_count;
};

enum design_status {
    DESIGN_MADE,
    DESIGN_NOTHING_ALLOWED, // no complete row is allowed
    DESIGN_INVALID,         // a model that is none: no factors, no or too many levels, a given row that is not allowed
    DESIGN_TOO_LARGE,       // more than some 30 million combinations to cover
    DESIGN_NO_MEMORY
};

struct design_rows {
    unsigned char *levels; // count × factors, row after row; owned
    size_t count;
    size_t impossible;  // combinations that no allowed row contains
    size_t lower_bound; // no design of this model and strength has fewer rows than this
};

// Makes the covering array of that strength (1 to DESIGN_STRENGTH_MAX; more than there are factors counts as their
// number). The same model, strength and seed give the same rows on every machine. Work is bounded: milliseconds for a
// handful of factors, a few seconds for three-way designs of a dozen factors with five levels. On success the caller
// owns rows->levels (design_rows_clear); on failure *rows is zeroed.
enum design_status design_covering(const struct design_model *model, unsigned strength, uint64_t seed,
                                   struct design_rows *rows);

// Frees. Safe on a zeroed one.
void design_rows_clear(struct design_rows *rows);

// One clause for each status ("nothing is allowed by the constraints"). Static.
const char *design_status_text(enum design_status status);
