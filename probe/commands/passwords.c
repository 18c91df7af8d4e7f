// SPDX-License-Identifier: Apache-2.0
#include "commands/passwords.h"

#include <stdio.h>
#include <stdlib.h>

#include "commands/ask.h"
#include "commands/complain.h"
#include "commands/secret.h"
#include "report/page.h"
#include "trial/missing.h"

// What the baseline misses. A gateway's user is given for a trial through the gateway, if not the baseline.
static enum missing find_missing(const struct options *o, const struct profile *profile)
{
    struct variant variant = profile->levels;
    if (profile->gateway_account.user[0] && variant.level[FACTOR_GATEWAY] == GATEWAY_OFF)
        variant.level[FACTOR_GATEWAY] = GATEWAY_HTTP;
    return profile_missing(profile, &variant, o->until);
}

// Nobody answers a pipeline's questions, and --json is for one.
static bool can_ask(const struct options *o)
{
    return !o->json && ask_possible();
}

static const char *logon_of(const struct profile *profile)
{
    return profile->levels.level[FACTOR_SECURITY] == SECURITY_NLA ? "security=nla" : "--autologon";
}

static enum exit_status refuse(const struct options *o, const char *command, const struct profile *profile,
                               enum missing missing)
{
    const char *early = o->command == COMMAND_CONNECT && profile->levels.level[FACTOR_SECURITY] == SECURITY_NLA
                            ? ", or stop at --until nla-challenge"
                            : "";
    switch (missing) {
    case MISSING_NOTHING:
        return EXIT_CONNECTED;
    case MISSING_USER:
        run_complain(
            command,
            "%s needs a user and a password: give --user USER, and --password-file FILE or RDPPROBE_PASSWORD%s",
            logon_of(profile), early);
        break;
    case MISSING_PASSWORD:
        run_complain(command, "the password of %s is missing: give --password-file FILE or RDPPROBE_PASSWORD%s",
                     profile->account.user, early);
        break;
    case MISSING_GATEWAY_USER:
        run_complain(command,
                     "the gateway needs a user and a password, or a token: give --user USER with --password-file FILE "
                     "or RDPPROBE_PASSWORD, --gateway-user for another one there, or --gateway-token-file FILE");
        break;
    case MISSING_GATEWAY_PASSWORD:
        run_complain(command,
                     "the password of %s at the gateway is missing: give --gateway-password-file FILE or "
                     "RDPPROBE_GATEWAY_PASSWORD (that of the target is --password-file or RDPPROBE_PASSWORD)",
                     profile->gateway_account.user);
        break;
    }
    return EXIT_USAGE;
}

static bool is_password(enum missing missing)
{
    return missing == MISSING_PASSWORD || missing == MISSING_GATEWAY_PASSWORD;
}

enum exit_status passwords_check(const struct options *o, const char *command)
{
    struct profile profile = o->profile;
    const bool given[PROFILE_SECRETS] = {
        [PROFILE_PASSWORD] = o->password_file || getenv("RDPPROBE_PASSWORD"),
        [PROFILE_GATEWAY_PASSWORD] = o->gateway_password_file || getenv("RDPPROBE_GATEWAY_PASSWORD"),
        [PROFILE_GATEWAY_TOKEN] = o->gateway_token_file,
        [PROFILE_GATEWAY_BEARER] = o->gateway_bearer_file,
    };
    for (int i = 0; i < PROFILE_SECRETS; i++) {
        if (given[i] || (o->has_base && o->base.secrets[i] >= 0))
            profile.secret[i] = "given";
    }
    enum missing missing = find_missing(o, &profile);
    return is_password(missing) && can_ask(o) ? EXIT_CONNECTED : refuse(o, command, &profile, missing);
}

enum exit_status passwords_complete(const struct options *o, const char *command, struct profile *profile,
                                    char *secrets[PROFILE_SECRETS])
{
    enum missing missing = find_missing(o, profile);
    for (int asked = 0; asked < 2 && is_password(missing) && can_ask(o); asked++) {
        const bool gateway = missing == MISSING_GATEWAY_PASSWORD;
        const enum profile_secret which = gateway ? PROFILE_GATEWAY_PASSWORD : PROFILE_PASSWORD;
        const struct account *account = gateway ? &profile->gateway_account : &profile->account;
        char prompt[3 * ACCOUNT_PART_MAX], clean[3 * ACCOUNT_PART_MAX];
        snprintf(prompt, sizeof prompt, "Password of %s%s%s%s", account->domain, account->domain[0] ? "\\" : "",
                 account->user, gateway ? " at the gateway" : "");
        secret_wipe(secrets[which]); // an empty one
        enum asked answer = ask_secret(page_clean(prompt, clean, sizeof clean), &secrets[which]);
        profile->secret[which] = secrets[which];
        if (answer == ASKED_INTERRUPTED)
            return EXIT_INTERRUPTED;
        enum missing before = missing;
        missing = find_missing(o, profile);
        if (missing == before)
            break;
    }
    return refuse(o, command, profile, missing);
}
