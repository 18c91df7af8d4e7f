// SPDX-License-Identifier: Apache-2.0
// What the engine is given to work on, and what it tells of it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/guard.h"
#include "runner/run_options.h"
#include "trial/trial.h"

// A trial that a target is to have.
struct engine_step {
    struct variant variant;
    enum phase until;
    unsigned repeat;
    bool as_it_is; // no trial before it has a licence issued, though it is to present one
};

enum engine_answer {
    STEP_RUN,
    STEP_SKIP, // left out: the next one is asked for
    STEP_NONE  // there is no further one now
};

struct engine_state {
    size_t started, ended; // trials, with those that only had a licence issued
    size_t stopped;        // trials that an account's limits forbade
    size_t withdrawn;      // connections given up before the logon, because the account was not free: no trials
    unsigned in_flight;
    double seconds; // since the beginning
};

// What the engine works on. Targets and steps count from 0; steps of a target are run in their order.
struct engine_work {
    // One by one: the permit to log on is waited for, an interrupt ends the trial in flight, and a ledger that cannot
    // be written is STOP_SAFETY. Fleet: nothing waits, trials in flight run to their end, and that is STOP_ENVIRONMENT.
    enum guard_mode mode;
    uint32_t targets, gateways;
    double rate, gateway_rate, target_rate; // starts a second: over all, through each gateway, of each target; 0: no
                                            // limit
    unsigned max_in_flight;
    unsigned max_trials;    // 0: no limit
    const char *max_option; // what sets it, to be named where it is reached; "" for nothing. Static
    uint64_t first_number;
    bool logons; // some trial may send a password
    bool
        licenses; // some variant presents a licence that was issued in this run, and each target has a store of its own
    void *context;

    // The step of a target, with *step set where it is to be run.
    enum engine_answer (*step)(void *context, uint32_t target, uint32_t step, struct engine_step *set);
    // Fills in what the target is and how it is connected to; texts are borrowed while a trial of it runs. Of the
    // limits only those of one trial and one account count here.
    void (*options)(void *context, uint32_t target, struct run_options *options);
    // The gateway of a target, 1 to gateways; 0: none. Not called where there are no gateways.
    uint32_t (*gateway)(void *context, uint32_t target);
    // A trial has ended; the record is the callee's to read during the call, or to take over: it then leaves a zeroed
    // one. planned: it is the step itself, and no trial before it that had a licence issued. Other than STOP_NONE ends
    // the run, with a sentence in why[size].
    enum stop (*ended)(void *context, uint32_t target, uint32_t step, bool planned, struct trial *trial, char *why,
                       size_t size);
    // The logon guard forbids a step for good, for the reason in sentence. As above; after STOP_NONE the run goes on
    // without it.
    enum stop (*stopped)(void *context, uint32_t target, uint32_t step, const struct engine_step *what,
                         const char *sentence, char *why, size_t size);
    // Called a few times a second; may be NULL.
    void (*progress)(void *context, const struct engine_state *state);
};
