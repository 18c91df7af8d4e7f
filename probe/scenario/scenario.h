// SPDX-License-Identifier: Apache-2.0
// A scenario: what to try. Targets, credentials by reference, factors, design, limits, expectations; read from YAML.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trial/factor.h"
#include "trial/phase.h"
#include "trial/profile.h"
#include "trial/trial.h"

// A place in a file, for messages: "file:line:column". Line and column count from 1; 0 means unknown.
struct place {
    const char *file; // borrowed from the scenario
    unsigned line, column;
};

// Where a secret comes from; the secret itself is never in a scenario.
enum secret_source { SECRET_NONE, SECRET_FILE, SECRET_ENVIRONMENT, SECRET_DESCRIPTOR };

struct credentials {
    char *name; // as the scenario calls them; "" for the unnamed default
    char *user; // may be DOMAIN\user or a UPN
    char *domain;
    enum secret_source source;
    char *reference; // file name (absolute, or from the working directory; "-": standard input), variable name, or
                     // descriptor number
};

struct scenario_target {
    struct target target;
    char *group;     // "" if it has none
    int credentials; // index into scenario.credentials, -1 for none: its own, else those named like its group, else the
                     // unnamed ones or those named "default"
    bool has_gateway;
    struct target gateway;
    int gateway_credentials; // index, -1: the same as the target's
    char **operands;         // FACTOR_COUNT texts, NULL for those it does not have; NULL where it has none of its own
    bool shares_address;     // another target has the same host and port: account and gateway tell them apart
    struct place place;
};

// An expression over a variant ("security=rdp & tls=1.3"): used by never: and by the `when` of expectations.
struct variant_rule;

// What must be true of a trial ("connected", "phase >= nla", "tls.version >= 1.2", "ms < 3000").
struct expectation {
    char *text;                // as written
    struct variant_rule *when; // NULL: for every variant
    char *group;               // NULL: for every group of targets
    struct place place;
    struct expectation_test *test; // compiled
};

enum design { DESIGN_ONE_AT_A_TIME, DESIGN_PAIRWISE, DESIGN_THREE_WAY, DESIGN_FULL, DESIGN_LIST };

struct scenario {
    char *file;   // its own name; "-" for standard input
    char **files; // further files that places point to
    size_t file_count;
    char *name; // for reports
    struct scenario_target *targets;
    size_t target_count;
    struct credentials *credentials;
    size_t credentials_count;
    // What the scenario says for all its targets; 0 or "" where it says nothing. Its levels are fixed settings; where a
    // varied factor is not set: its default level if it is in play, else the first level that the scenario lists.
    struct profile profile;
    unsigned levels[FACTOR_COUNT]; // bit set of the levels in play, the base's included
    struct variant_rule **never;   // constraints
    size_t never_count;
    enum design design;
    struct variant *list; // DESIGN_LIST
    size_t list_count;
    uint64_t seed;
    unsigned repeats; // trials of each variant, default 1
    enum phase until;
    bool at_challenge;                // until is PHASE_NLA, and a trial ends at NTLM's CHALLENGE (trial/until.h)
    struct expectation *expectations; // where the scenario has none: "connected"
    size_t expectation_count;
    // Limits; 0 = not given, but for those that may be 0.
    bool has_settle, has_pause;
    unsigned max_in_flight;
    double rate, gateway_rate, target_rate; // trials a second: over all, per gateway, per target
};

// Reads a scenario file ("-" is standard input) with the target files that it names. NULL with one sentence
// "file:line:column: what is wrong, what was expected, the nearest valid word" in error[size].
// given: whose operands stand before the scenario's own; NULL for none.
struct scenario *scenario_read(const char *path, const struct profile *given, char *error, size_t size);

// Frees all. Safe on NULL.
void scenario_free(struct scenario *scenario);

// Whether the variant is possible at all and excluded by no constraint; else *why (static or the scenario's) says.
bool scenario_allows(const struct scenario *scenario, const struct variant *variant, const char **why);

// Whether a trial of the variant sends the target a password, where there is one.
bool scenario_sends_password(const struct scenario *scenario, const struct variant *variant);

// Whether a target can have a variant that the scenario allows: a gateway level other than off needs a gateway, a level
// with an operand its text.
bool scenario_target_allows(const struct scenario *scenario, const struct scenario_target *target,
                            const struct variant *variant, const char **why);

// The text that a level of a factor needs, the target's own or the scenario's; "" for none.
const char *scenario_operand(const struct scenario *scenario, const struct scenario_target *target, enum factor factor);

// The profile of a target: the program's defaults, what the scenario says, and what the target says. Credentials are
// left to the caller.
struct profile scenario_profile(const struct scenario *scenario, const struct scenario_target *target);

// Whether an expectation applies to a trial of a target, and whether it is met; if not, one sentence with what was
// seen.
bool expectation_applies(const struct expectation *expectation, const struct scenario_target *target,
                         const struct variant *variant);
bool expectation_met(const struct expectation *expectation, const struct trial *trial, char *sentence, size_t size);
