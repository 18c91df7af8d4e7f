// SPDX-License-Identifier: Apache-2.0
// Whether a trial really had its variant, as far as the wire shows it.
#pragma once

#include <stdbool.h>

#include "trial/factor.h"
#include "trial/trial.h"

enum effect {
    EFFECT_YES,       // the wire shows the level, or the level asks for nothing
    EFFECT_NO,        // the wire shows another level: the trial proves nothing about this one
    EFFECT_UNREACHED, // the trial ended before this factor could matter on the wire
    EFFECT_VOID       // the target has no use for the factor (no licence is ever asked for; TLS version without TLS)
};

// The effect of one factor's level in a trial.
enum effect factor_effect(enum factor factor, const struct trial *trial);

// Whether no factor of the trial is EFFECT_NO. Where one is, *which (if given) names it.
bool trial_in_effect(const struct trial *trial, enum factor *which);

// The phase from which on a factor can matter: a failure in an earlier phase cannot depend on it.
enum phase factor_phase(enum factor factor);
