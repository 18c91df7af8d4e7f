// SPDX-License-Identifier: Apache-2.0
#include "trial/fact.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    enum { EXTENDED_CLIENT_DATA_SUPPORTED = 1 }; // MS-RDPBCGR 2.2.1.2.1
    bool on = trial->variant.level[FACTOR_MULTITRANSPORT] == MULTITRANSPORT_ON;
    if (!fact_get(trial->facts, FACT_CLIENT_EARLY_FLAGS))
        return EFFECT_UNREACHED;
    bool offered = fact_integer(trial->facts, FACT_CLIENT_MULTITRANSPORT, 0) != 0;
    bool extended = fact_integer(trial->facts, FACT_NEGOTIATION_FLAGS, 0) & EXTENDED_CLIENT_DATA_SUPPORTED;
    if (on && !offered && !extended)
        return EFFECT_VOID; // a server that reads no such block is sent none
    return effect_if(offered == on);
}

const struct factor_row factor_multitransport = {
    .name = "multitransport",
    .heading = "udp",
    .summary = "UDP transports beside the TCP connection",
    .levels = {"off", "on"},
    .meaning = {"not offered", "offered; none is made"},
    .phase = PHASE_MCS,
    .weight = 0.5,
    .cost = 0.02,
    .effect = effect,
};
