// SPDX-License-Identifier: Apache-2.0
// The table of formats that a journal is rendered in. A further format is one file and one row.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/record.h"

// A format being written; each format has a state of its own. Records come in the journal's order; what a format needs
// at its head and knows at its end only it puts aside itself.
struct format {
    const char *name;    // as in --format NAME
    const char *summary; // for --help
    const char *ending;  // of a file's name that stands for the format: ".xml"

    // Begins a report on a stream. NULL with errno set.
    void *(*begin)(FILE *file);
    // Takes one record; borrowed. A RECORD_RUN begins another run's part.
    void (*record)(void *state, const struct record *record);
    // Takes a sentence about the journals themselves, which people must see with the results: a shard is missing, a
    // line is cut. Borrowed.
    void (*note)(void *state, const char *sentence);
    // Writes what is left, unless keep is false: then nobody will read it; and frees the state. False if anything was
    // not written since it began.
    bool (*end)(void *state, bool keep);
};

// The table. Static.
const struct format *format_rows(size_t *count);

// The row of that name; NULL if there is none.
const struct format *format_find(const char *name);

// The row whose ending the file's name has; NULL if there is none.
const struct format *format_of_file(const char *path);
