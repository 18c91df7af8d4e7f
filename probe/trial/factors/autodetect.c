// SPDX-License-Identifier: Apache-2.0
#include "trial/early_flags.h"

static enum effect effect(const struct trial *trial)
{
    return early_flag_effect(trial, EARLY_AUTODETECT, trial->variant.level[FACTOR_AUTODETECT] == AUTODETECT_ON);
}

const struct factor_row factor_autodetect = {
    .name = "autodetect",
    .heading = "auto",
    .summary = "network characteristics detection",
    .levels = {"off", "on"},
    .meaning = {"not offered, a LAN announced", "offered, with the connection type left to it"},
    .phase = PHASE_MCS,
    .weight = 0.5,
    .cost = 0.02,
    .effect = effect,
};
