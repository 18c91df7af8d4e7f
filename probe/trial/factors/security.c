// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "trial/fact.h"
#include "trial/trial.h"

// Where nothing was negotiated, by what was spoken.
static enum effect effect_without(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_SECURITY];
    if (fact_get(trial->facts, FACT_NEGOTIATION_FAILURE))
        return EFFECT_NO;
    if (fact_get(trial->facts, FACT_NEGOTIATION_ANSWER)) // with no structure in it: RDP security
        return effect_if(level == SECURITY_RDP);
    if (fact_get(trial->facts, FACT_NEGOTIATION_OFFERED) || !fact_get(trial->facts, FACT_TLS_VERSION))
        return EFFECT_UNREACHED;
    if (level == SECURITY_NLA)
        return fact_get(trial->facts, FACT_CREDSSP_VERSION) ? EFFECT_YES : EFFECT_UNREACHED;
    return effect_if(level == SECURITY_TLS);
}

static enum effect effect(const struct trial *trial)
{
    static const char *const selected[] = {[SECURITY_NLA] = "HYBRID", [SECURITY_TLS] = "SSL", [SECURITY_RDP] = "RDP"};
    const char *seen = fact_text(trial->facts, FACT_NEGOTIATION_SELECTED, NULL);
    if (!seen)
        return effect_without(trial);
    if (strcmp(seen, "HYBRID_EX") == 0) // NLA that ends with the server's word on the user's authorization
        seen = "HYBRID";
    return effect_if(strcmp(seen, selected[trial->variant.level[FACTOR_SECURITY]]) == 0);
}

const struct factor_row factor_security = {
    .name = "security",
    .heading = "sec",
    .summary = "security protocol asked for: NLA (CredSSP), TLS alone, or RDP security",
    .levels = {"nla", "tls", "rdp"},
    .meaning = {"CredSSP over TLS", "TLS without CredSSP", "Standard RDP Security"},
    .phase = PHASE_NEGOTIATE,
    .weight = 1.5, // licensing and the security protocol lead the causes of 0x3/0x7 that a client can trigger
    .effect = effect,
};
