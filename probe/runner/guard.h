// SPDX-License-Identifier: Apache-2.0
// The logon guard: which accounts a trial sends a password for, whether it may, and what came of it.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runner/ledger.h"
#include "runner/run_options.h"

struct guard;

enum guard_mode {
    GUARD_ONE_BY_ONE, // one trial at a time: its permit is waited for
    GUARD_FLEET       // many at once: guard_begin() never waits
};

// logons: whether any trial may send a password; then the ledger is opened. NULL with a sentence in error[size].
struct guard *guard_new(enum guard_mode mode, bool logons, char *error, size_t size);

// Whether trials with these options may send a password at all.
bool guard_needed(const struct run_options *options);

// An account that a trial sends a password for.
struct held_account {
    bool used;
    uint32_t slots; // of ledger_share()
    struct account_identity identity;
    char
        guest_of[ACCOUNT_TEXT_MAX]; // a machine outside every domain, where the account is spelled as a domain's; or ""
};

// The accounts of one trial.
struct logon_permit {
    struct held_account target, gateway;
    bool asks;              // nothing is held yet: the trial is to ask right before it sends the password
                            // (guard_request())
    bool one_gateway_logon; // no more than one password that nothing has proved may go to the gateway
};

// Requests a logon permit for a trial. Where it is not granted, nothing is held; PERMIT_DECLINED comes with a sentence
// in error[size]. After PERMIT_LATER ask again when a trial has ended, or after a while: other processes may hold the
// account. Before the host has told its names in NLA the user's part of the account alone decides. permit->asks is set
// where it is to be asked for again once they are told: in a fleet as long as nobody has proved the account, so that no
// host that never comes so far keeps it from the others; else where only the names may show that failures on record are
// another account's.
enum permit_decision guard_begin(struct guard *guard, const struct run_options *options, const struct variant *variant,
                                 enum phase until, struct logon_permit *permit, char *error, size_t size);

// Requests a logon permit for a trial whose permit->asks is set, without waiting; trial is its record so far.
enum permit_decision guard_request(struct guard *guard, const struct run_options *options, struct logon_permit *permit,
                                   const struct trial *trial, char *error, size_t size);

// Records what the trial did to the accounts that guard_begin() held. False with a sentence in error if the ledger
// cannot be written: then no further trial may send a password.
bool guard_end(struct guard *guard, const struct run_options *options, struct logon_permit *permit,
               const struct trial *trial, char *error, size_t size);

// Free. Safe on NULL.
void guard_free(struct guard *guard);
