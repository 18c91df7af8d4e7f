// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "trial/fact.h"
#include "trial/trial.h"

uint32_t rdp_encryption_methods(unsigned level)
{
    static const uint32_t methods[] = {[RDP_ENCRYPTION_ANY] = RDP_ENCRYPTION_METHODS_ALL,
                                       [RDP_ENCRYPTION_128] = 0x02,
                                       [RDP_ENCRYPTION_56] = 0x08,
                                       [RDP_ENCRYPTION_40] = 0x01,
                                       [RDP_ENCRYPTION_FIPS] = 0x10};
    return methods[level];
}

// By what was offered: a server that chooses something else has failed the trial.
static enum effect effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_RDP_ENCRYPTION];
    int64_t methods = fact_integer(trial->facts, FACT_CLIENT_ENCRYPTION_METHODS, -1);
    const char *method = fact_text(trial->facts, FACT_SERVER_ENCRYPTION_METHOD, "");

    if (methods < 0)
        return EFFECT_UNREACHED;
    if (methods == 0) // nothing is offered under TLS
        return level == RDP_ENCRYPTION_ANY ? EFFECT_VOID : EFFECT_NO;
    if (methods != rdp_encryption_methods(level))
        return EFFECT_NO;
    return strcmp(method, "ENCRYPTION_METHOD_NONE") == 0 ? EFFECT_VOID : EFFECT_YES; // the server does not encrypt
}

static const char *conflict(const struct variant *variant)
{
    if (variant->level[FACTOR_RDP_ENCRYPTION] != RDP_ENCRYPTION_ANY && variant->level[FACTOR_SECURITY] != SECURITY_RDP)
        return "only RDP security encrypts by itself, so rdp-encryption goes only with security=rdp";
    return NULL;
}

enum {
    NARROW = 1u << RDP_ENCRYPTION_128 | 1u << RDP_ENCRYPTION_56 | 1u << RDP_ENCRYPTION_40 | 1u << RDP_ENCRYPTION_FIPS
};

const struct factor_row factor_rdp_encryption = {
    .name = "rdp-encryption",
    .heading = "crypt",
    .summary = "ciphers that RDP security offers; only with security=rdp",
    .levels = {"any", "128", "56", "40", "fips"},
    .meaning = {"all of them, as mstsc does", "RC4 with 128 bits only", "RC4 with 56 bits only",
                "RC4 with 40 bits only", "FIPS only: Triple DES with SHA-1"},
    .phase = PHASE_MCS,
    .rare = NARROW,
    .usual_with_rdp = NARROW,
    .weight = 0.4,
    .cost = 0.02,
    .effect = effect,
    .conflict = conflict,
};
