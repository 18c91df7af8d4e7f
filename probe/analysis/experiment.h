// SPDX-License-Identifier: Apache-2.0
// The state of one isolation: the trials so far, what they say, and what is known of the levels. Private to analysis/,
// as are all headers that include it.
#pragma once

#include "analysis/belief.h"
#include "analysis/randomization.h"
#include "analysis/terms.h"

enum {
    TRIALS_MAX = 256,          // of one experiment, whatever the budget says
    TRIALS_DEFAULT = 64,       // budget where none is given
    CONFIRMATIONS_DEFAULT = 2, // each trial of a minimal pair is seen twice at least
    UNRESOLVED_MAX = 6         // a trial that is still unresolved after so many attempts cannot be had
};

// What of the budget is used up.
enum budget { BUDGET_LEFT, BUDGET_TRIALS, BUDGET_LOGONS, BUDGET_SECONDS };
const char *budget_name(enum budget budget); // "trials", "logons", "seconds"; "" for BUDGET_LEFT. Static.

// The cube between the baseline and the passing variant: each factor in it is either at its baseline level (bit set) or
// at its other level.
struct cube {
    enum factor factor[FACTOR_COUNT];
    unsigned char level[FACTOR_COUNT]; // the other level
    unsigned count;
};

struct replay; // replay.h

// What trials were seen to say of a failure; asked for again and again, of all trials, while one is planned.
struct sayings {
    struct signature signature;
    enum phase failure_phase;
    struct variant baseline;
    const struct trial *trials[TRIALS_MAX]; // by their number
    enum observation observed[TRIALS_MAX];
};

struct experiment {
    const struct isolation *isolation;
    struct sayings *sayings; // owned; NULL where memory is out: then nothing is remembered
    struct replay *replay;   // where the trials come from, if from a record; else NULL
    const struct factor_space *space;
    const struct factor_rules *rules; // of the space
    unsigned budget, confirmations;
    const struct trial *trials[TRIALS_MAX];
    unsigned count;
    unsigned recorded;   // how many of them, the first, were given and not run
    unsigned search_end; // how many trials there were when the hypothesis that is being confirmed was made
    bool seeking;        // a failure is looked for, since the baseline works
    bool only_withheld;  // nothing that was varied decides the failure, what was withheld may
    bool rebased;        // the baseline given works, and this one is another variant, which fails
    const char *asks;    // what the coming trials ask, a static clause for people
    bool has_next;
    struct variant next; // what was to be tried when no more trials could be run
    enum phase next_until;
    struct randomization randomization; // of the trials that confirm
    struct belief belief;               // about belief_cube, of the first `learned` trials
    struct cube belief_cube;
    unsigned learned;
    enum phase belief_phase; // failure_phase that it was learned with
    bool has_signature;
    struct signature signature;
    enum phase failure_phase;      // the latest phase in which the signature was seen
    const struct trial *reference; // the first baseline trial with the signature
    struct level_state levels[FACTOR_COUNT][LEVELS_MAX];
    unsigned char accidents[FACTOR_COUNT][LEVELS_MAX]; // surveys of the level that may have ended by accident

    // Why the experiment is over early, if it is.
    bool stopped;                   // run() returned NULL
    enum budget exhausted;          // what of the budget is used up
    bool memory;                    // memory is out
    const struct trial *changed[2]; // before and after the outcome of one variant changed for good
};

// Starts an experiment with the recorded trials, if any; isolation->factors is set. experiment_clear() is due.
void experiment_init(struct experiment *experiment, const struct isolation *isolation);
void experiment_clear(struct experiment *experiment);

// Goes on with a variant that fails as the baseline. *other is set to the terms, and lasts as long as the experiment.
void experiment_rebase(struct experiment *experiment, struct isolation *other, const struct variant *baseline);

// Whether trials can only be looked up: nothing can be surveyed.
bool experiment_offline(const struct experiment *experiment);

// Whether no further trial may or should be run.
bool experiment_over(const struct experiment *experiment);

// How many connections the first so many trials made; a trial that made none counts as one.
unsigned experiment_connections(const struct experiment *experiment, unsigned trials);

// Runs a trial and records it. NULL if the experiment is over (now or before).
const struct trial *experiment_run(struct experiment *experiment, const struct variant *variant, enum phase until);

// Takes in a trial that was run, and notes it if it shows that the environment changed.
void experiment_add(struct experiment *experiment, const struct trial *trial);

// Whether a trial ended with the failure that is studied; with any, as long as none is.
bool experiment_fails(const struct experiment *experiment, const struct trial *trial);

// Where a trial may stop and still show whether the failure occurs: as early as possible, before any logon.
enum phase experiment_until(const struct experiment *experiment, const struct variant *variant);

// What a recorded trial says.
enum observation experiment_observe(const struct experiment *experiment, const struct trial *trial);

// All trials of one variant together.
struct tally {
    unsigned signature, no_signature, unresolved; // unresolved without the surveys, which were not to decide
    const struct trial *last_unresolved;
    // Numbers of the first and the last trial with the signature, and of those without; 0: none.
    uint64_t first_signature, last_signature, first_no_signature, last_no_signature;
};
struct tally experiment_tally(const struct experiment *experiment, const struct variant *variant);

// What is known of a variant without a further trial; where its trials disagree, what most of them say, and unresolved
// while that is not clear.
enum observation experiment_known(const struct experiment *experiment, const struct variant *variant);

// Whether an unresolved trial may have been an accident, so that the same trial may yet give a result.
bool experiment_accident(const struct trial *trial);

// Whether a further trial of an unresolved variant is worth it: none yet, or one that failed by an accident.
bool experiment_worth(const struct experiment *experiment, const struct variant *variant);

// What is known of a variant, by a trial if it takes one (two if the first meets an accident).
enum observation experiment_ask(struct experiment *experiment, const struct variant *variant);

// Number of the latest trial of a variant with this observation; 0 if there is none.
uint64_t experiment_trial(const struct experiment *experiment, const struct variant *variant,
                          enum observation observation);

// The trial with a number; NULL if there is none.
const struct trial *experiment_numbered(const struct experiment *experiment, uint64_t number);
