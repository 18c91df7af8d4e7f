// SPDX-License-Identifier: Apache-2.0
#include "runner/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection/event.h"
#include "knowledge/codes.h"
#include "runner/known_accounts.h"
#include "trial/fact.h"

// How soon an account is asked for again that trials of other processes hold.
enum { ASK_AGAIN_MS = 100, WHY_MAX = 1024 };

struct guard {
    enum guard_mode mode;
    struct ledger *ledger;
    struct known_accounts *known; // of a fleet
};

static bool target_has_password(const struct profile *profile)
{
    return profile->account.user[0] && profile_secret(profile, PROFILE_PASSWORD)[0];
}

static bool gateway_asks(const struct profile *profile)
{
    return profile->has_gateway && !profile->secret[PROFILE_GATEWAY_TOKEN] &&
           !profile->secret[PROFILE_GATEWAY_BEARER] && profile_gateway_account(profile)->user[0] &&
           profile_gateway_password(profile)[0];
}

bool guard_needed(const struct run_options *options)
{
    return target_has_password(&options->profile) || gateway_asks(&options->profile);
}

struct guard *guard_new(enum guard_mode mode, bool logons, char *error, size_t size)
{
    struct guard *guard = calloc(1, sizeof *guard);
    if (guard && mode == GUARD_FLEET)
        guard->known = known_accounts_new();
    if (!guard || (mode == GUARD_FLEET && !guard->known)) {
        snprintf(error, size, "memory is out");
        guard_free(guard);
        return NULL;
    }
    guard->mode = mode;
    if (logons && !(guard->ledger = ledger_open(error, size))) {
        guard_free(guard);
        return NULL;
    }
    return guard;
}

static bool sends_target_password(const struct run_options *options, const struct variant *variant, enum phase until)
{
    if (!target_has_password(&options->profile))
        return false;
    if (variant->level[FACTOR_SECURITY] == SECURITY_NLA)
        return until >= PHASE_NLA && !(until == PHASE_NLA && options->at_challenge);
    return options->profile.autologon && until >= PHASE_INFO;
}

static void name_account(struct held_account *held, const struct account *account, const char *host)
{
    ledger_account(account->user, account->domain, host, held->name, sizeof held->name);
}

// look: nothing is held, whatever the answer.
static enum permit_decision begin_in_fleet(struct guard *guard, struct held_account *held, unsigned limit, bool look,
                                           char *error, size_t size)
{
    struct known_account *known = known_accounts_get(guard->known, held->name);
    if (!known) {
        snprintf(error, size, "memory is out");
        return PERMIT_DECLINED;
    }
    if (known->stopped) {
        snprintf(error, size, "%s", known->why ? known->why : "memory is out");
        return PERMIT_DECLINED;
    }
    // Asking the ledger is not free, and mostly cannot help before a trial of this account has ended.
    if (!known->proved && (known->unproved >= limit || event_clock() < known->ask_again))
        return PERMIT_LATER;
    enum permit_decision decision =
        look ? ledger_look(guard->ledger, held->name, limit, error, size)
             : ledger_share(guard->ledger, held->name, limit, known->proved, &held->slot, error, size);
    held->proved = known->proved;
    if (decision == PERMIT_GRANTED)
        known->unproved += !known->proved && !look;
    else if (decision == PERMIT_DECLINED)
        known_account_stop(known, error);
    else
        known->ask_again = event_clock() + ASK_AGAIN_MS;
    return decision;
}

static bool end_in_fleet(struct guard *guard, struct held_account *held, enum logon_result result, unsigned failures,
                         char *error, size_t size)
{
    struct known_account *known = known_accounts_get(guard->known, held->name);
    char why[WHY_MAX];
    int slot;
    // A logon that went well elsewhere at the same time does not undo a lockout.
    if (known && known->stopped && result == LOGON_VERIFIED)
        result = LOGON_NOT_SENT;
    bool ok = ledger_return(guard->ledger, held->name, held->slot, result, failures, error, size);
    if (!known)
        return ok;
    known->unproved -= !held->proved && known->unproved > 0;
    known->ask_again = 0;
    if (result == LOGON_VERIFIED)
        known->proved = true;
    else if (result != LOGON_NOT_SENT)
        known->proved = false;
    // The ledger says why.
    if (result == LOGON_BLOCKED &&
        ledger_share(guard->ledger, held->name, 1, true, &slot, why, sizeof why) == PERMIT_DECLINED)
        known_account_stop(known, why);
    return ok;
}

static enum permit_decision begin_account(struct guard *guard, struct held_account *held, unsigned limit, char *error,
                                          size_t size)
{
    if (guard->mode == GUARD_FLEET)
        return begin_in_fleet(guard, held, limit, false, error, size);
    return ledger_begin(guard->ledger, held->name, limit, error, size) ? PERMIT_GRANTED : PERMIT_DECLINED;
}

static bool end_account(struct guard *guard, struct held_account *held, enum logon_result result, unsigned failures,
                        char *error, size_t size)
{
    held->used = false;
    if (guard->mode == GUARD_FLEET)
        return end_in_fleet(guard, held, result, failures, error, size);
    return ledger_report(guard->ledger, held->name, result, failures, error, size);
}

// Whether the account is one that many trials wait for, and all of its logons are seen before they are made: Kerberos
// asks a KDC out of sight, and a gateway wants its password first.
static bool may_ask_later(struct guard *guard, const struct run_options *options, const struct variant *variant,
                          const struct logon_permit *permit)
{
    bool ntlm = variant->level[FACTOR_SECURITY] != SECURITY_NLA || variant->level[FACTOR_AUTH] == AUTH_LEVEL_NTLM;
    if (guard->mode != GUARD_FLEET || !permit->target.used || permit->gateway.used || !ntlm ||
        ledger_account_is_local(options->profile.account.user, options->profile.account.domain))
        return false;
    const struct known_account *known = known_accounts_get(guard->known, permit->target.name);
    return known && !known->proved;
}

enum permit_decision guard_request(struct guard *guard, const struct run_options *options, struct logon_permit *permit,
                                   char *error, size_t size)
{
    enum permit_decision decision =
        begin_account(guard, &permit->target, options->profile.max_failed_logons, error, size);
    permit->target.used = decision == PERMIT_GRANTED;
    permit->asks = permit->asks && !permit->target.used;
    return decision;
}

enum permit_decision guard_begin(struct guard *guard, const struct run_options *options, const struct variant *variant,
                                 enum phase until, struct logon_permit *permit, char *error, size_t size)
{
    char ignored[8];

    permit->target.used = sends_target_password(options, variant, until);
    permit->gateway.used =
        variant->level[FACTOR_GATEWAY] != GATEWAY_OFF && gateway_asks(&options->profile) && until >= PHASE_GATEWAY;
    permit->target.name[0] = permit->gateway.name[0] = '\0';
    if (permit->target.used)
        name_account(&permit->target, &options->profile.account, options->profile.target.host);
    if (permit->gateway.used)
        name_account(&permit->gateway, profile_gateway_account(&options->profile), options->profile.gateway.host);
    permit->asks = may_ask_later(guard, options, variant, permit);
    if (permit->asks) {
        permit->target.used = false;
        return begin_in_fleet(guard, &permit->target, options->profile.max_failed_logons, true, error, size);
    }
    if (permit->target.used && permit->gateway.used && strcmp(permit->target.name, permit->gateway.name) == 0)
        permit->gateway.used = false;
    // Locks are taken in the order of names, so that two runs with the same two accounts cannot wait for each other.
    struct held_account *order[2] = {&permit->target, &permit->gateway};
    if (strcmp(permit->gateway.name, permit->target.name) < 0) {
        order[0] = &permit->gateway;
        order[1] = &permit->target;
    }
    for (int i = 0; i < 2; i++) {
        if (!order[i]->used)
            continue;
        enum permit_decision decision = begin_account(guard, order[i], options->profile.max_failed_logons, error, size);
        if (decision == PERMIT_GRANTED)
            continue;
        order[i]->used = false;
        if (i == 1 && order[0]->used)
            end_account(guard, order[0], LOGON_NOT_SENT, 0, ignored, sizeof ignored);
        return decision;
    }
    return PERMIT_GRANTED;
}

// The logons of a trial at the target, and how they went.
struct share {
    enum logon_result result;
    unsigned logons, failed;
};

static struct share gateway_share(const struct trial *trial)
{
    const char *credentials = fact_text(trial->facts, FACT_GATEWAY_CREDENTIALS, NULL);
    uint32_t code = (uint32_t)fact_integer(trial->facts, FACT_GATEWAY_CODE, 0);
    struct share share = {LOGON_NOT_SENT, (unsigned)fact_integer(trial->facts, FACT_GATEWAY_LOGONS, 0), 0};

    if (!share.logons || !credentials)
        return share;
    share.result = strcmp(credentials, "verified") == 0 ? LOGON_VERIFIED : LOGON_FAILED;
    share.failed = share.result == LOGON_FAILED;
    if (share.failed && gateway_code_blocks_account(code))
        share.result = LOGON_BLOCKED;
    return share;
}

static struct share target_share(const struct trial *trial, const struct share *at_gateway, bool autologon)
{
    const char *credentials = fact_text(trial->facts, FACT_CREDENTIALS, "");
    uint32_t ntstatus = (uint32_t)fact_integer(trial->facts, FACT_CREDSSP_NTSTATUS, 0);
    struct share share = {LOGON_NOT_SENT, trial->logons - at_gateway->logons,
                          trial->failed_logons - at_gateway->failed};

    bool proved = strcmp(credentials, "verified") == 0;
    // A good password that the logon was refused for all the same (expired, outside the hours) leaves the server's own
    // counter as it was: only a logon that succeeds clears it.
    bool refused = ntstatus || trial->outcome.family == FAMILY_LOGON;

    if (ntstatus && credssp_blocks_account(ntstatus))
        share.result = LOGON_BLOCKED;
    else if (proved && !refused)
        share.result = LOGON_VERIFIED;
    else if (share.failed)
        share.result = LOGON_FAILED;
    else if (autologon && share.logons && !proved) // nothing confirmed Client Info's password: it may be a wrong one
        share.result = LOGON_FAILED;
    return share;
}

// Both are one account's: what went wrong outweighs what went well, as the one is not undone by the other.
static struct share both(const struct share *a, const struct share *b)
{
    static const int weight[] = {[LOGON_NOT_SENT] = 0, [LOGON_VERIFIED] = 1, [LOGON_FAILED] = 2, [LOGON_BLOCKED] = 3};
    struct share share = {weight[a->result] > weight[b->result] ? a->result : b->result, a->logons + b->logons,
                          a->failed + b->failed};
    return share;
}

static bool end_share(struct guard *guard, struct held_account *held, const struct share *share, char *error,
                      size_t size)
{
    unsigned failures = share->failed ? share->failed : share->logons;
    return !held->used || end_account(guard, held, share->result, failures, error, size);
}

bool guard_end(struct guard *guard, const struct run_options *options, struct logon_permit *permit,
               const struct trial *trial, char *error, size_t size)
{
    struct share at_gateway = gateway_share(trial);
    struct share at_target = target_share(trial, &at_gateway, options->profile.autologon);

    if (permit->target.used && !permit->gateway.used)
        at_target = both(&at_target, &at_gateway);
    bool ok = end_share(guard, &permit->target, &at_target, error, size);
    return end_share(guard, &permit->gateway, &at_gateway, error, size) && ok;
}

void guard_free(struct guard *guard)
{
    if (!guard)
        return;
    known_accounts_free(guard->known);
    ledger_close(guard->ledger);
    free(guard);
}
