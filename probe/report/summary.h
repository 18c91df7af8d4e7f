// SPDX-License-Identifier: Apache-2.0
// The summary of journals as one JSON object:
//
//   record "summary", schema 1
//   runs    one object for each plan:
//     unmet     [{target, group, variant, repeat, trial, outcome, expectation, sentence, line}], in the journal's order
//     command, scenario, file, fingerprint, seed, target, started, host   as in its header, where it has them
//     shards    how many the plan has; shards_seen
//     trials, connected, could_not_run, skipped, repeated, auxiliary, planned   numbers of trials; repeated: recorded
//               before; auxiliary: beside the plan, to have a licence issued; planned: where the header says
//     withdrawn connections given up before the logon, because the account was in use: no trials
//     unended   runs (shards) of matrix that did not come to their end
//     targets, targets_unmet, expectations, expectations_unmet, trials_unmet, connections, logons, failed_logons, ms
//     variants, groups, outcomes   {name: {trials, connected, unmet, ms, ms_max}}: ms is the trials' sum, milliseconds
//     tests     {expectation: {checked, unmet}}
//     stop, why where something stopped the run
//     verdict   {verdict, signature, reason, …}: of isolate, as in its journal
//   notes   sentences about the journals
//   met     true where every expectation is met, every run came to its end, no trial was left out, and nothing is to be
//   noted
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "report/record.h"

// A row of the table of formats (report/format.h).
void *summary_begin(FILE *file);
void summary_record(void *state, const struct record *record);
void summary_note(void *state, const char *sentence);
bool summary_end(void *state, bool keep);
