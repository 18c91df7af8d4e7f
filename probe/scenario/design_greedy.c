// SPDX-License-Identifier: Apache-2.0
#include "scenario/design_greedy.h"

#include <string.h>

enum { CANDIDATES = 20 };

// Takes the level that covers most among those that still lead to an allowed row; witness is such a row for the levels
// set so far, and stays one. Returns what is gained.
static unsigned take_best(struct coverage *coverage, struct exclusions *exclusions, struct design_random *random,
                          unsigned char *row, uint32_t set, unsigned factor, unsigned char *witness)
{
    const unsigned levels = coverage->model->levels[factor];
    unsigned gain[DESIGN_LEVELS_MAX];
    uint64_t tried = 0;

    for (unsigned v = 0; v < levels; v++)
        gain[v] = coverage_partial_gain(coverage, row, set, factor, (unsigned char)v);
    for (unsigned n = 0; n < levels; n++) {
        unsigned best = levels, alike = 0;
        for (unsigned v = 0; v < levels; v++) {
            if (tried >> v & 1)
                continue;
            if (best == levels || gain[v] > gain[best]) {
                best = v;
                alike = 1;
            } else if (gain[v] == gain[best] && random_below(random, ++alike) == 0) {
                best = v;
            }
        }
        tried |= (uint64_t)1 << best;
        row[factor] = (unsigned char)best;
        if (witness[factor] == best)
            return gain[best];
        unsigned char other[DESIGN_FACTORS_MAX];
        memcpy(other, row, coverage->model->factors);
        if (exclusions_complete(exclusions, other, witness)) {
            memcpy(witness, other, coverage->model->factors);
            return gain[best];
        }
    }
    row[factor] = witness[factor]; // not reached: the witness has an allowed level
    return gain[row[factor]];
}

static unsigned candidate(struct coverage *coverage, struct exclusions *exclusions, struct design_random *random,
                          unsigned char *row)
{
    const struct design_model *model = coverage->model;
    unsigned char witness[DESIGN_FACTORS_MAX], hint[DESIGN_FACTORS_MAX], order[DESIGN_FACTORS_MAX];
    uint32_t set = 0;
    unsigned gain = 1, open = 0;

    memset(row, DESIGN_OPEN, model->factors);
    uint32_t start = coverage->missing[random_below(random, (uint32_t)coverage->missing_count)];
    const struct combination *combination = coverage_levels(coverage, start, row);
    for (unsigned i = 0; i < coverage->strength; i++)
        set |= 1u << combination->factor[i];
    for (unsigned f = 0; f < model->factors; f++) {
        hint[f] = (unsigned char)random_below(random, model->levels[f]);
        if (!(set >> f & 1))
            order[open++] = (unsigned char)f;
    }
    memcpy(witness, row, model->factors);
    exclusions_complete(exclusions, witness, hint);
    for (; open; open--) {
        unsigned pick = random_below(random, open);
        unsigned factor = order[pick];
        order[pick] = order[open - 1];
        gain += take_best(coverage, exclusions, random, row, set, factor, witness);
        set |= 1u << factor;
    }
    return gain;
}

void greedy_row(struct coverage *coverage, struct exclusions *exclusions, struct design_random *random,
                unsigned char *row)
{
    unsigned char tried[DESIGN_FACTORS_MAX];
    unsigned best = 0;
    for (unsigned i = 0; i < CANDIDATES; i++) {
        unsigned gain = candidate(coverage, exclusions, random, tried);
        if (gain > best) {
            best = gain;
            memcpy(row, tried, coverage->model->factors);
        }
    }
}
