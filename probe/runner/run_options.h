// SPDX-License-Identifier: Apache-2.0
// What trials connect to, as whom, and within which limits.
#pragma once

#include <stdbool.h>

#include "connection/request.h"
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
    char *gateway_bearer;           // bearer token, or NULL
    enum certificate_policy certificate_policy;
    const char *alias;             // the target's other name, for address=alias, or NULL; borrowed
    const char *client_name;       // for client-name=given, or NULL; borrowed
    const char *load_balance_info; // routing token for load-balance=token, or NULL; borrowed
    uint32_t redirected_session;   // to ask for, as a broker's redirection said; 0: none
    const char *screenshot;        // file to save a trial's desktop in, or NULL; borrowed (connection/request.h)
    bool autologon;                // send the password in Client Info under tls and rdp security too (default false)
    bool at_challenge;          // a trial until PHASE_NLA ends at NTLM's CHALLENGE and logs on nowhere (trial/until.h)
    unsigned deadline_ms;       // of one trial (default 20000)
    unsigned settle_ms;         // how long `active` must last before it counts as connected (default 100)
    unsigned pause_ms;          // between two trials (default 500)
    unsigned max_failed_logons; // for an account, across runs (default 2)
    unsigned max_trials;        // cap on all trials of the run; 0 = none
    enum capture_form capture;  // of every trial (default: off)
    int capture_fd;             // from capture_file_create(), where capture is not off; borrowed
    struct journal *journal;    // where records go; borrowed; may have no sink
    // Called with each finished record, before it is written; may be NULL.
    void (*on_trial)(void *context, const struct trial *trial);
    void *context;
};

// The defaults above; everything else zero. An account is identified in the ledger by its name and, without a domain,
// by the host.
struct run_options run_options_default(void);

// The account that the gateway is given: its own, or the target's. Borrowed.
const struct account *run_options_gateway_account(const struct run_options *options);

enum stop {
    STOP_NONE,
    STOP_SAFETY,     // logon limits, lockout: exit status 4
    STOP_BUDGET,     // max_trials
    STOP_INTERRUPT,  // SIGINT or SIGTERM
    STOP_ENVIRONMENT // the journal cannot be written, no process can be made: exit status 3
};
