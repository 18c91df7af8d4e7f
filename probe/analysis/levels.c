// SPDX-License-Identifier: Apache-2.0
#include "analysis/levels.h"

const char *experiment_exclusion(const struct experiment *experiment, enum factor factor)
{
    return experiment->rules->exclusion(experiment, factor);
}

bool experiment_allows(const struct experiment *experiment, enum factor factor, unsigned level)
{
    return level < experiment->space->levels(factor) && ((experiment->isolation->levels[factor] >> level & 1) ||
                                                         level == experiment->isolation->baseline.level[factor]);
}

bool experiment_varies(const struct experiment *experiment, enum factor factor)
{
    if (experiment->isolation->untestable[factor] || experiment_exclusion(experiment, factor))
        return false;
    for (unsigned level = 0; level < experiment->space->levels(factor); level++) {
        if (level != experiment->isolation->baseline.level[factor] && experiment_allows(experiment, factor, level))
            return true;
    }
    return false;
}

bool experiment_equivalent(const struct experiment *experiment, enum factor factor, unsigned level)
{
    return experiment->rules->likeness(experiment, factor, level) == LEVEL_EQUIVALENT;
}

bool experiment_skips(const struct experiment *experiment, const struct variant *variant)
{
    return experiment->rules->moot(variant) & ~experiment->rules->moot(&experiment->isolation->baseline);
}

bool experiment_evades(const struct experiment *experiment, const struct variant *variant)
{
    return experiment->rules->evades(experiment, variant);
}

static bool can_be_used(const struct experiment *experiment, enum factor factor, unsigned level)
{
    return level != experiment->isolation->baseline.level[factor] && experiment_allows(experiment, factor, level) &&
           experiment->levels[factor][level].usability == LEVEL_USABLE &&
           experiment->rules->obtainable(experiment, factor, level);
}

unsigned experiment_levels(const struct experiment *experiment, enum factor factor, unsigned char levels[LEVELS_MAX])
{
    unsigned count = 0;
    if (!experiment_varies(experiment, factor))
        return 0;
    for (int like = LEVEL_DIFFERENT; like <= LEVEL_EQUIVALENT; like++) {
        for (unsigned level = 0; level < experiment->space->levels(factor); level++) {
            if (can_be_used(experiment, factor, level) &&
                (int)experiment->rules->likeness(experiment, factor, level) == like)
                levels[count++] = (unsigned char)level;
        }
    }
    return count;
}
