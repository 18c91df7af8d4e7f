// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "trial/fact.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    bool presented = fact_has(trial->facts, FACT_LICENSING_MESSAGES, "LICENSE_INFO");
    bool requested = fact_has(trial->facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE_REQUEST");
    switch (trial->variant.level[FACTOR_LICENSE]) {
    case LICENSE_CLEAR:
        if (presented)
            return EFFECT_NO;
        if (requested)
            return EFFECT_YES;
        break;
    case LICENSE_REUSE:
    case LICENSE_CORRUPT:
        if (presented)
            return EFFECT_YES;
        if (requested)
            return EFFECT_NO;
        break;
    default:
        if (presented || requested)
            return EFFECT_YES;
        break;
    }
    const char *role = fact_text(trial->facts, FACT_LICENSING_ROLE, "");
    return strcmp(role, "valid-client") == 0 ? EFFECT_VOID : EFFECT_UNREACHED;
}

const struct factor_row factor_license = {
    .name = "license",
    .heading = "lic",
    .summary = "client licence presented to the server's licensing",
    .levels = {"keep", "clear", "reuse", "corrupt"},
    .meaning = {"the user's own licence store, read only", "an empty licence store",
                "a licence that the server issued earlier in this run", "such a licence, damaged"},
    .phase = PHASE_LICENSING,
    .rare = 1u << LICENSE_CORRUPT,
    .weight = 1.5, // licensing and the security protocol lead the causes of 0x3/0x7 that a client can trigger
    .cost = 0.05,
    .effect = effect,
};
