// SPDX-License-Identifier: Apache-2.0
// Whether a trial really had its variant, as far as the wire shows it.
#pragma once

#include <stdbool.h>

#include "trial/factor.h"
#include "trial/trial.h"

// The effect of one factor's level in a trial.
enum effect factor_effect(enum factor factor, const struct trial *trial);

// Whether no factor of the trial is EFFECT_NO. Where one is, *which (if given) names it.
bool trial_in_effect(const struct trial *trial, enum factor *which);

// The phase from which on a factor can matter: a failure in an earlier phase cannot depend on it.
enum phase factor_phase(enum factor factor);
