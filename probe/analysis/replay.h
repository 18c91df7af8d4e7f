// SPDX-License-Identifier: Apache-2.0
// Trials on record that are to be had as if they were run, in the order in which the experiment asks for them.
#pragma once

#include "analysis/experiment.h"

struct replay {
    const struct trial *const *trials;
    size_t count;
    bool taken[TRIALS_MAX];
    // Of the trials of one experiment, as they were run: replay_next() then has them.
    bool as_run;
    size_t next;  // the next one
    bool differs; // another one was asked for
};

// The callback of struct isolation; its context is a struct replay. The same trials in the order of the experiment give
// the verdict again that they gave when they were run.
const struct trial *replay_run(void *context, const struct variant *variant, enum phase until);

// The same for a record of an experiment whose terms are known: the trials one after the other, as they were run.
const struct trial *replay_next(void *context, const struct variant *variant, enum phase until);

// The callback for rests: the time has passed when the trials were run.
void replay_pause(void *context, double ms);

// Adds what was not asked for, so that nothing on record is left out of the verdict.
void replay_rest(struct experiment *experiment);
