// SPDX-License-Identifier: Apache-2.0
// The report of `matrix`: the verdict first, tables that fit the page, each unmet expectation in one sentence.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "report/page.h"
#include "report/record.h"
#include "report/tally.h"

enum { MATRIX_TEXT_PAIRS = 64 };

struct matrix_text {
    struct page *page; // borrowed
    struct tally tally;
    FILE *spool;           // the sentences, which come last
    struct page sentences; // writes to it
    bool failed;           // sticky
    // What mstsc shows for the first of the endings that have it.
    struct {
        char ending[128], pair[32];
    } mstsc[MATRIX_TEXT_PAIRS];
    size_t mstsc_count;
};

// Begins a report that is written to the page when it ends. False with errno set.
bool matrix_text_begin(struct matrix_text *text, struct page *page);

// Takes a record of a run of matrix.
void matrix_text_record(struct matrix_text *text, const struct record *record);

// Takes a sentence about the journals.
void matrix_text_note(struct matrix_text *text, const char *sentence);

// Writes the report of what was taken since the beginning, or since the last one.
void matrix_text_end(struct matrix_text *text);

void matrix_text_clear(struct matrix_text *text);
