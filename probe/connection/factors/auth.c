// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <strings.h>

#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"AuthenticationPackageList", NULL, NULL, false},
    {NULL, NULL, NULL, false},
};

// A list of what is not to be used; "ntlm" or "kerberos" without the sign restrict nothing but after "none".
static const char no_kerberos[] = "!kerberos", no_ntlm[] = "!ntlm";

static bool before_target_tls(struct applying *applying, unsigned level)
{
    static const char *const packages[] = {
        [AUTH_LEVEL_NTLM] = no_kerberos, [AUTH_LEVEL_NEGOTIATE] = NULL, [AUTH_LEVEL_KERBEROS] = no_ntlm};
    // Only NTLM has a CHALLENGE; a Kerberos ticket would be a logon.
    unsigned used = applying->at_challenge ? (unsigned)AUTH_LEVEL_NTLM : level;
    return freerdp_settings_set_string(applying->settings, FreeRDP_AuthenticationPackageList, packages[used]);
}

// The factor is about the target. A gateway gets NTLM: whatever is sent to it then shows on the wire.
static bool apply(struct applying *applying, unsigned level)
{
    return before_target_tls(applying, applying_gateway(applying) ? (unsigned)AUTH_LEVEL_NTLM : level);
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    const char *list = parsed_text(parsed, "AuthenticationPackageList");
    bool none = strncasecmp(list, "none", strlen("none")) == 0;
    bool bars_ntlm = strcasestr(list, no_ntlm) || (none && !strcasestr(list, "ntlm"));
    bool bars_kerberos = strcasestr(list, no_kerberos) || (none && !strcasestr(list, "kerberos"));
    *level = bars_ntlm ? AUTH_LEVEL_KERBEROS : AUTH_LEVEL_NTLM;
    return bars_ntlm != bars_kerberos;
}

const struct factor_settings factor_auth_settings = {
    .apply = apply,
    .before_target_tls = before_target_tls,
    .settings = settings,
    .import = import,
};
