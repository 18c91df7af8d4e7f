// SPDX-License-Identifier: Apache-2.0
// The terms of an experiment: what is studied, what may be varied, and how trials are had.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "analysis/factor_space.h"
#include "trial/factor.h"
#include "trial/outcome.h"
#include "trial/trial.h"

// Everything the experiment may do.
struct isolation {
    struct variant baseline;              // the variant whose failure is studied
    unsigned levels[FACTOR_COUNT];        // bit set of levels that may be tried; the baseline's own bit is implied
    const char *untestable[FACTOR_COUNT]; // why a factor has nothing to vary ("no gateway was given"), or NULL
    unsigned withheld;   // bit set of factors that could be varied but are not to be: untestable[] says why
    unsigned unsought;   // bit set of factors that are varied to study a failure, and not to look for one
    bool follows;        // redirections are followed: a trial may be several connections
    const char *untried; // what else was not tried, and may decide a failure from a phase on: a sentence, or NULL
    enum phase untried_phase;
    bool signature_given; // false: the baseline's own first failure is the signature
    struct signature signature;
    const struct factor_space *factors; // NULL: those of trial/factor.h
    // The budget; 0: 64 trials (256 at most), any number of logons, any time (by the trials' own milliseconds).
    unsigned max_trials, max_logons;
    double max_ms;
    uint64_t seed;          // of the order of the trials that confirm a cause
    unsigned confirmations; // how often each trial of a minimal pair is seen in all, at least; 0 = default (2)

    // Trials that were run before, oldest first; borrowed. With run NULL nothing else is looked at: the verdict then
    // says which trials would decide what is open.
    const struct trial *const *recorded;
    size_t recorded_count;

    // Runs one trial and returns its record, which stays valid until the experiment is over; NULL when no more trials
    // may be run (safety limit, interrupt): the experiment then ends with VERDICT_STOPPED. until is PHASE_ACTIVE, or an
    // earlier phase for a survey trial, which involves no logon. run NULL: no trial can be run.
    const struct trial *(*run)(void *context, const struct variant *variant, enum phase until);
    // Told before each trial, for who waits: what it asks, a static clause, and how many may follow it at most; may be
    // NULL.
    void (*announce)(void *context, const struct variant *variant, const char *asks, unsigned left);
    // Lets so many milliseconds pass without a connection; NULL where time cannot pass.
    void (*rest)(void *context, double ms);
    void *context;
};
