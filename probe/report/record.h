// SPDX-License-Identifier: Apache-2.0
// A journal's record as reports look at it: one line, its members found, nothing copied.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/json_text.h"
#include "trial/outcome.h"

enum record_kind {
    RECORD_RUN,     // header of a run
    RECORD_TRIAL,   // one trial
    RECORD_SKIPPED, // a trial that the plan has and that was not run, with "why"
    RECORD_VERDICT, // of isolate
    RECORD_END,     // of a run, with "stop" and "why" where something stopped it
    RECORD_OTHER
};

enum record_member {
    MEMBER_RECORD,
    MEMBER_SCHEMA,
    // of run headers
    MEMBER_COMMAND,
    MEMBER_STARTED,
    MEMBER_HOST,
    MEMBER_SCENARIO,
    MEMBER_FILE,
    MEMBER_FINGERPRINT,
    MEMBER_SHARD,
    MEMBER_SEED,
    MEMBER_TRIALS, // how many are planned
    MEMBER_LIBRARIES,
    // of trials
    MEMBER_TRIAL,
    MEMBER_TARGET,
    MEMBER_USER,    // of a target that shares host and port with another one of its scenario
    MEMBER_GATEWAY, // likewise
    MEMBER_GROUP,
    MEMBER_REPEAT,
    MEMBER_VARIANT,
    MEMBER_UNTIL,
    MEMBER_IN_EFFECT,
    MEMBER_OUTCOME,
    MEMBER_PHASES,
    MEMBER_FACTS,
    MEMBER_EXPECTATIONS,
    MEMBER_CONNECTIONS,
    MEMBER_LOGONS,
    MEMBER_FAILED_LOGONS,
    MEMBER_MS,
    MEMBER_LINE,      // of the scenario, where the target is named
    MEMBER_TARGET_ID, // tells targets of one host apart
    MEMBER_STEP,      // of the target: variant and repeat as one number
    MEMBER_PURPOSE,   // what a trial was for that the plan does not have
    // of skipped trials, of verdicts and of ends
    MEMBER_WHY,
    MEMBER_STOP,
    MEMBER_WITHDRAWN, // connections that were no trials
    MEMBER_VERDICT,
    MEMBER_REASON,
    MEMBER_COUNT
};

struct record {
    enum record_kind kind;
    const char *line; // the whole of it, terminated; borrowed
    size_t length;
    struct json_text member[MEMBER_COUNT]; // length 0 where the record has none
};

// Finds the members of a line that ends with a zero. False with a clause in *error (static) where it is no JSON object,
// or a record of another schema than trial/journal.h's.
bool record_read(const char *line, size_t length, struct record *record, const char **error);

// What tells a run apart: which scenario, and which shard of it. Copied, so that it outlives the line.
struct run_identity {
    char command[16];
    char scenario[128];     // its name; else its file's
    char file[256];         // the scenario's
    char fingerprint[40];   // "" if it has none
    unsigned shard, shards; // 1 of 1 where the header says nothing
    char shard_source[40];
    char target[280]; // of connect and isolate
    char started[40], host[128];
    int64_t seed, trials; // -1: not said
};

// Reads a run header.
struct run_identity run_identity(const struct record *record);

// Whether the second run goes on with the first, as a further shard of it or as its resumption: the same plan.
bool run_goes_on(const struct run_identity *first, const struct run_identity *second);

// The outcome of a trial, as far as reports tell it; a family or phase that this program does not know is "local" or
// "resolve".
struct outcome record_outcome(const struct record *record);

// Whether no expectation could be judged because this machine, not the target, was at fault: families local and crash.
bool record_could_not_run(const struct outcome *outcome);

// The target of a trial: host and port, and where another target has the same, account and gateway. Returns text.
char *record_target(const struct record *record, char *text, size_t size);

// The variant in a few words: security, and what is not at its default: "security=nla tls=1.2". Returns text.
char *record_variant(struct json_text variant, char *text, size_t size);

// One expectation of a trial.
struct record_expectation {
    char text[256];
    bool met;
    char sentence[1024]; // what was seen, where it is not met
    unsigned line;       // of the scenario; 0: not said
};

// Goes through a trial's expectations: *walk begins as json_walk(record->member[MEMBER_EXPECTATIONS]).
bool record_expectation_next(struct json_walk *walk, struct record_expectation *expectation);

// What the records of a stream come to, for an exit status; all zero before the first.
struct record_sum {
    bool isolate; // the run at hand is an experiment, whose trials may fail
    bool judged, unmet, failed, verdict;
    bool open, stopped, skipped; // the run at hand: of matrix and not at its end; ended early; with trials left out
};

void record_sum_add(struct record_sum *sum, const struct record *record);

// Whether there is something to complain about: an unmet expectation; where none was stated, a failed trial; a failure
// that was studied.
bool record_sum_complains(const struct record_sum *sum);
