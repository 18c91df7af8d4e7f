// SPDX-License-Identifier: Apache-2.0
#include "trial/effect.h"

#include <string.h>

#include "trial/fact.h"

static enum effect security_effect(const struct trial *trial)
{
    static const char *const selected[] = {[SECURITY_NLA] = "HYBRID", [SECURITY_TLS] = "SSL", [SECURITY_RDP] = "RDP"};
    const char *seen = fact_text(trial->facts, FACT_NEGOTIATION_SELECTED, NULL);
    if (!seen)
        return fact_get(trial->facts, FACT_NEGOTIATION_FAILURE) ? EFFECT_NO : EFFECT_UNREACHED;
    return strcmp(seen, selected[trial->variant.level[FACTOR_SECURITY]]) == 0 ? EFFECT_YES : EFFECT_NO;
}

static enum effect tls_effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_TLS];
    const char *spoken = fact_text(trial->facts, FACT_TLS_VERSION, NULL);
    if (trial->variant.level[FACTOR_SECURITY] == SECURITY_RDP)
        return level == TLS_DEFAULT ? EFFECT_VOID : EFFECT_NO;
    if (level == TLS_DEFAULT)
        return EFFECT_YES;
    if (!spoken)
        return EFFECT_UNREACHED;
    return strcmp(spoken, level_name(FACTOR_TLS, level)) == 0 ? EFFECT_YES : EFFECT_NO;
}

static enum effect address_effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_ADDRESS];
    const char *asked = fact_text(trial->facts, FACT_ADDRESS_ASKED, NULL);
    const char *presented = fact_text(trial->facts, FACT_ADDRESS_PRESENTED, NULL);
    const char *family = fact_text(trial->facts, FACT_ADDRESS_FAMILY, NULL);
    if (!presented)
        return EFFECT_UNREACHED;
    if (level == ADDRESS_NAME)
        return asked && strcmp(asked, presented) == 0 ? EFFECT_YES : EFFECT_NO;
    // By address: through a gateway the family is that of the literal handed to it.
    if (!family)
        return EFFECT_UNREACHED;
    return strcmp(family, level_name(FACTOR_ADDRESS, level)) == 0 ? EFFECT_YES : EFFECT_NO;
}

static enum effect gateway_effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_GATEWAY];
    const char *transport = fact_text(trial->facts, FACT_GATEWAY_TRANSPORT, NULL);
    if (level == GATEWAY_OFF)
        return transport ? EFFECT_NO : EFFECT_YES;
    if (!transport)
        return EFFECT_UNREACHED;
    return strcmp(transport, level_name(FACTOR_GATEWAY, level)) == 0 ? EFFECT_YES : EFFECT_NO;
}

static enum effect license_effect(const struct trial *trial)
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

enum effect factor_effect(enum factor factor, const struct trial *trial)
{
    switch (factor) {
    case FACTOR_SECURITY:
        return security_effect(trial);
    case FACTOR_TLS:
        return tls_effect(trial);
    case FACTOR_ADDRESS:
        return address_effect(trial);
    case FACTOR_GATEWAY:
        return gateway_effect(trial);
    case FACTOR_LICENSE:
        return license_effect(trial);
    case FACTOR_COUNT:
        break;
    }
    return EFFECT_NO;
}

bool trial_in_effect(const struct trial *trial, enum factor *which)
{
    for (int i = 0; i < FACTOR_COUNT; i++) {
        if (factor_effect((enum factor)i, trial) == EFFECT_NO) {
            if (which)
                *which = (enum factor)i;
            return false;
        }
    }
    return true;
}

enum phase factor_phase(enum factor factor)
{
    switch (factor) {
    case FACTOR_SECURITY:
        return PHASE_NEGOTIATE;
    case FACTOR_TLS:
        return PHASE_TLS;
    case FACTOR_LICENSE:
        return PHASE_LICENSING;
    case FACTOR_ADDRESS:
    case FACTOR_GATEWAY:
    case FACTOR_COUNT:
        break;
    }
    return PHASE_RESOLVE;
}
