// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"LoadBalanceInfo", NULL, NULL, false},
    {NULL, NULL, NULL, false},
};

// Through a gateway FreeRDP puts the domain, or this computer's name, before the user in the routing cookie. What reads
// the cookie would then seem to ask for the gateway. That of a direct connection is the user alone, be it empty, and as
// a token it is sent as it is: so both ways carry the same.
static bool apply_cookie(struct applying *applying, const char *user)
{
    enum { COOKIE_MAX = 255 }; // of FreeRDP's own cookie
    char cookie[sizeof "Cookie: mstshash=" + COOKIE_MAX];
    int size = snprintf(cookie, sizeof cookie, "Cookie: mstshash=%s", user);
    size_t length = (size_t)size < sizeof cookie ? (size_t)size : sizeof cookie - 1;
    return freerdp_settings_set_pointer_len(applying->settings, FreeRDP_LoadBalanceInfo, cookie, length);
}

// After the factor user-form, whose user's name is in the cookie.
static bool apply(struct applying *applying, unsigned level)
{
    const char *user = freerdp_settings_get_string(applying->settings, FreeRDP_Username);
    const char *token = applying->profile->operand[FACTOR_LOAD_BALANCE];
    size_t size = strlen(token);
    if (level == LOAD_BALANCE_TOKEN)
        return size && freerdp_settings_set_pointer_len(applying->settings, FreeRDP_LoadBalanceInfo, token, size);
    return !applying_gateway(applying) || apply_cookie(applying, user ? user : "");
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    char *token = parsed_value(parsed, "LoadBalanceInfo");
    bool given = token && *token;
    free(token);
    *level = LOAD_BALANCE_TOKEN;
    return given;
}

const struct factor_settings factor_load_balance_settings = {
    .apply = apply,
    .settings = settings,
    .operand = "LoadBalanceInfo",
    .import = import,
};
