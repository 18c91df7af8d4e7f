// SPDX-License-Identifier: Apache-2.0
#include "commands/option_account.h"

#include <stdio.h>
#include <string.h>

#include "commands/option_value.h"
#include "trial/account_name.h"

enum { GATEWAY_PORT = 443 };

// USER or DOMAIN\USER; a UPN stays as it is. What may hold a password is not repeated.
static bool take_name(const char *text, const char *option, char user[256], char domain[256], char *error, size_t size)
{
    const char *backslash = strchr(text, '\\'), *fault = account_user_fault(text);
    if (fault)
        return option_refuse(error, size, fault);
    if (!text[0] || (backslash && !backslash[1]))
        return option_refuse(error, size, "names no user");
    if (!backslash)
        return option_copy(user, 256, text, error, size);
    if (domain[0]) {
        snprintf(error, size, "has a domain of its own, and %s was given too", option);
        return false;
    }
    if (backslash - text >= 256)
        return option_refuse(error, size, "is too long");
    memcpy(domain, text, (size_t)(backslash - text));
    domain[backslash - text] = '\0';
    return option_copy(user, 256, backslash + 1, error, size);
}

bool option_take_user(struct options *o, const char *text, char *error, size_t size)
{
    return take_name(text, "--domain", o->profile.account.user, o->profile.account.domain, error, size);
}

bool option_take_domain(struct options *o, const char *text, char *error, size_t size)
{
    if (o->profile.account.domain[0])
        return option_refuse(error, size, "was given, and --user has a domain of its own");
    if (account_user_fault(text))
        return option_refuse(error, size, account_user_fault(text));
    return option_copy(o->profile.account.domain, sizeof o->profile.account.domain, text, error, size);
}

bool option_take_password_file(struct options *o, const char *text, char *error, size_t size)
{
    (void)error, (void)size;
    o->password_file = text;
    return true;
}

bool option_refuse_password(struct options *o, const char *text, char *error, size_t size)
{
    (void)o, (void)text;
    return option_refuse(
        error, size,
        "is not taken: an argument can be read by every user of this machine. Use --password-file FILE (- "
        "for standard input) or the variable RDPPROBE_PASSWORD");
}

bool option_refuse_gateway_password(struct options *o, const char *text, char *error, size_t size)
{
    (void)o, (void)text;
    return option_refuse(
        error, size,
        "is not taken: an argument can be read by every user of this machine. Use --gateway-password-file "
        "FILE or the variable RDPPROBE_GATEWAY_PASSWORD");
}

bool option_take_gateway(struct options *o, const char *text, char *error, size_t size)
{
    const char *clause;
    if (!target_parse(text, GATEWAY_PORT, &o->profile.gateway, &clause)) {
        char shown[HOST_MAX];
        snprintf(error, size, "'%s' %s", target_shown(text, shown, sizeof shown), clause);
        return false;
    }
    o->profile.has_gateway = true;
    return true;
}

bool option_take_gateway_user(struct options *o, const char *text, char *error, size_t size)
{
    return take_name(text, "--gateway-domain", o->profile.gateway_account.user, o->profile.gateway_account.domain,
                     error, size);
}

bool option_take_gateway_domain(struct options *o, const char *text, char *error, size_t size)
{
    if (o->profile.gateway_account.domain[0])
        return option_refuse(error, size, "was given, and --gateway-user has a domain of its own");
    if (account_user_fault(text))
        return option_refuse(error, size, account_user_fault(text));
    return option_copy(o->profile.gateway_account.domain, sizeof o->profile.gateway_account.domain, text, error, size);
}

bool option_take_gateway_password_file(struct options *o, const char *text, char *error, size_t size)
{
    (void)error, (void)size;
    o->gateway_password_file = text;
    return true;
}

bool option_take_gateway_token_file(struct options *o, const char *text, char *error, size_t size)
{
    (void)error, (void)size;
    o->gateway_token_file = text;
    return true;
}

bool option_take_gateway_bearer_file(struct options *o, const char *text, char *error, size_t size)
{
    (void)error, (void)size;
    o->gateway_bearer_file = text;
    return true;
}
