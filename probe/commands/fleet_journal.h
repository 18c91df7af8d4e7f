// SPDX-License-Identifier: Apache-2.0
// The journal of a matrix run: its header, its trials with what was expected of them, and going on with one.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/plan.h"
#include "trial/journal.h"

// What of a plan is in a journal.
struct fleet_progress {
    uint8_t *done;   // bit set: target of the plan × steps + step
    size_t steps;    // of each target: variants × repeats
    size_t trials;   // planned ones that are done
    size_t unmet;    // those of them of which an expectation is not met
    uint64_t number; // the highest trial number
};

// Nothing is done. False if memory is out.
bool fleet_progress_init(struct fleet_progress *progress, const struct plan *plan);
void fleet_progress_clear(struct fleet_progress *progress);

bool fleet_progress_done(const struct fleet_progress *progress, size_t target, size_t step);

// Takes a record that is in the journal already.
typedef void fleet_record_taker(void *context, const json_t *record);

// Opens a journal for a new run, or to go on with (resume); path NULL: no file. It is locked against other processes.
// False with a sentence in error[size]: *usage tells that the user asked for what cannot be (a journal with records and
// no resume, one of another plan or shard). take, where given, gets all records of a journal that is gone on with.
bool fleet_journal_open(struct journal *journal, const char *path, FILE *copy, bool resume, const struct plan *plan,
                        struct fleet_progress *progress, fleet_record_taker *take, void *context, bool *usage,
                        char *error, size_t size);

// New records; NULL if memory is out.
json_t *fleet_header(const struct plan *plan, const char *libraries, bool resumed);

// Judges a trial and makes its record. planned false: a trial that only had a licence issued; it is not judged. Of what
// was expected and is not met the first sentence goes to unmet[size], else "".
json_t *fleet_trial(const struct plan *plan, size_t target, size_t step, bool planned, const struct trial *trial,
                    char *unmet, size_t size);

json_t *fleet_skipped(const struct plan *plan, size_t target, size_t step, const struct variant *variant,
                      unsigned repeat, const char *why);

// withdrawn: connections that were no trials, because an account was not free (runner/engine_work.h).
json_t *fleet_end(const struct fleet_progress *progress, size_t skipped, size_t withdrawn, const char *stop,
                  const char *why);
