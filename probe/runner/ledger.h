// SPDX-License-Identifier: Apache-2.0
// The logon ledger: failed logons of each account, across runs and processes, so that no trial ever locks an account.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ledger;

// Opens (creating directories with mode 0700) $XDG_STATE_HOME/rdpprobe/logons.json, or ~/.local/state/rdpprobe/… where
// it is unset. NULL with a sentence in error[size]: then no trial with a password may be run.
struct ledger *ledger_open(char *error, size_t size);

// Free. Safe on NULL.
void ledger_close(struct ledger *ledger);

// Names the account in the ledger: "domain\user" in lower case; a UPN counts as its own name; a name without a domain
// is local to the host ("host\user"). Always terminated; returns text.
char *ledger_account(const char *user, const char *domain, const char *host, char *text, size_t size);

// Whether the account is one of the host alone, so that only trials of that host use it.
bool ledger_account_is_local(const char *user, const char *domain);

// Requests a logon permit for one trial that sends this account's password, and holds the account's lock (across
// processes) until ledger_report(). False with a sentence in error[size] that says how many failures are on record,
// since when, in which file, and what to do, when `limit` failures were reached or the account answered locked or
// disabled.
bool ledger_begin(struct ledger *ledger, const char *account, unsigned limit, char *error, size_t size);

enum logon_result {
    LOGON_NOT_SENT, // nothing was sent, or nothing can be said: the count stays
    LOGON_VERIFIED, // proved: the count goes back to zero
    LOGON_FAILED,   // refused, or may have been: the count goes up by `failures`
    LOGON_BLOCKED   // the server says locked out or disabled: no trial until a human resets it
};

// Records the trial's end and releases the lock. False with a sentence in error if the ledger cannot be written: then
// no further trial with a password may be run.
bool ledger_report(struct ledger *ledger, const char *account, enum logon_result result, unsigned failures, char *error,
                   size_t size);

// ---- many trials at once with one account ----

enum permit_decision {
    PERMIT_GRANTED,
    PERMIT_LATER,   // as many logons are under way as may fail: ask again when one of them has ended
    PERMIT_DECLINED // never in this run
};

enum { LEDGER_NO_SLOT = -1 };

// What ledger_share() would answer at this moment, for a password that nobody has proved. Nothing is held or written.
enum permit_decision ledger_look(struct ledger *ledger, const char *account, unsigned limit, char *error, size_t size);

// Requests a logon permit for one trial of several with this account, without waiting. As long as nobody has proved the
// password, so many may be under way, over all processes, as may fail before `limit` is reached; each holds a *slot of
// the account. proved: this run has seen it accepted and not refused since; then any number may be under way, and *slot
// is LEDGER_NO_SLOT. PERMIT_DECLINED comes with a sentence in error[size], as of ledger_begin().
enum permit_decision ledger_share(struct ledger *ledger, const char *account, unsigned limit, bool proved, int *slot,
                                  char *error, size_t size);

// Records the end of a trial that ledger_share() granted, and gives back its slot. False as of ledger_report().
bool ledger_return(struct ledger *ledger, const char *account, int slot, enum logon_result result, unsigned failures,
                   char *error, size_t size);

// Forgets an account's failures, on the user's explicit word. False with a sentence in error.
bool ledger_reset(struct ledger *ledger, const char *account, char *error, size_t size);
