// SPDX-License-Identifier: Apache-2.0
#include "trial/fact.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    enum { RESTRICTED_ADMIN_MODE_REQUIRED = 1 }; // MS-RDPBCGR 2.2.1.1.1
    const json_t *flags = fact_get(trial->facts, FACT_NEGOTIATION_REQUEST_FLAGS);
    if (!flags)
        return EFFECT_UNREACHED;
    bool set = json_integer_value(flags) & RESTRICTED_ADMIN_MODE_REQUIRED;
    return effect_if(set == (trial->variant.level[FACTOR_RESTRICTED_ADMIN] == RESTRICTED_ADMIN_ON));
}

static const char *conflict(const struct variant *variant)
{
    if (variant->level[FACTOR_RESTRICTED_ADMIN] == RESTRICTED_ADMIN_ON &&
        variant->level[FACTOR_SECURITY] != SECURITY_NLA)
        return "Restricted Admin mode is a way of NLA, so restricted-admin=on goes only with security=nla";
    return NULL;
}

const struct factor_row factor_restricted_admin = {
    .name = "restricted-admin",
    .heading = "radm",
    .summary = "Restricted Admin mode, which sends the server no credentials",
    .levels = {"off", "on"},
    .meaning = {"credentials are delegated by CredSSP", "no credentials are delegated"},
    .phase = PHASE_NEGOTIATE,
    .weight = 0.7,
    .cost = 0.3, // it may cost a refused logon
    .effect = effect,
    .conflict = conflict,
};
