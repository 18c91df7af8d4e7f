// SPDX-License-Identifier: Apache-2.0
// Finds the factor that triggers a failure by adaptive experiment. Pure: trials come through a callback, so the same
// code isolates a live target, a journal and a simulated oracle. No I/O, no clock.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "analysis/factor_space.h"
#include "trial/factor.h"
#include "trial/outcome.h"
#include "trial/trial.h"

// What a trial says about the failure under study.
enum observation {
    OBSERVED_SIGNATURE,    // the failure
    OBSERVED_NO_SIGNATURE, // connected, or got beyond the phase in which the failure occurs
    OBSERVED_UNRESOLVED    // another failure, or the variant was not in effect: no evidence
};

// Judges a trial; one that was stopped early (a survey) only as far as it came. failure_phase is the latest phase in
// which the signature was seen. Factors that matter only after that phase need not have been in effect.
enum observation observe(const struct trial *trial, const struct signature *signature, enum phase failure_phase);

// Everything the experiment may do.
struct isolation {
    struct variant baseline;              // the variant whose failure is studied
    unsigned levels[FACTOR_COUNT];        // bit set of levels that may be tried; the baseline's own bit is implied
    const char *untestable[FACTOR_COUNT]; // why a factor has nothing to vary ("no gateway was given"), or NULL
    unsigned withheld;    // bit set of factors that could be varied but are not to be: untestable[] says why
    bool signature_given; // false: the baseline's own first failure is the signature
    struct signature signature;
    const struct factor_space *factors; // NULL: those of trial/factor.h
    // The budget; 0: 64 trials (256 at most), any number of logons, any time (by the trials' own milliseconds).
    unsigned max_trials, max_logons;
    double max_ms;
    unsigned confirmations; // how often each trial of a minimal pair is seen in all, at least; 0 = default (2)

    // Trials that were run before, oldest first; borrowed. With run NULL nothing else is looked at: the verdict then
    // says which trials would decide what is open.
    const struct trial *const *recorded;
    size_t recorded_count;

    // Runs one trial and returns its record, which stays valid until the experiment is over; NULL when no more trials
    // may be run (safety limit, interrupt): the experiment then ends with VERDICT_STOPPED. until is PHASE_ACTIVE, or an
    // earlier phase for a survey trial, which involves no logon. run NULL: no trial can be run.
    const struct trial *(*run)(void *context, const struct variant *variant, enum phase until);
    void *context;
};

enum verdict_kind {
    VERDICT_ISOLATED,
    VERDICT_NOT_CLIENT_SIDE,
    VERDICT_NOT_REPRODUCED,
    VERDICT_INCONCLUSIVE,
    VERDICT_STOPPED
};

const char *verdict_name(enum verdict_kind kind); // "isolated", "not-client-side", … Static.

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
struct wish {
    struct variant variant;
    enum phase until;
    char why[160]; // one clause for people
};

enum { ALTERNATIVES_MAX = 8, PAIRS_MAX = 16, WISHES_MAX = 3, SWEEP_MAX = FACTOR_COUNT * LEVELS_MAX };

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
    struct {
        enum finding finding;
        char why[200]; // one clause for people
    } factors[FACTOR_COUNT];
    // 0 to 1: how sure the trials make the verdict, among the causes that can be named and with the noise that they
    // show. 0 where nothing was concluded.
    double confidence;
    struct variant baseline;        // whose failure was studied
    bool rebased;                   // it is not the one that was given, which connects
    struct wish wishes[WISHES_MAX]; // best first; where something that trials could decide is open
    unsigned wish_count;
    unsigned trials, surveys, logons; // surveys are counted in trials
    // The trials until what the verdict says was the likeliest; and those that made it sure: all after that, and those
    // before it that only repeated a variant which had given a result.
    unsigned search, confirming;
    char reason[400];  // one sentence: why this verdict and not another
    char gateway[500]; // a clause: what the gateway had to do with the failure; "" where no trial says
};

// Runs the experiment to its end. Never names a factor that a repeated minimal pair does not prove. alternatives, pairs
// and sweep are empty unless a cause was proved: with VERDICT_ISOLATED, or with VERDICT_STOPPED in the sweep after the
// proof.
void isolate(const struct isolation *isolation, struct verdict *verdict);

// A new JSON object {"record":"verdict","schema":1,…} as probe/journal.md has it; NULL if memory is out. Owned.
json_t *verdict_to_json(const struct verdict *verdict);
