// SPDX-License-Identifier: Apache-2.0
#include "commands/fleet_passwords.h"

#include <stdio.h>
#include <string.h>

#include "commands/ask.h"
#include "commands/secret.h"
#include "report/page.h"
#include "trial/missing.h"

// The first trial of the plan that cannot be run as whom it is for.
struct lack {
    enum missing missing;
    const struct scenario_target *target;
    const struct variant *variant;
};

// As if what a scenario refers to were there: before it is read.
static void assume(const struct scenario *scenario, int index, struct account *account, const char **secret)
{
    if (index < 0)
        return;
    snprintf(account->user, sizeof account->user, "%s", scenario->credentials[index].user);
    *secret = scenario->credentials[index].source == SECRET_NONE ? NULL : "given";
}

static struct profile profile_of(const struct fleet_accounts *accounts, const struct plan *plan,
                                 const struct scenario_target *target, bool is_read)
{
    struct profile profile = scenario_profile(plan->scenario, target);
    if (is_read) {
        fleet_accounts_of(accounts, target, &profile);
    } else {
        assume(plan->scenario, target->credentials, &profile.account, &profile.secret[PROFILE_PASSWORD]);
        assume(plan->scenario, target->gateway_credentials, &profile.gateway_account,
               &profile.secret[PROFILE_GATEWAY_PASSWORD]);
    }
    return profile;
}

static struct lack find_lack(const struct fleet_accounts *accounts, const struct plan *plan, bool is_read)
{
    const struct until until = {plan->scenario->until, plan->scenario->at_challenge};
    for (size_t i = 0; i < plan->target_count; i++) {
        const struct scenario_target *target = &plan->scenario->targets[plan->targets[i]];
        const struct profile profile = profile_of(accounts, plan, target, is_read);
        for (size_t k = 0; k < plan->variant_count; k++) {
            const struct variant *variant = &plan->variants[k];
            enum missing missing = profile_missing(&profile, variant, until);
            if (missing != MISSING_NOTHING && plan_applies(plan->scenario, target, variant, NULL))
                return (struct lack){missing, target, variant};
        }
    }
    return (struct lack){MISSING_NOTHING, NULL, NULL};
}

// The credentials that miss their password; -1 where not just a password is missing.
static int credentials_of(const struct lack *lack)
{
    return lack->missing == MISSING_GATEWAY_PASSWORD ? lack->target->gateway_credentials
           : lack->missing == MISSING_PASSWORD       ? lack->target->credentials
                                                     : -1;
}

static enum exit_status refuse(const struct plan *plan, const struct lack *lack, char *error, size_t size)
{
    static const char *const how =
        "a scenario takes no --password-file: write password: {file: NAME} or {environment: RDPPROBE_PASSWORD} in its "
        "credentials";
    char target[HOST_MAX + 16];
    const int index = credentials_of(lack);
    if (lack->missing == MISSING_NOTHING)
        return EXIT_CONNECTED;
    target_text(&lack->target->target, target, sizeof target);
    if (index >= 0)
        snprintf(error, size, "the password of %s is missing, which %s needs: %s",
                 plan->scenario->credentials[index].user, target, how);
    else if (lack->missing == MISSING_GATEWAY_USER)
        snprintf(error, size, "the gateway of %s needs a user and a password, and no credentials are given: %s", target,
                 how);
    else
        snprintf(error, size,
                 "%s with security=%s needs a user and a password, and no credentials are given: %s, or stop at until: "
                 "nla-challenge",
                 target, level_name(FACTOR_SECURITY, lack->variant->level[FACTOR_SECURITY]), how);
    return EXIT_USAGE;
}

enum exit_status fleet_passwords_check(const struct fleet_accounts *accounts, const struct plan *plan, bool can_ask,
                                       char *error, size_t size)
{
    const struct lack lack = find_lack(accounts, plan, false);
    return can_ask && credentials_of(&lack) >= 0 ? EXIT_CONNECTED : refuse(plan, &lack, error, size);
}

enum exit_status fleet_passwords_complete(struct fleet_accounts *accounts, const struct plan *plan, bool can_ask,
                                          char *error, size_t size)
{
    struct lack lack = find_lack(accounts, plan, true);
    int before = -1, index;
    while (can_ask && (index = credentials_of(&lack)) >= 0 && index != before) {
        const struct account *account = &accounts->accounts[index];
        char prompt[3 * ACCOUNT_PART_MAX], clean[3 * ACCOUNT_PART_MAX];
        snprintf(prompt, sizeof prompt, "Password of %s%s%s", account->domain, account->domain[0] ? "\\" : "",
                 account->user);
        secret_wipe(accounts->passwords[index]); // an empty one
        if (ask_secret(page_clean(prompt, clean, sizeof clean), &accounts->passwords[index]) == ASKED_INTERRUPTED)
            return EXIT_INTERRUPTED;
        before = index;
        lack = find_lack(accounts, plan, true);
    }
    return refuse(plan, &lack, error, size);
}
