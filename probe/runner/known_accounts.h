// SPDX-License-Identifier: Apache-2.0
// What a run's own trials have shown of each account: by its spelling, by its place, and by its user's part alone.
#pragma once

#include <stdbool.h>

struct known_account {
    char *name;
    char *why;        // where stopped; owned
    double ask_again; // of a user's part: event_clock() before which asking the ledger is in vain; 0: none
    bool alone;       // the host that told its names last, for this spelling or user, has the account for itself
    bool told;        // of a spelling: the host told its names…
    bool placed;      // …and they say where the account is at home
    bool proved;      // accepted with a proof, and not refused since
    bool stopped;     // no further trial may send its password
};

struct known_accounts;

// NULL if memory is out.
struct known_accounts *known_accounts_new(void);

// The account of a name; made where it is new. Valid as long as all are. NULL if memory is out.
struct known_account *known_accounts_get(struct known_accounts *accounts, const char *name);

// Stops it for a reason, which is copied.
void known_account_stop(struct known_account *account, const char *why);

// Free. Safe on NULL.
void known_accounts_free(struct known_accounts *accounts);
