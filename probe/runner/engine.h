// SPDX-License-Identifier: Apache-2.0
// What runs trials: one at a time to a target, hundreds of targets side by side, through one zygote and one loop. A run
// against one target is the same with a single place (runner/runner.h). Nothing of a trial stays here once its owner
// was given it.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runner/engine_work.h"

struct engine;

// Forks the zygote, which must happen before any secret is read. NULL with a sentence in error[size] if this machine
// cannot run trials at all.
struct engine *engine_start(char *error, size_t size);

// Sets what to work on; must be called once before engine_run(); copied. False with a sentence in error[size] where
// this machine cannot run it (exit status 3).
bool engine_configure(struct engine *engine, const struct engine_work *work, char *error, size_t size);

// Runs all steps that the targets have now. May be called again where there are further ones; a target's pause after
// its last trial counts on. Once there is a reason to stop it does nothing more. Returns the same as engine_stop().
enum stop engine_run(struct engine *engine);

// Leaves one trial more out of the limit's count: one that goes on with another, which was counted.
void engine_allow_further(struct engine *engine);

// Why no further trial is run, with a sentence for people in *why (owned by the engine; may be NULL). STOP_NONE: all
// was done so far.
enum stop engine_stop(const struct engine *engine, const char **why);

// What was done so far; owned by the engine.
const struct engine_state *engine_state(const struct engine *engine);

// Ends workers and zygote and frees all. Safe on NULL.
void engine_end(struct engine *engine);
