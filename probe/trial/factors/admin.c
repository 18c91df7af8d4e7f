// SPDX-License-Identifier: Apache-2.0
#include "trial/fact.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    enum { SESSION_VALID = 2 }; // REDIRECTED_SESSIONID_FIELD_VALID, MS-RDPBCGR 2.2.1.3.5
    const json_t *flags = fact_get(trial->facts, FACT_CLIENT_CLUSTER_FLAGS);
    if (!flags)
        return EFFECT_UNREACHED;
    // Session 0 is the administrative one; another is where a broker's redirection led.
    bool set = json_integer_value(flags) & SESSION_VALID && fact_integer(trial->facts, FACT_CLIENT_SESSION, 0) == 0;
    return effect_if(set == (trial->variant.level[FACTOR_ADMIN] == ADMIN_ON));
}

const struct factor_row factor_admin = {
    .name = "admin",
    .heading = "admin",
    .summary = "session asked for, as mstsc /admin does",
    .levels = {"off", "on"},
    .meaning = {"a session as any other", "the administrative session (session 0 in the cluster data)"},
    .phase = PHASE_MCS,
    .weight = 0.7,
    .cost = 0.05,
    .led = true,
    .effect = effect,
};
