// SPDX-License-Identifier: Apache-2.0
#include "trial/availability.h"

#include "trial/profile.h"

const char *level_unavailable(const struct profile *profile, enum factor factor, unsigned level)
{
    const struct factor_row *row = factor_row(factor);
    const struct factor_operand *operand = row->operand;
    const char *clause = row->unavailable ? row->unavailable(profile, level) : NULL;
    if (!clause && operand && level == operand->level && !profile->operand[factor][0])
        clause = operand->lack;
    return clause;
}

unsigned levels_available(const struct profile *profile, enum factor factor)
{
    unsigned levels = 0;
    for (unsigned level = 0; level < factor_levels(factor); level++)
        levels |= level_unavailable(profile, factor, level) ? 0 : 1u << level;
    return levels;
}
