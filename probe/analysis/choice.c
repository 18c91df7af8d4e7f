// SPDX-License-Identifier: Apache-2.0
#include "analysis/choice.h"

enum {
    LOOK_AT_ALL_MAX = 20000, // variants
    STARTS = 4,
    STEPS_MAX = 64
};

struct climb {
    const struct choices *choices;
    long (*score)(const struct variant *variant, void *context);
    void *context;
};

static long value_of(const struct climb *climb, const struct variant *variant)
{
    if (!climb->choices->space->possible(variant, NULL))
        return -1;
    long value = climb->score(variant, climb->context);
    return value > 0 ? value : 0;
}

static bool look_at_all(const struct climb *climb, struct variant *best)
{
    const struct choices *choices = climb->choices;
    unsigned at[FACTOR_COUNT] = {0};
    long highest = 0;
    for (;;) {
        struct variant variant;
        for (int f = 0; f < FACTOR_COUNT; f++)
            variant.level[f] = choices->level[f][at[f]];
        long value = value_of(climb, &variant);
        if (value > highest) {
            highest = value;
            *best = variant;
        }
        int f = FACTOR_COUNT - 1;
        while (f >= 0 && ++at[f] == choices->count[f])
            at[f--] = 0;
        if (f < 0)
            return highest > 0;
    }
}

// The best change of one level; where there is none and two is set, of two at once.
static long step(const struct climb *climb, struct variant *variant, long value, bool two)
{
    const struct choices *choices = climb->choices;
    struct variant from = *variant;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        for (unsigned i = 0; i < choices->count[f]; i++) {
            struct variant one = variant_with(from, (enum factor)f, choices->level[f][i]);
            if (variant_equal(&one, &from))
                continue;
            long other = two ? 0 : value_of(climb, &one);
            for (int g = two ? f + 1 : FACTOR_COUNT; g < FACTOR_COUNT; g++) {
                for (unsigned k = 0; k < choices->count[g]; k++) {
                    struct variant both = variant_with(one, (enum factor)g, choices->level[g][k]);
                    other = value_of(climb, &both);
                    if (other > value) {
                        value = other;
                        *variant = both;
                    }
                }
            }
            if (!two && other > value) {
                value = other;
                *variant = one;
            }
        }
    }
    return value;
}

static long ascend(const struct climb *climb, struct variant *variant)
{
    long value = value_of(climb, variant);
    for (unsigned n = 0; n < STEPS_MAX; n++) {
        long higher = step(climb, variant, value, false);
        // What excludes what takes two changes at a time.
        if (higher <= value)
            higher = step(climb, variant, value, true);
        if (higher <= value)
            break;
        value = higher;
    }
    return value;
}

bool choose_variant(const struct choices *choices, long (*score)(const struct variant *variant, void *context),
                    void *context, struct variant *best)
{
    struct climb climb = {choices, score, context};
    double size = 1;
    long highest = 0;
    uint32_t seed = 1;
    for (int f = 0; f < FACTOR_COUNT; f++)
        size *= choices->count[f];
    if (size <= LOOK_AT_ALL_MAX)
        return look_at_all(&climb, best);
    for (unsigned start = 0; start < STARTS; start++) {
        struct variant variant;
        for (int f = 0; f < FACTOR_COUNT; f++) {
            unsigned count = choices->count[f];
            variant.level[f] = choices->level[f][start == 0 ? 0 : start == 1 ? count - 1 : (seed >> 16) % count];
            seed = seed * 1664525u + 1013904223u;
        }
        long value = ascend(&climb, &variant);
        if (value > highest) {
            highest = value;
            *best = variant;
        }
    }
    return highest > 0;
}
