// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "trial/fact.h"
#include "trial/profile.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_GATEWAY];
    const char *transport = fact_text(trial->facts, FACT_GATEWAY_TRANSPORT, NULL);
    if (level == GATEWAY_OFF)
        return effect_if(!transport);
    if (!transport)
        return EFFECT_UNREACHED;
    return effect_if(strcmp(transport, factor_gateway.levels[level]) == 0);
}

static const char *unavailable(const struct profile *profile, unsigned level)
{
    return !profile->has_gateway && level != GATEWAY_OFF ? "no gateway was given (--gateway)" : NULL;
}

const struct factor_row factor_gateway = {
    .name = "gateway",
    .heading = "gw",
    .summary = "direct, or through the RD Gateway given by --gateway",
    .levels = {"off", "http", "websocket", "rpc"},
    .meaning = {"direct", "gateway by RDG_OUT_DATA and RDG_IN_DATA", "gateway by websocket",
                "gateway by RPC over HTTP, as before Windows Server 2012; unproved"},
    .phase = PHASE_RESOLVE,
    .rare = 1u << GATEWAY_RPC,
    .weight = 1,
    .cost = 0.5, // two connections and a logon of its own
    .effect = effect,
    .unavailable = unavailable,
};
