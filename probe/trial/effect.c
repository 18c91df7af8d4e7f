// SPDX-License-Identifier: Apache-2.0
#include "trial/effect.h"

enum effect factor_effect(enum factor factor, const struct trial *trial)
{
    return factor_row(factor)->effect(trial);
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
