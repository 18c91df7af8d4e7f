// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "trial/fact.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_TLS];
    const char *spoken = fact_text(trial->facts, FACT_TLS_VERSION, NULL);
    if (trial->variant.level[FACTOR_SECURITY] == SECURITY_RDP)
        return level == TLS_DEFAULT ? EFFECT_VOID : EFFECT_NO;
    if (level == TLS_DEFAULT)
        return EFFECT_YES;
    if (!spoken)
        return EFFECT_UNREACHED;
    return effect_if(strcmp(spoken, factor_tls.levels[level]) == 0);
}

static const char *conflict(const struct variant *variant)
{
    if (variant->level[FACTOR_SECURITY] == SECURITY_RDP && variant->level[FACTOR_TLS] != TLS_DEFAULT)
        return "RDP security has no TLS handshake, so security=rdp goes only with tls=default";
    return NULL;
}

const struct factor_row factor_tls = {
    .name = "tls",
    .heading = "tls",
    .summary = "TLS version offered",
    .levels = {"default", "1.0", "1.1", "1.2", "1.3"},
    .meaning = {"TLS 1.0 to 1.3", "TLS 1.0 only", "TLS 1.1 only", "TLS 1.2 only", "TLS 1.3 only"},
    .phase = PHASE_TLS,
    .weight = 1.2,
    .effect = effect,
    .conflict = conflict,
};
