// SPDX-License-Identifier: Apache-2.0
#include "commands/fleet_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/secret.h"
#include "runner/guard.h"
#include "runner/ledger.h"

static void mark_used(struct fleet_accounts *accounts, int index)
{
    if (index >= 0)
        accounts->used[index] = true;
}

// The same variable may serve several credentials: it is taken from the environment once.
static int stashed_before(const struct fleet_accounts *accounts, size_t index)
{
    const struct credentials *all = accounts->scenario->credentials;
    for (size_t i = 0; i < index; i++) {
        if (accounts->used[i] && all[i].source == SECRET_ENVIRONMENT &&
            strcmp(all[i].reference, all[index].reference) == 0)
            return (int)i;
    }
    return -1;
}

static const char *name_of(const struct credentials *credentials)
{
    return credentials->name[0] ? credentials->name : "default";
}

bool fleet_accounts_stash(struct fleet_accounts *accounts, const struct plan *plan, char *error, size_t size)
{
    const struct scenario *scenario = plan->scenario;
    size_t count = scenario->credentials_count;
    *accounts = (struct fleet_accounts){.scenario = scenario,
                                        .accounts = calloc(count + 1, sizeof *accounts->accounts),
                                        .passwords = calloc(count + 1, sizeof *accounts->passwords),
                                        .stashes = calloc(count + 1, sizeof *accounts->stashes),
                                        .used = calloc(count + 1, sizeof *accounts->used)};
    if (!accounts->accounts || !accounts->passwords || !accounts->stashes || !accounts->used) {
        snprintf(error, size, "memory is out");
        return false;
    }
    for (size_t i = 0; i < plan->target_count; i++) {
        mark_used(accounts, scenario->targets[plan->targets[i]].credentials);
        mark_used(accounts, scenario->targets[plan->targets[i]].gateway_credentials);
    }
    for (size_t i = 0; i < count; i++)
        accounts->stashes[i] = SECRET_NOT_STASHED;
    for (size_t i = 0; i < count; i++) {
        const struct credentials *c = &scenario->credentials[i];
        if (!accounts->used[i] || c->source != SECRET_ENVIRONMENT || stashed_before(accounts, i) >= 0)
            continue;
        if (!secret_stash(c->reference, &accounts->stashes[i], error, size))
            return false;
        if (accounts->stashes[i] == SECRET_NOT_STASHED) {
            snprintf(error, size, "the variable %s, from which the credentials '%s' take their password, is not set",
                     c->reference, name_of(c));
            return false;
        }
    }
    return true;
}

static bool read_password(struct fleet_accounts *accounts, size_t index, char **password, char *warning,
                          size_t warning_size, char *error, size_t size)
{
    const struct credentials *c = &accounts->scenario->credentials[index];
    const char *clause = NULL;
    char path[64];
    bool ok = true;
    int before;
    *password = NULL;
    switch (c->source) {
    case SECRET_NONE:
        break;
    case SECRET_FILE:
        ok = secret_read(c->reference, SECRET_NOT_STASHED, password, &clause, error, size);
        break;
    case SECRET_DESCRIPTOR:
        snprintf(path, sizeof path, "/dev/fd/%s", c->reference);
        ok = secret_read(strcmp(c->reference, "0") == 0 ? "-" : path, SECRET_NOT_STASHED, password, &clause, error,
                         size);
        clause = NULL;
        break;
    case SECRET_ENVIRONMENT:
        before = stashed_before(accounts, index);
        if (before >= 0) {
            *password = accounts->passwords[before] ? strdup(accounts->passwords[before]) : NULL;
        } else {
            ok = secret_read(NULL, accounts->stashes[index], password, &clause, error, size);
            accounts->stashes[index] = SECRET_NOT_STASHED;
        }
        break;
    }
    if (clause)
        snprintf(warning, warning_size, "%s %s", c->reference, clause);
    return ok;
}

bool fleet_accounts_read(struct fleet_accounts *accounts, char *warning, size_t warning_size, char *error, size_t size)
{
    warning[0] = '\0';
    for (size_t i = 0; i < accounts->scenario->credentials_count; i++) {
        const struct credentials *c = &accounts->scenario->credentials[i];
        struct account *account = &accounts->accounts[i];
        if (!accounts->used[i])
            continue;
        if (!read_password(accounts, i, &accounts->passwords[i], warning, warning_size, error, size))
            return false;
        // DOMAIN\USER in one text is as good as apart.
        const char *backslash = strchr(c->user, '\\');
        snprintf(account->domain, sizeof account->domain, "%.*s", backslash ? (int)(backslash - c->user) : 255,
                 backslash ? c->user : c->domain);
        snprintf(account->user, sizeof account->user, "%s", backslash ? backslash + 1 : c->user);
    }
    return true;
}

void fleet_accounts_of(const struct fleet_accounts *accounts, const struct scenario_target *target,
                       struct profile *profile)
{
    if (target->credentials >= 0) {
        profile->account = accounts->accounts[target->credentials];
        profile->secret[PROFILE_PASSWORD] = accounts->passwords[target->credentials];
    }
    if (target->gateway_credentials >= 0) {
        profile->gateway_account = accounts->accounts[target->gateway_credentials];
        profile->secret[PROFILE_GATEWAY_PASSWORD] = accounts->passwords[target->gateway_credentials];
    }
}

bool fleet_accounts_log_on(const struct fleet_accounts *accounts)
{
    for (size_t i = 0; i < accounts->scenario->credentials_count; i++) {
        const char *password = accounts->passwords[i];
        if (accounts->used[i] && accounts->accounts[i].user[0] && password && password[0])
            return true;
    }
    return false;
}

static bool forget(struct ledger *ledger, const struct account *account, const char *host, char *error, size_t size)
{
    struct account_identity identity;
    if (!account->user[0])
        return true;
    account_identify(account, host, &identity);
    return ledger_reset(ledger, &identity, error, size);
}

bool fleet_accounts_forget(const struct fleet_accounts *accounts, const struct plan *plan, char *error, size_t size)
{
    struct ledger *ledger = ledger_open(error, size);
    bool ok = ledger != NULL;
    for (size_t i = 0; ok && i < plan->target_count; i++) {
        const struct scenario_target *target = &plan->scenario->targets[plan->targets[i]];
        struct profile profile = scenario_profile(plan->scenario, target);
        fleet_accounts_of(accounts, target, &profile);
        ok = forget(ledger, &profile.account, profile.target.host, error, size) &&
             (!profile.has_gateway ||
              forget(ledger, profile_gateway_account(&profile), profile.gateway.host, error, size));
    }
    ledger_close(ledger);
    return ok;
}

void fleet_accounts_clear(struct fleet_accounts *accounts)
{
    for (size_t i = 0; accounts->scenario && i < accounts->scenario->credentials_count; i++) {
        char *left;
        const char *ignored;
        char error[8];
        if (accounts->passwords)
            secret_wipe(accounts->passwords[i]);
        if (accounts->stashes && accounts->stashes[i] != SECRET_NOT_STASHED && accounts->used[i] &&
            secret_read(NULL, accounts->stashes[i], &left, &ignored, error, sizeof error))
            secret_wipe(left);
    }
    free(accounts->accounts);
    free(accounts->passwords);
    free(accounts->stashes);
    free(accounts->used);
    *accounts = (struct fleet_accounts){0};
}
