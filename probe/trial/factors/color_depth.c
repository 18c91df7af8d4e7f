// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "trial/fact.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    char seen[24];
    const json_t *depth = fact_get(trial->facts, FACT_CLIENT_COLOR_DEPTH);
    if (!depth)
        return EFFECT_UNREACHED;
    snprintf(seen, sizeof seen, "%" JSON_INTEGER_FORMAT, json_integer_value(depth));
    return effect_if(strcmp(seen, factor_color_depth.levels[trial->variant.level[FACTOR_COLOR_DEPTH]]) == 0);
}

const struct factor_row factor_color_depth = {
    .name = "color-depth",
    .heading = "bpp",
    .summary = "colour depth asked for, in bits per pixel",
    .levels = {"32", "24", "16", "15", "8"},
    .meaning = {"32 bits", "24 bits", "16 bits", "15 bits", "8 bits: a palette"},
    .phase = PHASE_MCS,
    .weight = 0.5,
    .cost = 0.02,
    .effect = effect,
};
