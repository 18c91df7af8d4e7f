// SPDX-License-Identifier: Apache-2.0
// Journals as text for people: of connect and isolate the reports that the commands wrote, of matrix that of
// report/matrix_text.h. All trials of connect and isolate are kept; of matrix none.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "report/record.h"

// A row of the table of formats (report/format.h).
void *journal_text_begin(FILE *file);
void journal_text_record(void *state, const struct record *record);
void journal_text_note(void *state, const char *sentence);
bool journal_text_end(void *state, bool keep);
