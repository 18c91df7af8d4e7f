// SPDX-License-Identifier: Apache-2.0
// The accounts of a scenario: its credentials with their passwords, read from where they are referred to.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runner/run_options.h"
#include "scenario/plan.h"

struct fleet_accounts {
    const struct scenario *scenario; // borrowed
    struct account *accounts;        // one for each of the scenario's credentials
    char **passwords;                // likewise; NULL for none
    int *stashes;                    // where passwords from the environment were put, of each
    bool *used;                      // by a target of the plan
};

// Moves the passwords that come by the environment out of it; must come before the zygote is forked, so that it has no
// copy. False with a sentence in error[size]; fleet_accounts_clear() is due in both cases.
bool fleet_accounts_stash(struct fleet_accounts *accounts, const struct plan *plan, char *error, size_t size);

// Reads the passwords that the plan needs. *warning gets a sentence about a file that every user can read, or "".
bool fleet_accounts_read(struct fleet_accounts *accounts, char *warning, size_t warning_size, char *error, size_t size);

// Fills in whom a target and its gateway are told. Passwords are borrowed from the accounts.
void fleet_accounts_of(const struct fleet_accounts *accounts, const struct scenario_target *target,
                       struct profile *profile);

// Whether any trial may send a password.
bool fleet_accounts_log_on(const struct fleet_accounts *accounts);

// Forgets the failed logons on record for all accounts of the plan's targets. False with a sentence in error[size].
bool fleet_accounts_forget(const struct fleet_accounts *accounts, const struct plan *plan, char *error, size_t size);

// Wipes and frees. Safe on a zeroed one.
void fleet_accounts_clear(struct fleet_accounts *accounts);
