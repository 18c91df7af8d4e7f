// SPDX-License-Identifier: Apache-2.0
#include "trial/effect.h"

enum effect factor_effect(enum factor factor, const struct trial *trial)
{
    const struct factor_row *row = factor_row(factor);
    return row->effect(row->led ? trial_first(trial) : trial);
}

bool trial_in_effect(const struct trial *trial, enum factor *which)
{
    for (int i = 0; i < FACTOR_COUNT; i++) {
        if (factor_effect((enum factor)i, trial) == EFFECT_NO) {
            if (which)
                *which = (enum factor)i;
            return false;
        }
    }
    return true;
}

enum phase factor_phase(enum factor factor)
{
    return factor_row(factor)->phase;
}
