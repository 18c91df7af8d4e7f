// SPDX-License-Identifier: Apache-2.0
// What a journal's trials add up to. Memory grows with variants, groups, kinds of outcomes and expectations, each up to
// a limit (report/count_table.h), and not with targets (report/target_set.h) or trials.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/count_table.h"
#include "report/record.h"
#include "report/target_set.h"

enum { TALLY_TARGETS_MAX = 40, TALLY_NOTES_MAX = 100 };

struct tally {
    struct run_identity run; // of the first header
    unsigned runs;           // headers
    char stop[32], why[400]; // what stopped a run, if anything did: the first that was not resumed
    unsigned stopped_shard;
    struct shard_seen {
        bool seen, ended;
        uint64_t skipped;
    } *shards;                                 // those of the plan
    unsigned shards_seen, shards_ended, shard; // shard: the one at hand, 0: none of the plan
    uint64_t planned;                          // trials of the shards seen, as far as headers say

    uint64_t trials, connected, could_not_run, skipped; // trials of the plan
    uint64_t withdrawn;                                 // connections given up before their logon, which are no trials
    uint64_t auxiliary;           // trials beside the plan, such as those that had a licence issued
    uint64_t expectations, unmet; // checked, unmet
    uint64_t trials_unmet;        // with an unmet expectation
    uint64_t trials_judged;       // of which anything could be expected
    uint64_t again;               // recorded before, for the same target, variant and repeat
    uint64_t connections, logons, failed_logons;
    double ms;
    struct target_set targets;
    struct count_table variants, groups, outcomes, tests;
    struct count_table first_targets; // the first TALLY_TARGETS_MAX of them

    char *notes[TALLY_NOTES_MAX];
    size_t note_count;
    uint64_t notes_left_out;
    bool failed; // sticky: memory is out
};

// A trial in words.
struct tally_trial {
    char target[280], group[128];
    char variant[512]; // as record_variant() has it
    int64_t repeat;
    struct outcome outcome;
    char ending[128]; // "connected", "errinfo 0x7 in licensing"
    double ms;
    unsigned checked, unmet; // expectations
    bool judged;             // anything could be expected: the journal is of matrix
    bool auxiliary;          // not of the plan
    bool could_not_run;
    bool again;
};

// Called for each unmet expectation of a trial.
typedef void tally_unmet(void *context, const struct tally_trial *trial, const struct record_expectation *expectation);

// Sets an empty tally.
void tally_init(struct tally *tally);

// Adds a record of any kind. Of a trial, *trial is set; unmet may be NULL.
void tally_add(struct tally *tally, const struct record *record, struct tally_trial *trial, tally_unmet *unmet,
               void *context);

// Adds a sentence about the journals.
void tally_note(struct tally *tally, const char *sentence);

// Whether the trials have anything to complain about: an unmet expectation, or, where none was stated, a failed trial.
bool tally_complains(const struct tally *tally);

// How many of the runs of matrix did not come to their end: they were killed, or still run.
unsigned tally_unended(const struct tally *tally);

// Says so in a sentence; "" where all did. Returns text.
char *tally_unended_text(const struct tally *tally, char *text, size_t size);

void tally_clear(struct tally *tally);
