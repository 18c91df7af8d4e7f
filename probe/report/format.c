// SPDX-License-Identifier: Apache-2.0
#include "report/format.h"

#include <string.h>

#include "report/journal_text.h"
#include "report/junit.h"
#include "report/summary.h"

static const struct format rows[] = {
    {"text", "the verdict, tables, and every unmet expectation in a sentence", ".txt", journal_text_begin,
     journal_text_record, journal_text_note, journal_text_end},
    {"junit", "test cases for GitLab, Jenkins and others", ".xml", junit_begin, junit_record, junit_note, junit_end},
    {"json", "one object with all counts and every unmet expectation", ".json", summary_begin, summary_record,
     summary_note, summary_end},
};

const struct format *format_rows(size_t *count)
{
    *count = sizeof rows / sizeof rows[0];
    return rows;
}

const struct format *format_find(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

const struct format *format_of_file(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t ending = strlen(rows[i].ending);
        if (length > ending && strcmp(path + length - ending, rows[i].ending) == 0)
            return &rows[i];
    }
    return NULL;
}
