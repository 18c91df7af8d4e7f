// SPDX-License-Identifier: Apache-2.0
// What a fleet's own trials have shown of each account.
#pragma once

#include <stdbool.h>

struct known_account {
    char *name;
    char *why;         // where stopped; owned
    unsigned unproved; // trials under way that began before the password was proved
    double ask_again;  // event_clock() before which asking the ledger is in vain; 0: none
    bool proved;       // accepted, and not refused since
    bool stopped;      // no further trial may send its password
};

struct known_accounts;

// NULL if memory is out.
struct known_accounts *known_accounts_new(void);

// The account of a name; made where it is new. Valid until the next call. NULL if memory is out.
struct known_account *known_accounts_get(struct known_accounts *accounts, const char *name);

// Stops it for a reason, which is copied.
void known_account_stop(struct known_account *account, const char *why);

// Free. Safe on NULL.
void known_accounts_free(struct known_accounts *accounts);
