// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "connection/applying.h"
#include "connection/outgoing.h"
#include "protocol/x224.h"

enum { COOKIE_MAX = 234 }; // what a TPDU of 254 bytes has room for (X.224 13.2.1)

static const struct factor_setting settings[] = {
    {"CookieMaxLength", NULL, "set by the factor cookie", true},
    {NULL, NULL, NULL, false},
};

// The length of the first bytes that mstsc takes: nine, and no part of a character.
static size_t short_length(const char *name)
{
    size_t length = strlen(name);
    if (length <= COOKIE_SHORT)
        return length;
    for (length = COOKIE_SHORT; length && ((unsigned char)name[length] & 0xC0) == 0x80;)
        length--;
    return length;
}

// After the factors user-form, whose names it has, and load-balance, whose token goes in its place. As a token the
// cookie is sent as it is: FreeRDP's own has the domain, or this computer's name, before the user through a gateway and
// not without one, so that what reads the cookie would seem to ask for the gateway.
static bool apply(struct applying *applying, unsigned level)
{
    const char *user = freerdp_settings_get_string(applying->settings, FreeRDP_Username);
    const char *domain = freerdp_settings_get_string(applying->settings, FreeRDP_Domain);
    char name[COOKIE_MAX + 1], cookie[sizeof "Cookie: mstshash=" + COOKIE_MAX];

    if (applying->profile->levels.level[FACTOR_LOAD_BALANCE] == LOAD_BALANCE_TOKEN)
        return true;
    bool whole = level != COOKIE_SHORTENED || !domain || !domain[0];
    snprintf(name, sizeof name, "%s%s%s", whole ? "" : domain, whole ? "" : "\\", user ? user : "");
    int length = level == COOKIE_SHORTENED ? (int)short_length(name) : (int)strlen(name);
    int size = snprintf(cookie, sizeof cookie, "Cookie: mstshash=%.*s", length, name);
    return freerdp_settings_set_pointer_len(applying->settings, FreeRDP_LoadBalanceInfo, cookie, (size_t)size);
}

// FreeRDP always sends one or the other.
static void sending(struct outgoing *outgoing, const struct variant *variant, unsigned level)
{
    (void)variant;
    if (outgoing->first && level == COOKIE_NONE)
        outgoing->size = x224_drop_cookie(outgoing->data, outgoing->size);
}

const struct factor_settings factor_cookie_settings = {
    .apply = apply,
    .sending = sending,
    .settings = settings,
};
