// SPDX-License-Identifier: Apache-2.0
#include "runner/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection/event.h"
#include "runner/known_accounts.h"
#include "runner/logon_share.h"
#include "trial/fact.h"

// How soon an account is asked for again that trials of other processes hold.
enum { ASK_AGAIN_MS = 100, WHY_MAX = 1024 };

struct guard {
    enum guard_mode mode;
    struct ledger *ledger;
    struct known_accounts *known;
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
    if (guard)
        guard->known = known_accounts_new();
    if (!guard || !guard->known) {
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

// ---- what is known of an account ----

// The account by its spelling, by its place, where that is told, or the machine that it is no account of, and by its
// user's part.
struct known {
    struct known_account *spelling, *place, *user;
};

static bool get_known(struct guard *guard, const struct held_account *held, struct known *known)
{
    const struct account_place *place = &held->identity.place;
    const char *key = held->identity.key, *user = account_user_part(key);
    const char *where = place->machine[0] ? place->machine : place->forest;
    char name[ACCOUNT_KEY_MAX + ACCOUNT_TEXT_MAX + 16];
    known->spelling = known_accounts_get(guard->known, key);
    if (held->guest_of[0])
        snprintf(name, sizeof name, "guest:%s\\%s", held->guest_of, key);
    else
        snprintf(name, sizeof name, "%s:%s\\%s", place->machine[0] ? "machine" : "forest", where, user);
    known->place = where[0] || held->guest_of[0] ? known_accounts_get(guard->known, name) : known->spelling;
    snprintf(name, sizeof name, "\\%s", user); // no spelling begins so
    known->user = known_accounts_get(guard->known, name);
    return known->spelling && known->place && known->user;
}

static struct host_names names_told(const struct trial *trial)
{
    return (struct host_names){
        fact_text(trial->facts, FACT_NTLM_COMPUTER, ""), fact_text(trial->facts, FACT_NTLM_DOMAIN, ""),
        fact_text(trial->facts, FACT_NTLM_DNS_COMPUTER, ""), fact_text(trial->facts, FACT_NTLM_DNS_DOMAIN, ""),
        fact_text(trial->facts, FACT_NTLM_FOREST, "")};
}

// What the host told in NLA. A machine outside every domain takes a user of whatever domain for its own, so that it
// proves nothing of the domain's.
static void place_account(struct guard *guard, const struct account *account, struct held_account *held,
                          const struct trial *trial)
{
    const struct host_names names = names_told(trial);
    const bool bare = account_is_bare(account), direct = trial->variant.level[FACTOR_GATEWAY] == GATEWAY_OFF;
    struct known known;
    held->guest_of[0] = '\0';
    if (!names.computer[0] && !names.domain[0])
        return;
    account_place(&held->identity, bare, &names, direct ? fact_text(trial->facts, FACT_ADDRESS_USED, "") : "");
    if (!bare && host_is_alone(&names) && !held->identity.place.machine[0])
        account_fold(names.computer, held->guest_of, sizeof held->guest_of);
    if (!get_known(guard, held, &known))
        return;
    known.spelling->told = true;
    known.spelling->placed = held->identity.place.machine[0] || held->identity.place.forest[0];
    known.spelling->alone = known.user->alone = held->identity.place.machine[0];
}

// ---- permits ----

static enum permit_decision decline_stopped(const struct known_account *known, char *error, size_t size)
{
    snprintf(error, size, "%s", known->why ? known->why : "memory is out");
    return PERMIT_DECLINED;
}

// Whether what is on record for this very spelling is enough, so that no name that the host may tell helps.
static bool is_over(struct guard *guard, const struct account_identity *identity, unsigned limit)
{
    const struct ledger_wish wish = {.limit = limit, .spelled = true};
    char ignored[8];
    return ledger_look(guard->ledger, identity, &wish, ignored, sizeof ignored) == PERMIT_DECLINED;
}

// Whether the trial is worth connecting to ask for the account once the host has told its names, if it tells any.
static enum permit_decision look_in_fleet(struct guard *guard, const struct held_account *held, unsigned limit,
                                          bool tells, char *error, size_t size)
{
    const struct ledger_wish wish = {.limit = limit};
    struct known known;
    if (!get_known(guard, held, &known)) {
        snprintf(error, size, "memory is out");
        return PERMIT_DECLINED;
    }
    if (known.spelling->stopped)
        return decline_stopped(known.spelling, error, size);
    // Who can be told apart need not wait for the others. Of a host that told nothing yet the latest one's case is
    // taken for its own.
    const bool apart = tells && (known.spelling->told ? known.spelling->alone : known.user->alone);
    // Asking the ledger is not free, and mostly cannot help before a trial of this account has ended.
    if (!apart && event_clock() < known.user->ask_again)
        return PERMIT_LATER;
    enum permit_decision decision = ledger_look(guard->ledger, &held->identity, &wish, error, size);
    if (decision == PERMIT_LATER && apart)
        return PERMIT_GRANTED;
    if (decision == PERMIT_DECLINED && tells && (!known.spelling->told || known.spelling->placed) &&
        !is_over(guard, &held->identity, limit))
        return PERMIT_GRANTED;
    if (decision == PERMIT_DECLINED)
        known_account_stop(known.spelling, error);
    else if (decision == PERMIT_LATER)
        known.user->ask_again = event_clock() + ASK_AGAIN_MS;
    return decision;
}

// wait: in place of PERMIT_LATER.
static enum permit_decision begin_account(struct guard *guard, struct held_account *held, struct ledger_wish wish,
                                          bool wait, char *error, size_t size)
{
    struct known known;
    if (!get_known(guard, held, &known)) {
        snprintf(error, size, "memory is out");
        return PERMIT_DECLINED;
    }
    if (known.spelling->stopped)
        return decline_stopped(known.spelling, error, size);
    wish.proved = guard->mode == GUARD_FLEET && (known.spelling->proved || known.place->proved);
    if (!wish.proved && !wait && guard->mode == GUARD_FLEET && known.place == known.spelling &&
        event_clock() < known.user->ask_again)
        return PERMIT_LATER;
    enum permit_decision decision =
        (wait ? ledger_wait : ledger_share)(guard->ledger, &held->identity, &wish, &held->slots, error, size);
    if (decision == PERMIT_LATER)
        known.user->ask_again = event_clock() + ASK_AGAIN_MS;
    return decision;
}

static bool end_account(struct guard *guard, struct held_account *held, enum logon_result result, unsigned failures,
                        char *error, size_t size)
{
    const struct ledger_wish wish = {.limit = 1, .proved = true};
    char why[WHY_MAX];
    struct known known;
    const bool there = get_known(guard, held, &known), guest = held->guest_of[0];
    held->used = false;
    // A logon that went well elsewhere at the same time does not undo a lockout.
    if (there && known.spelling->stopped && result == LOGON_VERIFIED)
        result = LOGON_NOT_SENT;
    bool ok = ledger_return(guard->ledger, &held->identity, held->slots,
                            guest && result == LOGON_VERIFIED ? LOGON_NOT_SENT : result, failures, error, size);
    held->slots = 0;
    if (!there)
        return ok;
    known.user->ask_again = 0;
    if (result != LOGON_NOT_SENT)
        known.place->proved = result == LOGON_VERIFIED;
    if (result != LOGON_NOT_SENT && !(guest && result == LOGON_VERIFIED))
        known.spelling->proved = known.place->proved;
    // The ledger says why.
    if (result == LOGON_BLOCKED &&
        ledger_look(guard->ledger, &held->identity, &wish, why, sizeof why) == PERMIT_DECLINED)
        known_account_stop(known.spelling, why);
    return ok;
}

// Whether all logons of the trial are seen before they are made: Kerberos asks a KDC out of sight, and a gateway wants
// its password first.
static bool may_ask(const struct variant *variant, const struct logon_permit *permit)
{
    bool ntlm = variant->level[FACTOR_SECURITY] != SECURITY_NLA || variant->level[FACTOR_AUTH] == AUTH_LEVEL_NTLM;
    return permit->target.used && !permit->gateway.used && ntlm;
}

static bool is_proved(struct guard *guard, const struct account_identity *identity)
{
    const struct known_account *known = known_accounts_get(guard->known, identity->key);
    return known && known->proved;
}

enum permit_decision guard_request(struct guard *guard, const struct run_options *options, struct logon_permit *permit,
                                   const struct trial *trial, char *error, size_t size)
{
    const struct ledger_wish wish = {.limit = options->profile.max_failed_logons};
    struct held_account *held = &permit->target;
    struct known_account *known;
    place_account(guard, &options->profile.account, held, trial);
    enum permit_decision decision = begin_account(guard, held, wish, false, error, size);
    held->used = decision == PERMIT_GRANTED;
    permit->asks = permit->asks && !held->used;
    // Asked for again, the host would tell the same.
    if (decision == PERMIT_DECLINED && (known = known_accounts_get(guard->known, held->identity.key)))
        known_account_stop(known, error);
    return decision;
}

static void identify_accounts(const struct run_options *options, const struct variant *variant, enum phase until,
                              struct logon_permit *permit)
{
    const struct profile *profile = &options->profile;
    *permit = (struct logon_permit){0};
    permit->target.used = sends_target_password(options, variant, until);
    permit->gateway.used =
        variant->level[FACTOR_GATEWAY] != GATEWAY_OFF && gateway_asks(profile) && until >= PHASE_GATEWAY;
    if (permit->target.used)
        account_identify(&profile->account, profile->target.host, &permit->target.identity);
    if (permit->gateway.used)
        account_identify(profile_gateway_account(profile), profile->gateway.host, &permit->gateway.identity);
}

// Passwords that may fail one after the other: the HTTP transport's second channel has a logon of its own.
static unsigned most_logons(const struct variant *variant, bool at_gateway)
{
    return at_gateway && variant->level[FACTOR_GATEWAY] != GATEWAY_WEBSOCKET ? 2 : 1;
}

// Both accounts of a trial, or one.
static enum permit_decision begin_accounts(struct guard *guard, const struct run_options *options,
                                           const struct variant *variant, struct logon_permit *permit, char *error,
                                           size_t size)
{
    struct held_account *target = &permit->target, *gateway = &permit->gateway;
    const int order = strcmp(gateway->identity.key, target->identity.key);
    const bool one = target->used && gateway->used && order == 0, wait = guard->mode == GUARD_ONE_BY_ONE;
    const bool related = account_may_be_same(&target->identity, &gateway->identity);
    // In the order of names, so that two runs with the same two accounts cannot wait for each other.
    struct held_account *held[2] = {order < 0 ? gateway : target, order < 0 ? target : gateway};
    const bool at_gateway = gateway->used;
    char ignored[8];
    if (one)
        gateway->used = false;
    for (int i = 0; i < 2; i++) {
        struct ledger_wish wish = {.limit = options->profile.max_failed_logons,
                                   .logons = most_logons(variant, one || held[i] == gateway)};
        if (!held[i]->used)
            continue;
        if (i == 1 && held[0]->used && related)
            wish.held = (unsigned)__builtin_popcount(held[0]->slots);
        enum permit_decision decision = begin_account(guard, held[i], wish, wait, error, size);
        if (decision == PERMIT_GRANTED)
            continue;
        held[i]->used = false;
        if (i == 1 && held[0]->used)
            end_account(guard, held[0], LOGON_NOT_SENT, 0, ignored, sizeof ignored);
        return decision;
    }
    const struct held_account *there = one ? target : gateway;
    permit->one_gateway_logon = at_gateway && __builtin_popcount(there->slots) == 1;
    return PERMIT_GRANTED;
}

enum permit_decision guard_begin(struct guard *guard, const struct run_options *options, const struct variant *variant,
                                 enum phase until, struct logon_permit *permit, char *error, size_t size)
{
    identify_accounts(options, variant, until, permit);
    const bool asks = may_ask(variant, permit), tells = variant->level[FACTOR_SECURITY] == SECURITY_NLA;
    struct held_account *target = &permit->target;
    if (asks && guard->mode == GUARD_FLEET && !is_proved(guard, &target->identity)) {
        target->used = false;
        permit->asks = true;
        return look_in_fleet(guard, target, options->profile.max_failed_logons, tells, error, size);
    }
    enum permit_decision decision = begin_accounts(guard, options, variant, permit, error, size);
    const struct known_account *known = asks ? known_accounts_get(guard->known, target->identity.key) : NULL;
    if (decision != PERMIT_DECLINED || guard->mode == GUARD_FLEET || !tells || !known || known->stopped ||
        is_over(guard, &target->identity, options->profile.max_failed_logons))
        return decision;
    // Only its names can show that the failures on record are not this host's.
    permit->asks = true;
    return PERMIT_GRANTED;
}

static bool end_share(struct guard *guard, struct held_account *held, const struct logon_share *share, char *error,
                      size_t size)
{
    return !held->used || end_account(guard, held, share->result, share->count, error, size);
}

bool guard_end(struct guard *guard, const struct run_options *options, struct logon_permit *permit,
               const struct trial *trial, char *error, size_t size)
{
    const struct logon_share at_gateway = gateway_share(trial);
    struct logon_share at_target = target_share(trial, &at_gateway, options->profile.autologon);

    if (permit->target.used)
        place_account(guard, &options->profile.account, &permit->target, trial);
    if (permit->target.used && !permit->gateway.used)
        at_target = logon_share_both(&at_target, &at_gateway);
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
