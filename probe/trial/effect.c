// SPDX-License-Identifier: Apache-2.0
#include "trial/effect.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "trial/fact.h"

// earlyCapabilityFlags, MS-RDPBCGR 2.2.1.3.2.
enum { EARLY_ERRINFO = 0x0001, EARLY_AUTODETECT = 0x0080, EARLY_GFX = 0x0100 };

static enum effect yes_or_no(bool yes)
{
    return yes ? EFFECT_YES : EFFECT_NO;
}

static enum effect security_effect(const struct trial *trial)
{
    static const char *const selected[] = {[SECURITY_NLA] = "HYBRID", [SECURITY_TLS] = "SSL", [SECURITY_RDP] = "RDP"};
    const char *seen = fact_text(trial->facts, FACT_NEGOTIATION_SELECTED, NULL);
    if (!seen)
        return fact_get(trial->facts, FACT_NEGOTIATION_FAILURE) ? EFFECT_NO : EFFECT_UNREACHED;
    if (strcmp(seen, "HYBRID_EX") == 0) // NLA that ends with the server's word on the user's authorization
        seen = "HYBRID";
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
    if (level == ADDRESS_ALIAS)
        return asked && strcmp(asked, presented) != 0 ? EFFECT_YES : EFFECT_NO;
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

static enum effect auth_effect(const struct trial *trial)
{
    const char *seen = fact_text(trial->facts, FACT_CREDSSP_MECHANISM, NULL);
    bool kerberos = seen && strcmp(seen, "Kerberos") == 0;
    if (trial->variant.level[FACTOR_SECURITY] != SECURITY_NLA)
        return EFFECT_VOID;
    if (!seen)
        return EFFECT_UNREACHED;
    switch (trial->variant.level[FACTOR_AUTH]) {
    case AUTH_LEVEL_NTLM:
        return strcmp(seen, "NTLM") == 0 ? EFFECT_YES : EFFECT_NO;
    case AUTH_LEVEL_KERBEROS:
        return kerberos ? EFFECT_YES : EFFECT_NO;
    default:
        return EFFECT_YES; // whichever can be had
    }
}

static enum effect user_form_effect(const struct trial *trial)
{
    const char *user = fact_text(trial->facts, FACT_LOGON_USER, NULL);
    const char *domain = fact_text(trial->facts, FACT_LOGON_DOMAIN, "");
    unsigned level = trial->variant.level[FACTOR_USER_FORM];
    if (level == USER_FORM_AS_GIVEN)
        return EFFECT_YES;
    if (!user)
        return EFFECT_UNREACHED;
    bool upn = strchr(user, '@') && !domain[0];
    return level == USER_FORM_UPN ? yes_or_no(upn) : yes_or_no(!upn && domain[0]);
}

static enum effect load_balance_effect(const struct trial *trial)
{
    bool sent = fact_get(trial->facts, FACT_NEGOTIATION_ROUTING_TOKEN);
    if (!fact_get(trial->facts, FACT_NEGOTIATION_REQUESTED))
        return EFFECT_UNREACHED;
    return yes_or_no(sent == (trial->variant.level[FACTOR_LOAD_BALANCE] == LOAD_BALANCE_TOKEN));
}

static enum effect restricted_admin_effect(const struct trial *trial)
{
    enum { RESTRICTED_ADMIN_MODE_REQUIRED = 1 }; // MS-RDPBCGR 2.2.1.1.1
    const json_t *flags = fact_get(trial->facts, FACT_NEGOTIATION_REQUEST_FLAGS);
    if (!flags)
        return EFFECT_UNREACHED;
    bool set = json_integer_value(flags) & RESTRICTED_ADMIN_MODE_REQUIRED;
    return yes_or_no(set == (trial->variant.level[FACTOR_RESTRICTED_ADMIN] == RESTRICTED_ADMIN_ON));
}

static enum effect admin_effect(const struct trial *trial)
{
    enum { SESSION_VALID = 2 }; // REDIRECTED_SESSIONID_FIELD_VALID, MS-RDPBCGR 2.2.1.3.5
    const json_t *flags = fact_get(trial->facts, FACT_CLIENT_CLUSTER_FLAGS);
    if (!flags)
        return EFFECT_UNREACHED;
    // Session 0 is the administrative one; another is where a broker's redirection led.
    bool set = json_integer_value(flags) & SESSION_VALID && fact_integer(trial->facts, FACT_CLIENT_SESSION, 0) == 0;
    return yes_or_no(set == (trial->variant.level[FACTOR_ADMIN] == ADMIN_ON));
}

// Of a level that shows as an early capability flag: set or not.
static enum effect early_effect(const struct trial *trial, uint32_t flag, bool wanted)
{
    const json_t *flags = fact_get(trial->facts, FACT_CLIENT_EARLY_FLAGS);
    if (!flags)
        return EFFECT_UNREACHED;
    return yes_or_no(((json_integer_value(flags) & flag) != 0) == wanted);
}

static enum effect graphics_effect(const struct trial *trial)
{
    bool pipeline = trial->variant.level[FACTOR_GRAPHICS] == GRAPHICS_GFX;
    enum effect effect = early_effect(trial, EARLY_GFX, pipeline);
    // Its channel is a dynamic one.
    if (effect == EFFECT_YES && pipeline && !fact_has(trial->facts, FACT_CLIENT_CHANNELS, "drdynvc"))
        return EFFECT_NO;
    return effect;
}

static enum effect redirection_effect(const struct trial *trial)
{
    static const char *const channels[] = {"rdpdr", "rdpsnd", "cliprdr"};
    bool on = trial->variant.level[FACTOR_REDIRECTION] == REDIRECTION_ON;
    if (!fact_get(trial->facts, FACT_CLIENT_CHANNELS))
        return EFFECT_UNREACHED;
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        if (fact_has(trial->facts, FACT_CLIENT_CHANNELS, channels[i]) != on)
            return EFFECT_NO;
    }
    return EFFECT_YES;
}

static enum effect client_name_effect(const struct trial *trial)
{
    const char *seen = fact_text(trial->facts, FACT_CLIENT_NAME, NULL);
    const char *given = fact_text(trial->facts, FACT_CLIENT_NAME_GIVEN, NULL);
    if (!seen)
        return EFFECT_UNREACHED;
    bool same = given && strcmp(seen, given) == 0;
    return yes_or_no(same == (trial->variant.level[FACTOR_CLIENT_NAME] == CLIENT_NAME_GIVEN));
}

static enum effect color_depth_effect(const struct trial *trial)
{
    char seen[24];
    const json_t *depth = fact_get(trial->facts, FACT_CLIENT_COLOR_DEPTH);
    if (!depth)
        return EFFECT_UNREACHED;
    snprintf(seen, sizeof seen, "%" JSON_INTEGER_FORMAT, json_integer_value(depth));
    return yes_or_no(strcmp(seen, level_name(FACTOR_COLOR_DEPTH, trial->variant.level[FACTOR_COLOR_DEPTH])) == 0);
}

static enum effect multitransport_effect(const struct trial *trial)
{
    enum { EXTENDED_CLIENT_DATA_SUPPORTED = 1 }; // MS-RDPBCGR 2.2.1.2.1
    bool on = trial->variant.level[FACTOR_MULTITRANSPORT] == MULTITRANSPORT_ON;
    if (!fact_get(trial->facts, FACT_CLIENT_EARLY_FLAGS))
        return EFFECT_UNREACHED;
    bool offered = fact_integer(trial->facts, FACT_CLIENT_MULTITRANSPORT, 0) != 0;
    bool extended = fact_integer(trial->facts, FACT_NEGOTIATION_FLAGS, 0) & EXTENDED_CLIENT_DATA_SUPPORTED;
    if (on && !offered && !extended)
        return EFFECT_VOID; // a server that reads no such block is sent none
    return yes_or_no(offered == on);
}

enum effect factor_effect(enum factor factor, const struct trial *trial)
{
    const unsigned char *level = trial->variant.level;
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
    case FACTOR_AUTH:
        return auth_effect(trial);
    case FACTOR_USER_FORM:
        return user_form_effect(trial);
    case FACTOR_ADMIN:
        return admin_effect(trial);
    case FACTOR_LOAD_BALANCE:
        return load_balance_effect(trial);
    case FACTOR_ERROR_INFO:
        return early_effect(trial, EARLY_ERRINFO, level[FACTOR_ERROR_INFO] == ERROR_INFO_ADVERTISED);
    case FACTOR_GRAPHICS:
        return graphics_effect(trial);
    case FACTOR_REDIRECTION:
        return redirection_effect(trial);
    case FACTOR_CLIENT_NAME:
        return client_name_effect(trial);
    case FACTOR_COLOR_DEPTH:
        return color_depth_effect(trial);
    case FACTOR_AUTODETECT:
        return early_effect(trial, EARLY_AUTODETECT, level[FACTOR_AUTODETECT] == AUTODETECT_ON);
    case FACTOR_MULTITRANSPORT:
        return multitransport_effect(trial);
    case FACTOR_RESTRICTED_ADMIN:
        return restricted_admin_effect(trial);
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
    case FACTOR_LOAD_BALANCE:
    case FACTOR_RESTRICTED_ADMIN:
        return PHASE_NEGOTIATE;
    case FACTOR_TLS:
        return PHASE_TLS;
    case FACTOR_AUTH:
        return PHASE_NLA;
    case FACTOR_USER_FORM:
        return PHASE_NEGOTIATE; // it is in the cookie
    case FACTOR_ADMIN:
    case FACTOR_ERROR_INFO:
    case FACTOR_GRAPHICS:
    case FACTOR_REDIRECTION:
    case FACTOR_CLIENT_NAME:
    case FACTOR_COLOR_DEPTH:
    case FACTOR_AUTODETECT:
    case FACTOR_MULTITRANSPORT:
        return PHASE_MCS;
    case FACTOR_LICENSE:
        return PHASE_LICENSING;
    case FACTOR_ADDRESS:
    case FACTOR_GATEWAY:
    case FACTOR_COUNT:
        break;
    }
    return PHASE_RESOLVE;
}
