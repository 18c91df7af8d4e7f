// SPDX-License-Identifier: Apache-2.0
// How far each target of a run is: its next step, whether a licence is to be issued first, and the store it goes to.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runner/engine_work.h"
#include "runner/scratch.h"

struct target_state {
    uint32_t target, step;
    double not_before;   // event_clock() at which it may have its next trial
    bool issued;         // a trial to have a licence issued was made for this step
    bool tls_looked_for; // a trial has asked whether the target begins with TLS: once is enough
    bool has_store;      // a scratch directory of its own
};

// Sets the target's next step that is to be run; false if there is none now.
bool target_next_step(struct target_state *state, const struct engine_work *work, struct engine_step *step);

// The route to the target for this variant: 0 is direct, else the number of its gateway.
uint32_t target_route(const struct target_state *state, const struct engine_work *work, const struct variant *variant);

// Makes the store of the target's licences where it has none yet, and writes its path: the scratch directory itself, or
// where work->licenses a directory in it. False with errno.
bool target_make_store(struct target_state *state, const struct engine_work *work, const char *scratch,
                       char store[SCRATCH_PATH]);

// Removes the store where it is the target's own.
void target_drop_store(struct target_state *state, const struct engine_work *work, const char *scratch);

// Whether the trial to be run now is the step itself. Else *step is changed: a licence to present must first be issued,
// so the same variant goes before it with license=clear.
bool target_plan_trial(const struct target_state *state, const char *store, struct engine_step *step);

// A trial ended, the step itself (planned) or the one before it, or the step was left out (planned).
void target_advance(struct target_state *state, bool planned);
