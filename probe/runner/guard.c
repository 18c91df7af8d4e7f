// SPDX-License-Identifier: Apache-2.0
#include "runner/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/codes.h"
#include "runner/ledger.h"
#include "trial/fact.h"

enum { ACCOUNT_MAX = 600 };

struct held {
    bool used; // this trial sends the account's password
    char name[ACCOUNT_MAX];
};

struct guard {
    const struct run_options *options;
    struct ledger *ledger;
    struct held target, gateway;
};

static bool has_password(const struct account *account)
{
    return account->user && account->user[0] && account->password && account->password[0];
}

// The account that the gateway is given: its own, or the target's.
static const struct account *gateway_account(const struct run_options *options)
{
    const struct account *own = &options->gateway_account;
    return own->user && own->user[0] ? own : &options->account;
}

static bool gateway_asks(const struct run_options *options)
{
    return options->has_gateway && !options->gateway_token && has_password(gateway_account(options));
}

struct guard *guard_new(const struct run_options *options, char *error, size_t size)
{
    struct guard *guard = calloc(1, sizeof *guard);
    if (!guard) {
        snprintf(error, size, "memory is out");
        return NULL;
    }
    guard->options = options;
    const struct account *account = &options->account;
    ledger_account(account->user ? account->user : "", account->domain ? account->domain : "", options->target.host,
                   guard->target.name, sizeof guard->target.name);
    if (options->has_gateway) {
        account = gateway_account(options);
        ledger_account(account->user ? account->user : "", account->domain ? account->domain : "",
                       options->gateway.host, guard->gateway.name, sizeof guard->gateway.name);
    }
    if (has_password(&options->account) || gateway_asks(options)) {
        guard->ledger = ledger_open(error, size);
        if (!guard->ledger) {
            free(guard);
            return NULL;
        }
    }
    return guard;
}

static bool sends_target_password(const struct guard *guard, const struct variant *variant, enum phase until)
{
    if (!has_password(&guard->options->account))
        return false;
    if (variant->level[FACTOR_SECURITY] == SECURITY_NLA)
        return until >= PHASE_NLA && !(until == PHASE_NLA && guard->options->at_challenge);
    return guard->options->autologon && until >= PHASE_INFO;
}

bool guard_begin(struct guard *guard, const struct variant *variant, enum phase until, char *error, size_t size)
{
    const unsigned limit = guard->options->max_failed_logons;
    char ignored[8];
    bool same = strcmp(guard->target.name, guard->gateway.name) == 0;

    guard->target.used = sends_target_password(guard, variant, until);
    guard->gateway.used = variant->level[FACTOR_GATEWAY] != GATEWAY_OFF && gateway_asks(guard->options) &&
                          until >= PHASE_GATEWAY && !(same && guard->target.used);
    // Locks are taken in the order of names, so that two runs with the same two accounts cannot wait for each other.
    struct held *order[2] = {&guard->target, &guard->gateway};
    if (strcmp(guard->gateway.name, guard->target.name) < 0) {
        order[0] = &guard->gateway;
        order[1] = &guard->target;
    }
    for (int i = 0; i < 2; i++) {
        if (!order[i]->used || ledger_begin(guard->ledger, order[i]->name, limit, error, size))
            continue;
        order[i]->used = false;
        if (i == 1 && order[0]->used) {
            ledger_report(guard->ledger, order[0]->name, LOGON_NOT_SENT, 0, ignored, sizeof ignored);
            order[0]->used = false;
        }
        return false;
    }
    return true;
}

static enum logon_result target_result(const struct trial *trial, bool autologon)
{
    const char *credentials = fact_text(trial->facts, FACT_CREDENTIALS, "");
    uint32_t ntstatus = (uint32_t)fact_integer(trial->facts, FACT_CREDSSP_NTSTATUS, 0);

    if (ntstatus && ntstatus_blocks_account(ntstatus))
        return LOGON_BLOCKED;
    if (strcmp(credentials, "verified") == 0)
        return LOGON_VERIFIED;
    if (trial->failed_logons)
        return LOGON_FAILED;
    // A password in Client Info that nothing confirmed may have been a wrong one.
    return autologon && trial->logons ? LOGON_FAILED : LOGON_NOT_SENT;
}

bool guard_end(struct guard *guard, const struct trial *trial, char *error, size_t size)
{
    bool at_gateway = trial->outcome.result == RESULT_FAILED && trial->outcome.phase == PHASE_GATEWAY;
    bool ok = true;

    if (guard->target.used) {
        enum logon_result result =
            at_gateway && trial->failed_logons ? LOGON_FAILED : target_result(trial, guard->options->autologon);
        unsigned failures = trial->failed_logons ? trial->failed_logons : trial->logons;
        ok = ledger_report(guard->ledger, guard->target.name, result, failures, error, size);
    }
    if (guard->gateway.used) {
        bool passed = fact_get(trial->facts, FACT_GATEWAY_TRANSPORT) != NULL;
        enum logon_result result = passed                               ? LOGON_VERIFIED
                                   : at_gateway && trial->failed_logons ? LOGON_FAILED
                                                                        : LOGON_NOT_SENT;
        ok = ledger_report(guard->ledger, guard->gateway.name, result, trial->failed_logons, error, size) && ok;
    }
    guard->target.used = guard->gateway.used = false;
    return ok;
}

void guard_free(struct guard *guard)
{
    if (!guard)
        return;
    ledger_close(guard->ledger);
    free(guard);
}
