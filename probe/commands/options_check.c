// SPDX-License-Identifier: Apache-2.0
// What no single option can see.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands/options.h"
#include "trial/availability.h"

__attribute__((format(printf, 3, 4))) static bool refuse(char *error, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, size, format, arguments);
    va_end(arguments);
    return false;
}

// Levels that were named, and cannot be had in this run. Addresses and gateways have sentences of their own.
static bool check_availability(const struct options *o, char *error, size_t size)
{
    for (int f = FACTOR_CORE_END; f < FACTOR_COUNT; f++) {
        const enum factor factor = (enum factor)f;
        const char *name = factor_row(factor)->name;
        const char *clause = level_unavailable(&o->profile, factor, o->profile.levels.level[f]);
        if (clause)
            return refuse(error, size, "--set %s=%s cannot be: %s", name,
                          level_name(factor, o->profile.levels.level[f]), clause);
        for (unsigned level = 0; o->was_varied[f] && level < factor_levels(factor); level++) {
            clause = level_unavailable(&o->profile, factor, level);
            if (clause && (o->levels[f] >> level & 1))
                return refuse(error, size, "--vary %s=%s cannot be: %s", name, level_name(factor, level), clause);
        }
    }
    return true;
}

static bool is_stdin(const char *file)
{
    return file && strcmp(file, "-") == 0;
}

static bool check_account(const struct options *o, char *error, size_t size)
{
    const struct account *account = &o->profile.account;
    if (is_stdin(o->password_file) + is_stdin(o->gateway_password_file) + is_stdin(o->gateway_token_file) +
            is_stdin(o->gateway_bearer_file) >
        1)
        return refuse(error, size, "standard input can be only one of the secrets");
    if (o->password_file && !account->user[0])
        return refuse(error, size, "--password-file needs --user");
    if (account->domain[0] && !account->user[0])
        return refuse(error, size, "--domain needs --user");
    if (account->domain[0] && strchr(account->user, '@'))
        return refuse(error, size, "--domain does not go with the user '%s', which names its domain itself",
                      account->user);
    return true;
}

static bool check_gateway_account(const struct options *o, char *error, size_t size)
{
    const struct account *account = &o->profile.gateway_account;
    if (account->domain[0] && !account->user[0])
        return refuse(error, size, "--gateway-domain needs --gateway-user");
    if (o->gateway_password_file && !account->user[0])
        return refuse(error, size, "--gateway-password-file needs --gateway-user");
    if (!o->profile.has_gateway && (account->user[0] || o->gateway_token_file || o->gateway_bearer_file))
        return refuse(error, size, "--gateway-%s needs --gateway",
                      account->user[0]        ? "user"
                      : o->gateway_token_file ? "token-file"
                                              : "bearer-file");
    return true;
}

static bool check_gateway(const struct options *o, char *error, size_t size)
{
    const unsigned level = o->profile.levels.level[FACTOR_GATEWAY];
    if (o->gateway_token_file && o->gateway_bearer_file)
        return refuse(error, size,
                      "--gateway-token-file and --gateway-bearer-file do not go together: a gateway is "
                      "given one of them");
    if (level == GATEWAY_RPC && (o->gateway_token_file || o->gateway_bearer_file))
        return refuse(error, size, "--set gateway=rpc takes a password only: there is no token in RPC over HTTP");
    if (level != GATEWAY_OFF && !o->profile.has_gateway)
        return refuse(error, size, "--set gateway=%s needs --gateway HOST[:PORT]", level_name(FACTOR_GATEWAY, level));
    if (o->was_varied[FACTOR_GATEWAY] && !o->profile.has_gateway)
        return refuse(error, size, "--vary gateway needs --gateway HOST[:PORT]");
    return true;
}

static bool check_address(const struct options *o, char *error, size_t size)
{
    const char *alias = o->profile.operand[FACTOR_ADDRESS];
    bool varied = o->was_varied[FACTOR_ADDRESS];
    bool asked = varied && (o->levels[FACTOR_ADDRESS] >> ADDRESS_ALIAS & 1);
    if (!alias[0] && (asked || o->profile.levels.level[FACTOR_ADDRESS] == ADDRESS_ALIAS))
        return refuse(error, size, "address=alias needs --alias NAME, the target's other name");
    if (alias[0] && strcasecmp(alias, o->profile.target.host) == 0)
        return refuse(error, size, "--alias %s is the name that the target has anyway", alias);
    if (varied && o->profile.target.literal && !alias[0])
        return refuse(error, size, "--vary address needs a target with a name, and '%s' is an address",
                      o->profile.target.host);
    return true;
}

// What is shown and recorded.
static bool check_output(const struct options *o, char *error, size_t size)
{
    if (o->explain_base && !o->has_base)
        return refuse(error, size, "--explain-baseline needs an .rdp file, or xfreerdp's arguments after --");
    if (o->explain_base && o->json)
        return refuse(error, size, "--explain-baseline does not go with --json");
    if (o->capture_whole && !o->capture)
        return refuse(error, size, "--no-capture-redact needs --capture");
    if (o->screenshot && o->until.phase != PHASE_GRAPHICS)
        return refuse(error, size, "--screenshot needs --until graphics, and not --until %s", until_name(o->until));
    if (o->screenshot && o->repeat > 1)
        return refuse(error, size, "--screenshot is of one trial, and --repeat asks for %u", o->repeat);
    if (o->until.phase == PHASE_GRAPHICS && o->profile.levels.level[FACTOR_GRAPHICS] == GRAPHICS_NONE)
        return refuse(error, size,
                      "%s needs --set graphics=bitmap or graphics=gfx: with graphics=none nothing is "
                      "drawn",
                      o->screenshot ? "--screenshot" : "--until graphics");
    return true;
}

bool options_check(struct options *o, char *error, size_t size)
{
    const char *why;
    if (!check_account(o, error, size) || !check_gateway_account(o, error, size) || !check_gateway(o, error, size) ||
        !check_address(o, error, size) || !check_output(o, error, size) || !check_availability(o, error, size))
        return false;
    if (!variant_possible(&o->profile.levels, &why))
        return refuse(error, size, "--set asks for what cannot be: %s", why);
    return true;
}
