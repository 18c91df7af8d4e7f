// SPDX-License-Identifier: Apache-2.0
// A run of trials as every command starts and ends it.
#pragma once

#include "commands/command.h"
#include "commands/complain.h"
#include "commands/options.h"
#include "import/not_done.h"
#include "report/page.h"
#include "runner/runner.h"
#include "trial/journal.h"

struct run {
    const struct options *options;
    const char *command; // its name
    struct journal journal;
    struct run_options settings;
    char *secrets[PROFILE_SECRETS]; // what the settings' profile borrows; NULL for none
    struct runner *runner;
    struct page progress;         // standard error
    char not_done[NOT_DONE_SIZE]; // what the base settings ask for and is not done, in words; "": nothing
};

// Opens the journal, forks the zygote, and only then reads secrets. Returns EXIT_CONNECTED, or another
// exit status after a sentence on standard error; run_end() is due in both cases.
enum exit_status run_begin(struct run *run, const struct options *options, const char *command);

// Then says what is run, in the journal's first record. experiment: the terms of one, borrowed; NULL where it is none.
enum exit_status run_configure(struct run *run, json_t *experiment);

// Why the runner would run no more trials, as an exit status: otherwise where it just ran out of its budget or never
// stopped. Says the reason on standard error.
enum exit_status run_stop_status(const struct run *run, enum exit_status otherwise);

// Ends the runner, wipes secrets, closes the journal. Returns status, or EXIT_CANNOT_RUN with a sentence if records are
// missing in the journal.
enum exit_status run_end(struct run *run, enum exit_status status);

// Says in a report that trials ran without a sandbox, where they did.
void run_tell_sandbox(struct page *page);

// What a report says of that. Static.
const char *run_without_sandbox(void);
