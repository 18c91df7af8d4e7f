// SPDX-License-Identifier: Apache-2.0
#include "trial/fact.h"
#include "trial/trial.h"

// By the connection request, or by TLS that began without one.
static enum effect effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_NEGOTIATION];
    const json_t *offered = fact_get(trial->facts, FACT_NEGOTIATION_OFFERED);
    bool requested = fact_get(trial->facts, FACT_NEGOTIATION_REQUESTED);

    if (offered || requested)
        return effect_if(level == (requested || json_is_true(offered) ? NEGOTIATION_OFFERED : NEGOTIATION_LEGACY));
    bool tls = fact_get(trial->facts, FACT_TLS_SNI) || fact_get(trial->facts, FACT_TLS_VERSION);
    return tls && level == NEGOTIATION_SKIPPED ? EFFECT_YES : EFFECT_UNREACHED;
}

static const char *conflict(const struct variant *variant)
{
    unsigned level = variant->level[FACTOR_NEGOTIATION];
    bool rdp = variant->level[FACTOR_SECURITY] == SECURITY_RDP;

    if (level == NEGOTIATION_LEGACY && !rdp)
        return "TLS and NLA have to be negotiated, so negotiation=legacy goes only with security=rdp";
    if (level != NEGOTIATION_SKIPPED)
        return NULL;
    if (rdp)
        return "what begins without a connection request begins with TLS, so negotiation=skipped does not go with "
               "security=rdp";
    if (variant->level[FACTOR_LOAD_BALANCE] != LOAD_BALANCE_OFF)
        return "the routing token is in the connection request, which negotiation=skipped does not send";
    if (variant->level[FACTOR_RESTRICTED_ADMIN] != RESTRICTED_ADMIN_OFF)
        return "Restricted Admin mode is asked for in the connection request, which negotiation=skipped does not send";
    return NULL;
}

const struct factor_row factor_negotiation = {
    .name = "negotiation",
    .heading = "nego",
    .summary = "how the security protocol is come to",
    .levels = {"offered", "legacy", "skipped"},
    .meaning = {"the connection request offers it", "nothing is offered, as before RDP 5.2; only with security=rdp",
                "no connection request: TLS begins at once, as at Hyper-V's console"},
    .phase = PHASE_NEGOTIATE,
    .rare = 1u << NEGOTIATION_LEGACY | 1u << NEGOTIATION_SKIPPED,
    .usual_with_rdp = 1u << NEGOTIATION_LEGACY,
    .weight = 0.3,
    .cost = 0.02,
    .effect = effect,
    .conflict = conflict,
};
