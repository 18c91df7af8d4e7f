// SPDX-License-Identifier: Apache-2.0
#include "trial/early_flags.h"
#include "trial/fact.h"

static enum effect effect(const struct trial *trial)
{
    bool pipeline = trial->variant.level[FACTOR_GRAPHICS] == GRAPHICS_GFX;
    enum effect effect = early_flag_effect(trial, EARLY_GFX, pipeline);
    // Its channel is a dynamic one.
    if (effect == EFFECT_YES && pipeline && !fact_has(trial->facts, FACT_CLIENT_CHANNELS, "drdynvc"))
        return EFFECT_NO;
    return effect;
}

const struct factor_row factor_graphics = {
    .name = "graphics",
    .heading = "gfx",
    .summary = "how the desktop is to be drawn",
    .levels = {"none", "bitmap", "gfx"},
    .meaning = {"by bitmaps, not decoded here", "by bitmaps", "by the graphics pipeline"},
    .phase = PHASE_MCS,
    .weight = 0.5,
    .cost = 0.02,
    .effect = effect,
};
