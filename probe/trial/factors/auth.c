// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "trial/fact.h"
#include "trial/profile.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    const char *seen = fact_text(trial->facts, FACT_CREDSSP_MECHANISM, NULL);
    if (trial->variant.level[FACTOR_SECURITY] != SECURITY_NLA)
        return EFFECT_VOID;
    if (!seen)
        return EFFECT_UNREACHED;
    switch (trial->variant.level[FACTOR_AUTH]) {
    case AUTH_LEVEL_NTLM:
        return effect_if(strcmp(seen, "NTLM") == 0);
    case AUTH_LEVEL_KERBEROS:
        return effect_if(strcmp(seen, "Kerberos") == 0);
    default:
        return EFFECT_YES; // whichever can be had
    }
}

static const char *unavailable(const struct profile *profile, unsigned level)
{
    if (profile->target.literal && level == AUTH_LEVEL_KERBEROS)
        return "the target was given as an address, and Kerberos knows it by its name";
    return NULL;
}

static const char *conflict(const struct variant *variant)
{
    if (variant->level[FACTOR_AUTH] == AUTH_LEVEL_KERBEROS && address_is_literal(variant->level[FACTOR_ADDRESS]))
        return "Kerberos knows the target by its name, so auth=kerberos goes with no address";
    return NULL;
}

const struct factor_row factor_auth = {
    .name = "auth",
    .heading = "auth",
    .summary = "how NLA authenticates; the others may look for a KDC",
    .levels = {"ntlm", "negotiate", "kerberos"},
    .meaning = {"NTLM only", "Kerberos where a ticket can be had, else NTLM", "Kerberos only"},
    .phase = PHASE_NLA,
    .weight = 1,
    .cost = 0.3, // another mechanism may cost a refused logon
    .effect = effect,
    .unavailable = unavailable,
    .conflict = conflict,
};
