// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const char one_protocol[] = "a trial asks for exactly one protocol";

static const struct factor_setting settings[] = {
    {"NlaSecurity", "sec", NULL, false},          {"TlsSecurity", "sec", NULL, false},
    {"RdpSecurity", "sec", NULL, false},          {"UseRdpSecurityLayer", NULL, NULL, false},
    {"ExtSecurity", NULL, one_protocol, true},    {"AadSecurity", NULL, one_protocol, true},
    {"RdstlsSecurity", NULL, one_protocol, true}, {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    const struct flag_setting flags[] = {
        // Exactly one protocol, so that nothing falls back to another one on a new connection.
        {FreeRDP_NlaSecurity, level == SECURITY_NLA},
        {FreeRDP_TlsSecurity, level == SECURITY_TLS},
        {FreeRDP_RdpSecurity, level == SECURITY_RDP},
        // NLA with early user authorization, as mstsc offers it beside NLA without: a server takes the one it knows.
        {FreeRDP_ExtSecurity, level == SECURITY_NLA},
        {FreeRDP_RdstlsSecurity, false},
        {FreeRDP_AadSecurity, false},
        {FreeRDP_UseRdpSecurityLayer, level == SECURITY_RDP},
        // xrdp 0.9 and older servers know only the plain MAC.
        {FreeRDP_SaltedChecksum, false},
    };
    return apply_flags(applying, flags, COUNT(flags));
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    bool nla = parsed_flag(parsed, "NlaSecurity") || parsed_flag(parsed, "ExtSecurity");
    bool rdp = parsed_flag(parsed, "RdpSecurity"), tls = parsed_flag(parsed, "TlsSecurity");
    *level = nla ? SECURITY_NLA : tls ? SECURITY_TLS : rdp ? SECURITY_RDP : SECURITY_NLA;
    return parsed_says(parsed, "NlaSecurity") || parsed_says(parsed, "TlsSecurity") ||
           parsed_says(parsed, "RdpSecurity");
}

const struct factor_settings factor_security_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
