// SPDX-License-Identifier: Apache-2.0
// Many trials against one target, one after the other: worker processes, licence stores, pauses, safety limits,
// journal.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "trial/journal.h"
#include "trial/target.h"
#include "trial/trial.h"

struct account {
    char *user;     // as given; "" for none
    char *domain;   // "" for none
    char *password; // "" for none; wiped by account_clear()
};

// Copies (NULL counts as ""). False if memory is out.
bool account_set(struct account *account, const char *user, const char *domain, const char *password);

// Wipes and frees.
void account_clear(struct account *account);

enum certificate_policy { CERTIFICATE_REPORT, CERTIFICATE_REQUIRE };

struct run_options {
    struct target target;
    struct account account;
    bool has_gateway;
    struct target gateway;
    struct account gateway_account; // user "" = the target's account
    char *gateway_token;            // PAA access token, or NULL
    enum certificate_policy certificate_policy;
    const char *client_name;       // for client-name=given, or NULL; borrowed
    const char *load_balance_info; // routing token for load-balance=token, or NULL; borrowed
    bool autologon;             // send the password in Client Info under tls and rdp security too (default false)
    bool at_challenge;          // a trial until PHASE_NLA ends at NTLM's CHALLENGE and logs on nowhere (trial/until.h)
    unsigned deadline_ms;       // of one trial (default 20000)
    unsigned settle_ms;         // how long `active` must last before it counts as connected (default 100)
    unsigned pause_ms;          // between two trials (default 500)
    unsigned max_failed_logons; // for an account, across runs (default 2)
    unsigned max_trials;        // cap on all trials of the run; 0 = none
    struct journal *journal;    // where records go; borrowed; may have no sink
    // Called with each finished record, before it is written; may be NULL.
    void (*on_trial)(void *context, const struct trial *trial);
    void *context;
};

// The defaults above; everything else zero. An account is identified in the ledger by its name and, without a domain,
// by the host.
struct run_options run_options_default(void);

struct runner;

// Forks the zygote, which must happen before any secret is read: it and all workers then hold no more secrets than
// their own trial's. NULL with a sentence in error[size] if this machine cannot run trials at all (exit status 3).
struct runner *runner_start(char *error, size_t size);

// Sets what to connect to and how; must be called once before runner_trial(). options stays the caller's and must live
// as long as the runner. Writes the journal's run header: command is the subcommand's name. False with a sentence in
// error.
bool runner_configure(struct runner *runner, const struct run_options *options, const char *command, char *error,
                      size_t size);

enum stop {
    STOP_NONE,
    STOP_SAFETY,     // logon limits, lockout: exit status 4
    STOP_BUDGET,     // max_trials
    STOP_INTERRUPT,  // SIGINT or SIGTERM
    STOP_ENVIRONMENT // the journal cannot be written, no process can be made: exit status 3
};

// Runs one trial to its end, records it in the journal, and returns the record, which stays valid until runner_end(). A
// license=reuse or license=corrupt variant for which this run holds no licence yet is preceded by the same variant with
// license=clear. until before PHASE_NLA involves no password. NULL when no trial may be or could be run: see runner_stop().
const struct trial *runner_trial(struct runner *runner, const struct variant *variant, enum phase until);

// Runs the further connection that a trial of this runner, ended by a broker's redirection, asks for: the same variant
// until the same phase against the place it was sent to. NULL with *followed false where it was sent nowhere; else as
// runner_trial().
const struct trial *runner_follow(struct runner *runner, const struct trial *trial, bool *followed);

// Why runner_trial() returned NULL, with a sentence for people in *why (owned by the runner).
enum stop runner_stop(const struct runner *runner, const char **why);

// All records so far, oldest first; owned by the runner.
size_t runner_trials(const struct runner *runner, const struct trial *const **trials);

// Versions of FreeRDP and OpenSSL that trials run with. Static.
const char *runner_versions(void);

// Ends workers and zygote, removes the scratch directory, frees all. Safe on NULL.
void runner_end(struct runner *runner);
