// SPDX-License-Identifier: Apache-2.0
// The logon ledger: failed logons of each account, across runs and processes, so that no trial ever locks an account.
// Failures are on record by how the account was spelled, and count for every account that may be the same
// (trial/account_name.h).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trial/account_name.h"

struct ledger;

// Opens (creating directories with mode 0700) $XDG_STATE_HOME/rdpprobe/logons.json, or ~/.local/state/rdpprobe/… where
// it is unset. NULL with a sentence in error[size]: then no trial with a password may be run.
struct ledger *ledger_open(char *error, size_t size);

// Free. Safe on NULL.
void ledger_close(struct ledger *ledger);

enum permit_decision {
    PERMIT_GRANTED,
    PERMIT_LATER,   // as many logons are under way as may fail: ask again when one of them has ended
    PERMIT_DECLINED // never in this run
};

// What a trial wants of an account.
struct ledger_wish {
    unsigned limit;  // failed logons at which the account is left alone
    unsigned logons; // passwords that may fail one after the other; 1 where 0
    unsigned held;   // slots that the same trial holds of an account that may be the same
    bool spelled;    // only what is on record for this very spelling counts, which no place can tell apart
    bool proved;     // this run has seen the password proved, and not refused since: no slot is wanted
};

// What ledger_share() would answer at this moment. Nothing is held or written.
enum permit_decision ledger_look(struct ledger *ledger, const struct account_identity *account,
                                 const struct ledger_wish *wish, char *error, size_t size);

// Requests a logon permit for one trial with this account, without waiting. As long as nobody has proved the password,
// so many logons may be under way, over all processes and spellings, as may fail before the limit is reached; each
// holds a slot, a bit of *slots. Fewer than wish->logons where no more may fail at all. PERMIT_DECLINED comes with a
// sentence in error[size] that says how many failures are on record, since when, in which file, and what to do: when
// the limit is reached, or the account answered locked or disabled.
enum permit_decision ledger_share(struct ledger *ledger, const struct account_identity *account,
                                  const struct ledger_wish *wish, uint32_t *slots, char *error, size_t size);

// The same, but waits while other processes use the account; a minute, then it is PERMIT_DECLINED, as it is where a
// signal interrupts.
enum permit_decision ledger_wait(struct ledger *ledger, const struct account_identity *account,
                                 const struct ledger_wish *wish, uint32_t *slots, char *error, size_t size);

enum logon_result {
    LOGON_NOT_SENT, // nothing was sent, or nothing can be said: the count stays
    LOGON_VERIFIED, // proved: the count of what is surely this account goes back to zero
    LOGON_FAILED,   // refused, or may have been: the count goes up by `failures`
    LOGON_BLOCKED   // the server says locked out or disabled: no trial until a human resets it
};

// Records the end of a trial that was granted, and gives back its slots. account may know its place now. False with a
// sentence in error if the ledger cannot be written: then no further trial with a password may be run.
bool ledger_return(struct ledger *ledger, const struct account_identity *account, uint32_t slots,
                   enum logon_result result, unsigned failures, char *error, size_t size);

// Forgets the failures of all that may be this account, on the user's explicit word. False with a sentence in error.
bool ledger_reset(struct ledger *ledger, const struct account_identity *account, char *error, size_t size);
