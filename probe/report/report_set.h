// SPDX-License-Identifier: Apache-2.0
// The reports that are written of one stream of records, each into a file or to standard output.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "report/format.h"
#include "report/output.h"

enum { REPORTS_MAX = 8 };

struct report {
    const struct format *format;
    struct output output;
    void *state;
    char name[256]; // for sentences
};

// All zero is an empty set.
struct report_set {
    struct report reports[REPORTS_MAX];
    size_t count;
};

// What --report takes: FORMAT=FILE, or a FILE whose name ends as one of a format does. *path points into text ("-" is
// standard output). False with a clause in error[size] that goes on after "--report ".
bool report_parse(const char *text, const struct format **format, const char **path, char *error, size_t size);

// Opens one more. path NULL or "-": standard output. False with a sentence in error[size].
bool report_set_add(struct report_set *set, const struct format *format, const char *path, char *error, size_t size);

// Gives a record to all of them. A report that cannot be written is found out at the close, so that it stops no trial.
void report_set_record(struct report_set *set, const struct record *record);

// The same for a record that a run has just made.
void report_set_json(struct report_set *set, const json_t *record);

// Gives them a sentence about the journal as a whole.
void report_set_note(struct report_set *set, const char *sentence);

// Ends all, and with keep set puts the files in their places; also where the run failed. False with a sentence in
// error[size] about the first that could not be written. The set is then empty.
bool report_set_close(struct report_set *set, bool keep, char *error, size_t size);
