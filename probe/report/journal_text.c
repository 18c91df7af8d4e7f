// SPDX-License-Identifier: Apache-2.0
#include "report/journal_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/connect_text.h"
#include "report/isolate_text.h"
#include "report/matrix_text.h"
#include "report/output.h"
#include "report/verdict_record.h"
#include "trial/journey.h"

enum { COLUMNS_LEAST = 60, COLUMNS_MOST = 400 };

struct journal_text {
    struct page page;
    bool open; // a run is
    unsigned runs;
    struct run_identity run;

    struct matrix_text matrix; // of matrix
    struct trial **trials;     // of connect and isolate
    size_t count, capacity;
    json_t *verdict;
    char **notes; // that no run of matrix has taken
    size_t note_count;
    bool failed; // sticky
};

static bool is_matrix(const struct journal_text *text)
{
    return strcmp(text->run.command, "matrix") == 0;
}

// COLUMNS, where it was exported, is what the reader has; a terminal's own width is known to the page.
static void set_columns(struct page *page)
{
    const char *columns = getenv("COLUMNS");
    unsigned long number = columns && columns[0] >= '0' && columns[0] <= '9' ? strtoul(columns, NULL, 10) : 0;
    if (number >= COLUMNS_LEAST && number <= COLUMNS_MOST)
        page->columns = (unsigned)number;
}

void *journal_text_begin(FILE *file)
{
    struct journal_text *text = calloc(1, sizeof *text);
    if (!text)
        return NULL;
    text->page = page_open(file);
    set_columns(&text->page);
    if (!matrix_text_begin(&text->matrix, &text->page)) {
        free(text);
        return NULL;
    }
    return text;
}

static void show_verdict(struct journal_text *text, const struct trial *const *trials, size_t count)
{
    struct cause_finding findings[CAUSE_COUNT];
    struct isolation isolation = {0};
    struct verdict verdict;
    const char *clause;
    if (!verdict_from_json(text->verdict, trials, count, &verdict, &clause)) {
        page_line(&text->page, STYLE_BAD, "The verdict's record %s.", clause);
        return;
    }
    isolation.baseline = verdict.baseline;
    find_causes(&verdict, trials, count, findings);
    isolate_text(&text->page, text->run.target, &isolation, &verdict, trials, count, findings);
}

static void show_isolate(struct journal_text *text, const struct trial *const *trials)
{
    struct journeys journeys = {0};
    bool ok = true;
    for (size_t i = 0; i < text->count && ok; i++)
        ok = journeys_add(&journeys, trials[i]);
    text->failed = text->failed || !ok;
    show_verdict(text, journeys.trials, journeys.count);
    journeys_clear(&journeys);
}

static void show_connect(struct journal_text *text, const struct trial *const *trials)
{
    size_t shown = 0;
    for (size_t i = text->count; i-- > 0;) { // as the command itself: the first failure
        if (trials[i]->outcome.result == RESULT_FAILED)
            shown = i;
    }
    if (text->count == 0) {
        page_line(&text->page, STYLE_DOUBT, "%s: no trial is recorded", text->run.target);
        return;
    }
    if (text->count > 1) {
        connect_text_summary(&text->page, trials, text->count);
        page_newline(&text->page);
        page_put(&text->page, STYLE_FAINT, "trial %zu: ", shown + 1);
    }
    connect_text(&text->page, trials[shown]);
}

static void forget(struct journal_text *text)
{
    for (size_t i = 0; i < text->count; i++) {
        trial_clear(text->trials[i]);
        free(text->trials[i]);
    }
    free(text->trials);
    for (size_t i = 0; i < text->note_count; i++)
        free(text->notes[i]);
    free(text->notes);
    json_decref(text->verdict);
    text->trials = NULL;
    text->notes = NULL;
    text->verdict = NULL;
    text->count = text->capacity = text->note_count = 0;
}

static void show_notes(struct journal_text *text)
{
    for (size_t i = 0; i < text->note_count; i++)
        page_wrap(&text->page, 0, 0, "Note: %s", text->notes[i]);
}

static void end_run(struct journal_text *text)
{
    const struct trial *const *trials = (const struct trial *const *)text->trials;
    if (!text->open)
        return;
    if (text->runs++)
        page_newline(&text->page);
    if (is_matrix(text)) {
        matrix_text_end(&text->matrix);
    } else if (text->verdict) {
        show_isolate(text, trials);
    } else {
        if (strcmp(text->run.command, "isolate") == 0)
            page_line(&text->page, STYLE_DOUBT, "%s: the journal ends before the verdict.", text->run.target);
        show_connect(text, trials);
    }
    show_notes(text);
    forget(text);
    text->open = false;
}

static void take_trial(struct journal_text *text, const struct record *record)
{
    char error[200];
    if (text->count == text->capacity) {
        size_t capacity = text->capacity ? 2 * text->capacity : 32;
        struct trial **trials = realloc(text->trials, capacity * sizeof(struct trial *));
        if (!trials) {
            text->failed = true;
            return;
        }
        text->trials = trials;
        text->capacity = capacity;
    }
    json_t *json = json_loadb(record->line, record->length, 0, NULL);
    struct trial *trial = calloc(1, sizeof *trial);
    if (json && trial && trial_from_json(json, trial, error, sizeof error)) {
        text->trials[text->count++] = trial;
    } else {
        free(trial);
        journal_text_note(text, json ? error : "a trial's record is no JSON");
    }
    json_decref(json);
}

static bool goes_on(struct journal_text *text, const struct record *record)
{
    struct run_identity run = run_identity(record);
    return text->open && is_matrix(text) && run_goes_on(&text->run, &run);
}

void journal_text_record(void *state, const struct record *record)
{
    struct journal_text *text = state;
    if (record->kind == RECORD_RUN && !goes_on(text, record)) {
        end_run(text);
        text->run = run_identity(record);
    }
    text->open = true;
    if (is_matrix(text)) {
        matrix_text_record(&text->matrix, record);
    } else if (record->kind == RECORD_TRIAL) {
        take_trial(text, record);
    } else if (record->kind == RECORD_VERDICT) {
        json_decref(text->verdict);
        text->verdict = json_loadb(record->line, record->length, 0, NULL);
    }
}

void journal_text_note(void *state, const char *sentence)
{
    struct journal_text *text = state;
    if (text->open && is_matrix(text)) {
        matrix_text_note(&text->matrix, sentence);
        return;
    }
    char **notes = realloc(text->notes, (text->note_count + 1) * sizeof(char *));
    char *copy = strdup(sentence);
    if (notes)
        text->notes = notes;
    if (notes && copy)
        text->notes[text->note_count++] = copy;
    else
        free(copy);
}

bool journal_text_end(void *state, bool keep)
{
    struct journal_text *text = state;
    if (keep) {
        end_run(text);
        show_notes(text); // of journals that have no run
    }
    bool ok = page_close(&text->page) && !text->failed && !text->matrix.failed;
    int saved = errno;
    forget(text);
    matrix_text_clear(&text->matrix);
    free(text);
    errno = saved;
    return ok;
}
