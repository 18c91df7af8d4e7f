// SPDX-License-Identifier: Apache-2.0
#include "trial/factor.h"

#include <stdio.h>
#include <string.h>

static const struct factor_row *const rows[FACTOR_COUNT] = {
#define FACTOR(NAME, file) [FACTOR_##NAME] = &factor_##file,
#include "trial/factors.def"
#undef FACTOR
};

const struct factor_row *factor_row(enum factor factor)
{
    return rows[factor];
}

unsigned factor_rare(enum factor factor, const struct variant *baseline)
{
    const struct factor_row *row = factor_row(factor);
    return row->rare & ~(baseline->level[FACTOR_SECURITY] == SECURITY_RDP ? row->usual_with_rdp : 0);
}

unsigned factor_levels(enum factor factor)
{
    unsigned n = 0;
    while (n < LEVELS_MAX && rows[factor]->levels[n])
        n++;
    return n;
}

const char *level_name(enum factor factor, unsigned level)
{
    return level < factor_levels(factor) ? rows[factor]->levels[level] : "?";
}

bool factor_from_name(const char *name, enum factor *factor)
{
    for (int i = 0; i < FACTOR_COUNT; i++) {
        if (strcmp(name, rows[i]->name) == 0) {
            *factor = (enum factor)i;
            return true;
        }
    }
    return false;
}

bool level_from_name(enum factor factor, const char *name, unsigned *level)
{
    for (unsigned i = 0; i < factor_levels(factor); i++) {
        if (strcmp(name, rows[factor]->levels[i]) == 0) {
            *level = i;
            return true;
        }
    }
    return false;
}

bool variant_equal(const struct variant *a, const struct variant *b)
{
    return memcmp(a->level, b->level, sizeof a->level) == 0;
}

unsigned variant_distance(const struct variant *a, const struct variant *b)
{
    unsigned n = 0;
    for (int i = 0; i < FACTOR_COUNT; i++)
        n += a->level[i] != b->level[i];
    return n;
}

struct variant variant_with(struct variant variant, enum factor factor, unsigned level)
{
    variant.level[factor] = (unsigned char)level;
    return variant;
}

bool variant_possible(const struct variant *variant, const char **why)
{
    const char *clause = NULL;
    for (int i = 0; i < FACTOR_COUNT && !clause; i++)
        clause = rows[i]->conflict ? rows[i]->conflict(variant) : NULL;
    if (clause && why)
        *why = clause;
    return !clause;
}

char *variant_text(const struct variant *variant, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < FACTOR_COUNT && used < size; i++) {
        if (i >= FACTOR_CORE_END && variant->level[i] == 0)
            continue;
        int n = snprintf(text + used, size - used, "%s%s=%s", i ? " " : "", rows[i]->name,
                         level_name((enum factor)i, variant->level[i]));
        used += n > 0 ? (size_t)n : 0;
    }
    return text;
}
