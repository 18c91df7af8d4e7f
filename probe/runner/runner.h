// SPDX-License-Identifier: Apache-2.0
// Many trials against one target, one after the other, each when its caller wants it: the engine with one target, and
// the journal. Worker processes, licence stores, pauses and safety limits are the engine's.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runner/run_options.h"
#include "trial/trial.h"

struct runner;

// Forks the zygote, which must happen before any secret is read: it and all workers then hold no more secrets than
// their own trial's. NULL with a sentence in error[size] if this machine cannot run trials at all (exit status 3).
struct runner *runner_start(char *error, size_t size);

// Sets what to connect to and how; must be called once before runner_trial(). options stays the caller's and must live
// as long as the runner. Writes the journal's run header: command is the subcommand's name. False with a sentence in
// error.
bool runner_configure(struct runner *runner, const struct run_options *options, const char *command, char *error,
                      size_t size);

// Runs one trial to its end, records it in the journal, and returns the record, which stays valid until runner_end(). A
// license=reuse or license=corrupt variant for which this run holds no licence yet is preceded by the same variant with
// license=clear. until before PHASE_NLA involves no password. Where redirections are followed, a trial that ended by
// one is followed by the same variant until the same phase against the place it was sent to, up to REDIRECTIONS_MAX
// times, each a trial of its own that names the one before; the last one is returned. NULL when no trial may be or
// could be run: see runner_stop().
const struct trial *runner_trial(struct runner *runner, const struct variant *variant, enum phase until);

// Lets so many milliseconds pass; less where the run is interrupted.
void runner_rest(double ms);

// Why runner_trial() returned NULL, with a sentence for people in *why (owned by the runner).
enum stop runner_stop(const struct runner *runner, const char **why);

// All records so far, oldest first; owned by the runner.
size_t runner_trials(const struct runner *runner, const struct trial *const **trials);

// Versions of FreeRDP and OpenSSL that trials run with. Static.
const char *runner_versions(void);

// Ends workers and zygote, removes the scratch directory, frees all. Safe on NULL.
void runner_end(struct runner *runner);
