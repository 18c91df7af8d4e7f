// SPDX-License-Identifier: Apache-2.0
// The logon guard: which accounts a trial sends a password for, whether it may, and what came of it.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runner/ledger.h"
#include "runner/run_options.h"

struct guard;

enum guard_mode {
    GUARD_ONE_BY_ONE, // one trial at a time: its permit is waited for, and each account is held alone
    GUARD_FLEET       // many at once: guard_begin() never waits
};

// logons: whether any trial may send a password; then the ledger is opened. NULL with a sentence in error[size].
struct guard *guard_new(enum guard_mode mode, bool logons, char *error, size_t size);

// Whether trials with these options may send a password at all.
bool guard_needed(const struct run_options *options);

enum { ACCOUNT_NAME_MAX = 600 };

// An account that a trial sends a password for.
struct held_account {
    bool used;
    bool proved; // by the fleet's own trials, when the permit was granted
    int slot;    // of ledger_share()
    char name[ACCOUNT_NAME_MAX];
};

// The accounts of one trial.
struct logon_permit {
    struct held_account target, gateway;
    bool asks; // nothing is held yet: the trial is to ask right before it sends the password (guard_request())
};

// Requests a logon permit for a trial. Where it is not granted, nothing is held; PERMIT_DECLINED comes with a sentence
// in error[size]. After PERMIT_LATER ask again when a trial has ended, or after a while: other processes may hold the
// account. In a fleet the account of many targets, as long as nobody has proved it, is not held before it is used, so
// that no host that never comes so far keeps it from the others: then permit->asks is set.
enum permit_decision guard_begin(struct guard *guard, const struct run_options *options, const struct variant *variant,
                                 enum phase until, struct logon_permit *permit, char *error, size_t size);

// Requests a logon permit for a trial whose permit->asks is set, as guard_begin() does.
enum permit_decision guard_request(struct guard *guard, const struct run_options *options, struct logon_permit *permit,
                                   char *error, size_t size);

// Records what the trial did to the accounts that guard_begin() held. False with a sentence in error if the ledger
// cannot be written: then no further trial may send a password.
bool guard_end(struct guard *guard, const struct run_options *options, struct logon_permit *permit,
               const struct trial *trial, char *error, size_t size);

// Free. Safe on NULL.
void guard_free(struct guard *guard);
