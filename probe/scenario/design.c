// SPDX-License-Identifier: Apache-2.0
#include "scenario/design.h"

#include <stdlib.h>
#include <string.h>

#include "scenario/design_coverage.h"
#include "scenario/design_exclusions.h"
#include "scenario/design_greedy.h"
#include "scenario/design_random.h"
#include "scenario/design_reduction.h"

struct making {
    const struct design_model *model;
    struct coverage coverage;
    struct exclusions exclusions;
    struct design_random random;
    struct design_rows *rows;
    size_t capacity;
};

static bool valid(const struct design_model *model, unsigned strength)
{
    if (model->factors < 1 || model->factors > DESIGN_FACTORS_MAX || strength < 1 || strength > DESIGN_STRENGTH_MAX)
        return false;
    for (unsigned f = 0; f < model->factors; f++)
        if (model->levels[f] < 1 || model->levels[f] > DESIGN_LEVELS_MAX)
            return false;
    for (size_t i = 0; i < model->given_count; i++) {
        const unsigned char *row = model->given + i * model->factors;
        for (unsigned f = 0; f < model->factors; f++)
            if (row[f] >= model->levels[f])
                return false;
        if (model->allowed && !model->allowed(model->context, row))
            return false;
    }
    return true;
}

static bool add_row(struct making *making, const unsigned char *row)
{
    struct design_rows *rows = making->rows;
    if (rows->count == making->capacity) {
        size_t capacity = making->capacity ? 2 * making->capacity : 64;
        unsigned char *levels = realloc(rows->levels, capacity * making->model->factors);
        if (!levels)
            return false;
        rows->levels = levels;
        making->capacity = capacity;
    }
    memcpy(rows->levels + rows->count++ * making->model->factors, row, making->model->factors);
    coverage_add(&making->coverage, row);
    return true;
}

// Finds out which combinations no allowed row contains. Every row that is found shows that many others are possible.
static bool exclude_impossible(struct making *making)
{
    const struct design_model *model = making->model;
    struct coverage *coverage = &making->coverage;
    unsigned char row[DESIGN_FACTORS_MAX], hint[DESIGN_FACTORS_MAX];
    unsigned char *shown = NULL;
    size_t shown_count = 0, capacity = 0;
    bool ok = true;

    while (ok && coverage->missing_count) {
        uint32_t index = coverage->missing[coverage->missing_count - 1];
        memset(row, DESIGN_OPEN, model->factors);
        coverage_levels(coverage, index, row);
        for (unsigned f = 0; f < model->factors; f++)
            hint[f] = (unsigned char)random_below(&making->random, model->levels[f]);
        if (!exclusions_complete(&making->exclusions, row, hint)) {
            coverage_exclude(coverage, index);
            making->rows->impossible++;
            continue;
        }
        if (shown_count == capacity) {
            capacity = capacity ? 2 * capacity : 256;
            unsigned char *more = realloc(shown, capacity * model->factors);
            if (!more) {
                ok = false;
                break;
            }
            shown = more;
        }
        memcpy(shown + shown_count++ * model->factors, row, model->factors);
        coverage_add(coverage, row);
    }
    // They were only to show what is possible.
    for (size_t i = 0; i < shown_count; i++)
        coverage_remove(coverage, shown + i * model->factors);
    free(shown);
    return ok;
}

// No row covers two combinations of the same factors: those with most possible ones need that many rows.
static size_t lower_bound(const struct coverage *coverage)
{
    size_t most = 0;
    for (size_t c = 0; c < coverage->combination_count; c++) {
        size_t end = c + 1 < coverage->combination_count ? coverage->combinations[c + 1].offset : coverage->size;
        size_t possible = 0;
        for (size_t i = coverage->combinations[c].offset; i < end; i++)
            possible += coverage->count[i] == 0;
        if (possible > most)
            most = possible;
    }
    return most;
}

static enum design_status make(struct making *making)
{
    const struct design_model *model = making->model;
    unsigned char row[DESIGN_FACTORS_MAX];

    memset(row, DESIGN_OPEN, model->factors);
    if (!exclusions_complete(&making->exclusions, row, NULL))
        return DESIGN_NOTHING_ALLOWED;
    if (model->allowed && !exclude_impossible(making))
        return DESIGN_NO_MEMORY;
    making->rows->lower_bound = lower_bound(&making->coverage);
    for (size_t i = 0; i < model->given_count; i++)
        if (!add_row(making, model->given + i * model->factors))
            return DESIGN_NO_MEMORY;
    while (making->coverage.missing_count) {
        greedy_row(&making->coverage, &making->exclusions, &making->random, row);
        if (!add_row(making, row))
            return DESIGN_NO_MEMORY;
    }
    size_t enough = making->rows->lower_bound;
    return reduce_rows(&making->coverage, &making->exclusions, &making->random, making->rows->levels,
                       &making->rows->count, model->given_count, enough)
               ? DESIGN_MADE
               : DESIGN_NO_MEMORY;
}

enum design_status design_covering(const struct design_model *model, unsigned strength, uint64_t seed,
                                   struct design_rows *rows)
{
    struct making making = {.model = model, .random = {seed}, .rows = rows};

    memset(rows, 0, sizeof *rows);
    if (!valid(model, strength))
        return DESIGN_INVALID;
    enum design_status status =
        coverage_init(&making.coverage, model, strength < model->factors ? strength : model->factors);
    if (status != DESIGN_MADE)
        return status;
    exclusions_init(&making.exclusions, model);
    status = make(&making);
    exclusions_clear(&making.exclusions);
    coverage_clear(&making.coverage);
    if (status != DESIGN_MADE)
        design_rows_clear(rows);
    return status;
}

void design_rows_clear(struct design_rows *rows)
{
    free(rows->levels);
    memset(rows, 0, sizeof *rows);
}

const char *design_status_text(enum design_status status)
{
    switch (status) {
    case DESIGN_MADE:
        return "the design was made";
    case DESIGN_NOTHING_ALLOWED:
        return "the constraints allow nothing at all";
    case DESIGN_INVALID:
        return "the factors or the rows given make no design";
    case DESIGN_TOO_LARGE:
        return "there are too many combinations to cover";
    case DESIGN_NO_MEMORY:
        break;
    }
    return "memory is out";
}
