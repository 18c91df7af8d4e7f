// SPDX-License-Identifier: Apache-2.0
#include "trial/fact.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    static const char *const channels[] = {"rdpdr", "rdpsnd", "cliprdr"};
    bool on = trial->variant.level[FACTOR_REDIRECTION] == REDIRECTION_ON;
    if (!fact_get(trial->facts, FACT_CLIENT_CHANNELS))
        return EFFECT_UNREACHED;
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        if (fact_has(trial->facts, FACT_CLIENT_CHANNELS, channels[i]) != on)
            return EFFECT_NO;
    }
    return EFFECT_YES;
}

const struct factor_row factor_redirection = {
    .name = "redirection",
    .heading = "redir",
    .summary = "static channels announced: drives and devices, sound, clipboard, dynamic channels",
    .levels = {"off", "on"},
    .meaning = {"none", "rdpdr, rdpsnd, cliprdr and drdynvc, with nothing behind them"},
    .phase = PHASE_MCS,
    .weight = 0.5,
    .cost = 0.02,
    .effect = effect,
};
