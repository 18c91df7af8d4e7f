// SPDX-License-Identifier: Apache-2.0
#include "trial/early_flags.h"

static enum effect effect(const struct trial *trial)
{
    return early_flag_effect(trial, EARLY_ERRINFO, trial->variant.level[FACTOR_ERROR_INFO] == ERROR_INFO_ADVERTISED);
}

const struct factor_row factor_error_info = {
    .name = "error-info",
    .heading = "einfo",
    .summary = "whether the client asks for the server's reasons (Set Error Info PDU)",
    .levels = {"advertised", "silent"},
    .meaning = {"asked for", "not asked for: hides codes such as 0x7"},
    .phase = PHASE_MCS,
    .weight = 0.5,
    .cost = 0.02,
    .effect = effect,
};
