// SPDX-License-Identifier: Apache-2.0
// What an experiment comes to: its verdict, with all that it rests on, and the verdict's record in the journal.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "analysis/observation.h"
#include "trial/factor.h"
#include "trial/outcome.h"
#include "trial/phase.h"
#include "trial/trial.h"

enum verdict_kind {
    VERDICT_ISOLATED,
    VERDICT_NOT_CLIENT_SIDE,
    VERDICT_NOT_REPRODUCED,
    VERDICT_INCONCLUSIVE,
    VERDICT_STOPPED
};

const char *verdict_name(enum verdict_kind kind); // "isolated", "not-client-side", … Static.

// What was found to decide besides the client, if anything.
enum world {
    WORLD_NOT_SUSPECTED,
    WORLD_IN_TURN,  // the count of connections
    WORLD_RATE,     // the time since the last connection
    WORLD_DEADLINE, // this program's own limit of time
    WORLD_CHANGED,  // the target changed for good
    WORLD_CHANCE    // the same variants fail and pass, and no order was found in it
};

const char *world_name(enum world world);     // "in-turn", "rate", …; "" for WORLD_NOT_SUSPECTED. Static.
enum world world_from_name(const char *name); // WORLD_NOT_SUSPECTED where it is none

struct condition {
    enum factor factor;
    unsigned level;
};

// Conditions that must hold together.
struct conjunction {
    struct condition conditions[FACTOR_COUNT];
    unsigned count;
};

// Two trials that differ in one factor, one with the signature and one without.
struct minimal_pair {
    enum factor factor;
    uint64_t failing, passing; // trial numbers
};

// What one level of a factor did with everything else as in the failing variant of the factor's minimal pair.
struct sweep_row {
    struct condition condition;
    enum observation observation;
    uint64_t trial;  // number; 0: not tried, see why
    const char *why; // static; NULL where the observation says it all
};

enum finding { FINDING_CAUSE, FINDING_INNOCENT, FINDING_UNDECIDED, FINDING_NOT_TESTED };

// A trial that would decide something that is open.
struct suggested_trial {
    struct variant variant;
    enum phase until;
    char why[160]; // one clause for people
};

enum {
    ALTERNATIVES_MAX = 8,
    PAIRS_MAX = 16,
    SUGGESTIONS_MAX = 3,
    FURTHER_MAX = 8,
    SWEEP_MAX = FACTOR_COUNT * LEVELS_MAX
};

struct verdict {
    enum verdict_kind kind;
    bool has_signature;
    struct signature signature;
    enum phase failure_phase;
    struct conjunction alternatives[ALTERNATIVES_MAX]; // any one of them triggers the failure
    unsigned alternative_count;
    struct minimal_pair pairs[PAIRS_MAX]; // each was repeated
    unsigned pair_count;
    struct sweep_row sweep[SWEEP_MAX];
    unsigned sweep_count;
    // One trial for each variant that fails too though the cause does not explain it: it is not the whole cause.
    uint64_t further[FURTHER_MAX];
    unsigned further_count;
    struct {
        enum finding finding;
        char why[200]; // one clause for people
    } factors[FACTOR_COUNT];
    // 0 to 1: how sure the trials make the verdict, among the causes that can be named and with the noise that they
    // show. 0 where nothing was concluded, or not the whole.
    double confidence;
    enum world world;
    struct variant baseline;                             // whose failure was studied
    bool rebased;                                        // it is not the one that was given, which connects
    struct suggested_trial suggestions[SUGGESTIONS_MAX]; // best first; where something that trials could decide is open
    unsigned suggestion_count;
    unsigned trials, surveys, logons; // surveys are counted in trials
    // The trials until what the verdict says was the likeliest; and those that made it sure: all after that, and those
    // before it that only repeated a variant which had given a result.
    unsigned search, confirming;
    char reason[800];  // one sentence: why this verdict and not another
    char gateway[500]; // a clause: what the gateway had to do with the failure; "" where no trial says
};

// Counts the trials that the verdict rests on: how many, how many of them surveys, and their logons.
void verdict_count(struct verdict *verdict, const struct trial *const *trials, size_t count);

// A new JSON object {"record":"verdict","schema":1,…}; NULL if memory is out. Caller owns it.
json_t *verdict_to_json(const struct verdict *verdict);
