// SPDX-License-Identifier: Apache-2.0
// The journal: JSON Lines, one record a line, each written whole and flushed. Everything else is rendered from it.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { JOURNAL_SCHEMA = 1 };

struct journal {
    FILE *file;      // journal file, or NULL
    FILE *copy;      // second sink (--json on stdout), or NULL; not owned
    char path[4096]; // for error sentences
    bool failed;     // sticky: a write failed and was reported
};

// Opens a journal file for appending, created with mode 0600 (it names hosts and users); path NULL: no file. copy is a
// second stream for the same lines, not owned. A line that a killed run left cut at the file's end is removed. Returns
// false with errno set if the file cannot be opened.
bool journal_open(struct journal *journal, const char *path, FILE *copy);

// Writes one record as one line and flushes it. Borrowed. Returns false on the first failed write (errno set) and
// after; the file then ends with the record before.
bool journal_write(struct journal *journal, const json_t *record);

// Closes the file. Returns false if anything was not written.
bool journal_close(struct journal *journal);

// Calls each(record, line, context) for every record of a journal stream; the record is borrowed. each returns false to
// stop. A cut last line (a killed run) is not an error. Returns false with a sentence in error[size] where a line is no
// JSON object or has another schema.
bool journal_read(FILE *file, bool (*each)(const json_t *record, size_t line, void *context), void *context,
                  char *error, size_t size);
