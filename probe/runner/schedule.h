// SPDX-License-Identifier: Apache-2.0
// Many trials against many targets, side by side: one at a time to a target, hundreds in flight, through one zygote and
// one loop. Nothing of a trial stays here once its owner was given it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/run_options.h"
#include "trial/trial.h"

struct schedule;

// A trial that a target is to have.
struct schedule_step {
    struct variant variant;
    enum phase until;
    unsigned repeat;
};

enum schedule_answer { STEP_RUN, STEP_SKIP, STEP_NONE };

struct schedule_state {
    size_t started, ended; // trials, with those that only had a licence issued
    size_t stopped;        // trials that an account's limits forbade
    size_t withdrawn;      // connections given up before the logon, because the account was not free: no trials
    unsigned in_flight;
    double seconds; // since the beginning
};

// What the schedule works on. Targets and steps count from 0; steps of a target are run in their order.
struct schedule_work {
    uint32_t targets, gateways;
    double rate, gateway_rate, target_rate; // starts a second: over all, through each gateway, of each target; 0: no
                                            // limit
    unsigned max_in_flight;
    unsigned max_trials; // 0: no limit
    uint64_t first_number;
    bool logons;   // some trial may send a password
    bool licenses; // some variant presents a licence that was issued in this run
    void *context;

    // The step of a target: to be run (with *step set), to be left out, or beyond the last.
    enum schedule_answer (*step)(void *context, uint32_t target, uint32_t step, struct schedule_step *set);
    // Fills in what the target is and how it is connected to; texts are borrowed while a trial of it runs. Of the
    // limits only those of one trial and one account count here.
    void (*options)(void *context, uint32_t target, struct run_options *options);
    // The gateway of a target, 1 to gateways; 0: none.
    uint32_t (*gateway)(void *context, uint32_t target);
    // A trial has ended; the record is the callee's to read during the call. planned: it is the step itself, and no
    // trial before it that had a licence issued. False ends the run, with a sentence in why[size].
    bool (*ended)(void *context, uint32_t target, uint32_t step, bool planned, const struct trial *trial, char *why,
                  size_t size);
    // The logon guard forbids a step for good; the run goes on without it. False as above.
    bool (*stopped)(void *context, uint32_t target, uint32_t step, const struct schedule_step *what,
                    const char *sentence, char *why, size_t size);
    // Called a few times a second; may be NULL.
    void (*progress)(void *context, const struct schedule_state *state);
};

// Forks the zygote, which must happen before any secret is read. NULL with a sentence in error[size] if this machine
// cannot run trials at all.
struct schedule *schedule_start(char *error, size_t size);

// The run's scratch directory; it goes when the schedule ends.
const char *schedule_scratch(const struct schedule *schedule);

// Runs all steps of all targets. After an interrupt the trials in flight are run to their end, and no further ones.
// STOP_NONE: all was done; STOP_ENVIRONMENT, STOP_BUDGET and STOP_INTERRUPT come with a sentence in error[size].
enum stop schedule_run(struct schedule *schedule, const struct schedule_work *work, struct schedule_state *state,
                       char *error, size_t size);

// Ends workers and zygote and frees all. Safe on NULL.
void schedule_end(struct schedule *schedule);
