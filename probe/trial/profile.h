// SPDX-License-Identifier: Apache-2.0
// A profile: what a trial connects to, as whom, with which levels, and within which limits. One struct from the command
// line, a scenario, an .rdp file or xfreerdp's arguments down to the worker, and one way to and from JSON.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trial/factor.h"
#include "trial/target.h"

enum { ACCOUNT_PART_MAX = 256 };

// Who logs on. The password is a secret of the profile.
struct account {
    char user[ACCOUNT_PART_MAX];   // as given; "" for none
    char domain[ACCOUNT_PART_MAX]; // "" for none
};

enum profile_secret {
    PROFILE_PASSWORD,
    PROFILE_GATEWAY_PASSWORD,
    PROFILE_GATEWAY_TOKEN,  // PAA cookie, MS-TSGU 2.2.5.3.3
    PROFILE_GATEWAY_BEARER, // OAuth bearer token
    PROFILE_SECRETS
};

enum certificate_policy { CERTIFICATE_REPORT, CERTIFICATE_REQUIRE };

struct profile {
    struct target target;
    struct account account;
    bool has_gateway;
    struct target gateway;                   // where has_gateway
    struct account gateway_account;          // user "": the target's account
    struct variant levels;                   // the baseline
    char operand[FACTOR_COUNT][OPERAND_MAX]; // the text that a level of the factor needs; "" where none was given
    const char *secret[PROFILE_SECRETS];     // NULL for none; borrowed
    enum certificate_policy certificate_policy;
    bool autologon;              // send the password in Client Info under tls and rdp security too
    uint32_t redirected_session; // to ask for in the cluster data (MS-RDPBCGR 2.2.1.3.5); 0: none
    unsigned deadline_ms;        // of one trial
    unsigned settle_ms;          // how long `active` must last before it counts as connected
    unsigned pause_ms;           // after a trial that may log on
    unsigned scan_pause_ms;      // after a trial that stops before any logon
    unsigned max_failed_logons;  // for an account, across runs
    unsigned max_trials;         // of the whole run; 0: any number
};

// Deadline 20 s, settle 0.1 s, pause 0.2 s and 0.05 s after a scan, two failed logons, the default of every factor;
// everything else zero.
struct profile profile_default(void);

// The account that a gateway is given: its own, or the target's. Borrowed.
const struct account *profile_gateway_account(const struct profile *profile);

// A secret's text, "" where there is none.
const char *profile_secret(const struct profile *profile, enum profile_secret secret);

// What the gateway's password is: its own where it has an account of its own, else the target's.
const char *profile_gateway_password(const struct profile *profile);

// A new object for the worker: every member of the profile, secrets only where `secrets` says so. NULL if memory is out
// or a text is no UTF-8: another text in its place, such as an empty password, would cost a failed logon. Caller owns.
json_t *profile_to_json(const struct profile *profile, bool secrets);

// Reads what profile_to_json() wrote. Secrets are borrowed from json. False where a member is missing or wrong.
bool profile_from_json(const json_t *json, struct profile *profile);

// Sets the members of the journal's run record that tell how it was run: target, gateway, user, operands and limits;
// never a secret. False if memory is out.
bool profile_put_run_members(const struct profile *profile, json_t *run);
