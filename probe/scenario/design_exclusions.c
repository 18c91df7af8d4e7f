// SPDX-License-Identifier: Apache-2.0
#include "scenario/design_exclusions.h"

#include <stdlib.h>
#include <string.h>

enum { EXCLUSIONS_MAX = 8192 }; // what is beyond is found anew each time

void exclusions_init(struct exclusions *exclusions, const struct design_model *model)
{
    memset(exclusions, 0, sizeof *exclusions);
    exclusions->model = model;
}

void exclusions_clear(struct exclusions *exclusions)
{
    for (unsigned f = 0; f < DESIGN_FACTORS_MAX; f++)
        for (unsigned v = 0; v < DESIGN_LEVELS_MAX; v++)
            free(exclusions->index[f][v].items);
    free(exclusions->list);
    memset(exclusions, 0, sizeof *exclusions);
}

static bool index_add(struct exclusion_index *index, size_t item)
{
    if (index->count == index->capacity) {
        uint32_t capacity = index->capacity ? 2 * index->capacity : 8;
        uint32_t *items = realloc(index->items, capacity * sizeof *items);
        if (!items)
            return false;
        index->items = items;
        index->capacity = capacity;
    }
    index->items[index->count++] = (uint32_t)item;
    return true;
}

// Remembers that the levels which row has of these factors exclude each other. It is only a short cut: where memory is
// out, the search goes on without.
static void learn(struct exclusions *exclusions, const unsigned char *row, uint32_t factors)
{
    if (!factors || exclusions->count >= EXCLUSIONS_MAX)
        return;
    if (exclusions->count == exclusions->capacity) {
        size_t capacity = exclusions->capacity ? 2 * exclusions->capacity : 64;
        struct exclusion *list = realloc(exclusions->list, capacity * sizeof *list);
        if (!list)
            return;
        exclusions->list = list;
        exclusions->capacity = capacity;
    }
    struct exclusion *exclusion = &exclusions->list[exclusions->count];
    *exclusion = (struct exclusion){.factors = factors};
    memcpy(exclusion->level, row, exclusions->model->factors);
    for (unsigned f = 0; f < exclusions->model->factors; f++) {
        if (!(factors >> f & 1))
            continue;
        if (!index_add(&exclusions->index[f][row[f]], exclusions->count))
            return;
        exclusions->weight[f]++;
    }
    exclusions->count++;
}

static bool contains(const struct exclusion *exclusion, const unsigned char *row)
{
    for (uint32_t left = exclusion->factors; left; left &= left - 1) {
        int f = __builtin_ctz(left);
        if (row[f] != exclusion->level[f])
            return false;
    }
    return true;
}

// The factors of a known exclusion that the row runs into with this factor's level; 0 for none.
static uint32_t known(struct exclusions *exclusions, const unsigned char *row, unsigned factor)
{
    const struct exclusion_index *index = &exclusions->index[factor][row[factor]];
    exclusions->work += index->count;
    for (uint32_t i = 0; i < index->count; i++) {
        // An index may name one that memory for a later index cut short.
        if (index->items[i] < exclusions->count && contains(&exclusions->list[index->items[i]], row))
            return exclusions->list[index->items[i]].factors;
    }
    return 0;
}

bool exclusions_known(struct exclusions *exclusions, const unsigned char *row, unsigned factor)
{
    return known(exclusions, row, factor) != 0;
}

static bool ask(struct exclusions *exclusions, const unsigned char *row)
{
    exclusions->work += exclusions->model->factors;
    return exclusions->model->allowed(exclusions->model->context, row);
}

// The factors of a smallest part of a disallowed row that the predicate still disallows.
static uint32_t blame(struct exclusions *exclusions, const unsigned char *row)
{
    unsigned char part[DESIGN_FACTORS_MAX];
    uint32_t factors = 0;
    memcpy(part, row, exclusions->model->factors);
    for (unsigned f = 0; f < exclusions->model->factors; f++) {
        if (row[f] == DESIGN_OPEN)
            continue;
        part[f] = DESIGN_OPEN;
        if (ask(exclusions, part)) {
            part[f] = row[f];
            factors |= 1u << f;
        }
    }
    learn(exclusions, row, factors);
    return factors;
}

// The factors whose levels exclude the row in which this factor was just set; 0 if it may be allowed.
static uint32_t conflict_of(struct exclusions *exclusions, const unsigned char *row, unsigned factor)
{
    uint32_t factors = known(exclusions, row, factor);
    if (factors || ask(exclusions, row))
        return factors;
    factors = blame(exclusions, row);
    return factors ? factors : 1u << factor; // nothing is to blame where even the empty row is disallowed
}

bool exclusions_allow(struct exclusions *exclusions, const unsigned char *row, unsigned factor)
{
    return !exclusions->model->allowed || conflict_of(exclusions, row, factor) == 0;
}

// The open factor that takes part in most exclusions, so that dead ends show early; the number of factors if none is
// open.
static unsigned next_open(const struct exclusions *exclusions, const unsigned char *row)
{
    unsigned best = exclusions->model->factors;
    for (unsigned f = 0; f < exclusions->model->factors; f++) {
        if (row[f] != DESIGN_OPEN)
            continue;
        if (best == exclusions->model->factors || exclusions->weight[f] > exclusions->weight[best])
            best = f;
    }
    return best;
}

// Sets the open factors of row. On failure *conflict has the factors whose levels in row made it impossible, so that
// the search goes back straight to the latest of them.
static bool extend(struct exclusions *exclusions, unsigned char *row, const unsigned char *hint, uint32_t *conflict)
{
    const struct design_model *model = exclusions->model;
    unsigned factor = next_open(exclusions, row);
    uint32_t because = 0;

    if (factor == model->factors)
        return true;
    for (unsigned i = 0; i < model->levels[factor]; i++) {
        row[factor] = (unsigned char)(((hint ? hint[factor] : 0u) + i) % model->levels[factor]);
        uint32_t met = conflict_of(exclusions, row, factor);
        if (!met) {
            if (extend(exclusions, row, hint, &met))
                return true;
            if (!(met >> factor & 1)) {
                row[factor] = DESIGN_OPEN;
                *conflict = met;
                return false;
            }
        }
        because |= met & ~(1u << factor);
    }
    row[factor] = DESIGN_OPEN;
    learn(exclusions, row, because);
    *conflict = because;
    return false;
}

bool exclusions_complete(struct exclusions *exclusions, unsigned char *row, const unsigned char *hint)
{
    const struct design_model *model = exclusions->model;
    unsigned char whole[DESIGN_FACTORS_MAX];
    uint32_t conflict;

    for (unsigned f = 0; f < model->factors; f++)
        whole[f] = row[f] != DESIGN_OPEN ? row[f] : hint ? hint[f] : 0;
    if (!model->allowed || ask(exclusions, whole)) {
        memcpy(row, whole, model->factors);
        return true;
    }
    for (unsigned f = 0; f < model->factors; f++)
        if (row[f] != DESIGN_OPEN && known(exclusions, row, f))
            return false;
    if (!ask(exclusions, row)) {
        blame(exclusions, row);
        return false;
    }
    return extend(exclusions, row, hint, &conflict);
}
