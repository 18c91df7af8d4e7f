// SPDX-License-Identifier: Apache-2.0
#include "report/matrix_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/outcome_text.h"
#include "report/output.h"

enum { OUTCOMES_SHOWN = 20, NUMBERS_WIDTH = 44, NAMES_LEAST = 34 };

bool matrix_text_begin(struct matrix_text *text, struct page *page)
{
    *text = (struct matrix_text){.page = page};
    tally_init(&text->tally);
    return true;
}

// The sentences have a file of their own once there is one: most runs have none.
static struct page *sentences(struct matrix_text *text)
{
    if (!text->spool && !text->failed) {
        text->spool = output_spool();
        text->failed = !text->spool;
        text->sentences = *text->page;
        text->sentences.file = text->spool;
    }
    return text->spool ? &text->sentences : NULL;
}

static void put_place(struct page *page, const struct tally_trial *trial)
{
    page_put(page, STYLE_PLAIN, "  ");
    page_put(page, STYLE_BAD, "%s", trial->target);
    page_put(page, STYLE_PLAIN, " %s", trial->variant);
    if (trial->repeat > 1)
        page_put(page, STYLE_PLAIN, " repeat %" PRId64, trial->repeat);
    page_put(page, STYLE_PLAIN, ":");
}

static unsigned place_width(const struct tally_trial *trial)
{
    char clean[1024];
    int repeat = trial->repeat > 1 ? snprintf(clean, sizeof clean, " repeat %" PRId64, trial->repeat) : 0;
    unsigned width = page_width(page_clean(trial->target, clean, sizeof clean));
    return 2 + width + 1 + page_width(page_clean(trial->variant, clean, sizeof clean)) + (unsigned)repeat + 1;
}

static void put_sentence(struct matrix_text *text, const struct tally_trial *trial, const char *sentence)
{
    struct page *page = sentences(text);
    if (!page)
        return;
    put_place(page, trial);
    page_put(page, STYLE_PLAIN, " ");
    page_wrap(page, place_width(trial) + 1, 4, "%s", sentence);
}

static void on_unmet(void *context, const struct tally_trial *trial, const struct record_expectation *expectation)
{
    put_sentence(context, trial, expectation->sentence[0] ? expectation->sentence : expectation->text);
}

static const char *pair_of(const struct matrix_text *text, const char *ending)
{
    for (size_t i = 0; i < text->mstsc_count; i++) {
        if (strcmp(text->mstsc[i].ending, ending) == 0)
            return text->mstsc[i].pair;
    }
    return "";
}

// Remembers what mstsc shows for an ending.
static void keep_pair(struct matrix_text *text, const struct tally_trial *trial)
{
    char pair[32];
    if (text->mstsc_count == MATRIX_TEXT_PAIRS || !outcome_mstsc_pair(&trial->outcome, pair, sizeof pair)[0] ||
        pair_of(text, trial->ending)[0])
        return;
    snprintf(text->mstsc[text->mstsc_count].ending, sizeof text->mstsc[0].ending, "%s", trial->ending);
    snprintf(text->mstsc[text->mstsc_count++].pair, sizeof text->mstsc[0].pair, "%s", pair);
}

void matrix_text_record(struct matrix_text *text, const struct record *record)
{
    struct tally_trial trial;
    tally_add(&text->tally, record, &trial, on_unmet, text);
    if (record->kind == RECORD_TRIAL && trial.outcome.result == RESULT_FAILED)
        keep_pair(text, &trial);
    if (record->kind == RECORD_TRIAL && !trial.judged && !trial.auxiliary && trial.outcome.result == RESULT_FAILED) {
        char sentence[400], pair[32];
        const struct outcome *o = &trial.outcome;
        snprintf(sentence, sizeof sentence, "%s%s: %s", trial.ending, outcome_mstsc_pair(o, pair, sizeof pair),
                 o->detail[0] ? o->detail : outcome_meaning(o->family, o->code));
        put_sentence(text, &trial, sentence);
    }
    text->failed = text->failed || text->tally.failed;
}

void matrix_text_note(struct matrix_text *text, const char *sentence)
{
    tally_note(&text->tally, sentence);
}

static const char *s(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void headline(struct page *page, const struct tally *tally)
{
    char clean[300];
    const char *name = tally->run.scenario[0] ? tally->run.scenario : "matrix";
    bool judged = tally->expectations > 0;
    uint64_t failed = tally->trials - tally->connected;
    page_clean(name, clean, sizeof clean);
    page_put(page, tally_complains(tally) ? STYLE_BAD : tally->trials ? STYLE_GOOD : STYLE_DOUBT, "%s:", clean);
    page_put(page, STYLE_PLAIN, " ");
    unsigned at = page_width(clean) + 2;
    if (tally->trials == 0 && tally->run.trials == 0 && tally->run.shards > 1 && tally->shards_seen == 1)
        page_wrap(page, at, 0, "no target belongs to shard %u of %u", tally->run.shard, tally->run.shards);
    else if (tally->trials == 0)
        page_wrap(page, at, 0, "no trial is recorded");
    else if (judged && tally->unmet > 0)
        page_wrap(page, at, 0,
                  "%" PRIu64 " expectation%s unmet in %" PRIu64 " of %" PRIu64 " trial%s, on %zu of %zu target%s",
                  tally->unmet, s(tally->unmet), tally->trials_unmet, tally->trials, s(tally->trials),
                  tally->targets.unmet, tally->targets.count, s(tally->targets.count));
    else if (judged && tally->could_not_run > 0)
        page_wrap(page, at, 0,
                  "%" PRIu64 " of %" PRIu64 " trial%s could not be run; no expectation of the others is unmet",
                  tally->could_not_run, tally->trials, s(tally->trials));
    else if (judged)
        page_wrap(page, at, 0, "every expectation is met: %zu target%s, %" PRIu64 " trial%s", tally->targets.count,
                  s(tally->targets.count), tally->trials, s(tally->trials));
    else if (failed > 0)
        page_wrap(page, at, 0, "%" PRIu64 " of %" PRIu64 " trial%s failed; nothing was expected of them; %zu target%s",
                  failed, tally->trials, s(tally->trials), tally->targets.count, s(tally->targets.count));
    else
        page_wrap(page, at, 0, "every trial connected: %zu target%s, %" PRIu64 " trial%s", tally->targets.count,
                  s(tally->targets.count), tally->trials, s(tally->trials));
}

// What else the reader must know before the numbers.
static void remarks(struct page *page, const struct tally *tally)
{
    char text[200];
    const uint64_t recorded = tally->trials - tally->again;
    if ((tally->stop[0] || tally->why[0]) && recorded < tally->planned)
        page_wrap(page, 0, 0, "Stopped (%s): %s; %" PRIu64 " of %" PRIu64 " planned trials are recorded", tally->stop,
                  tally->why, recorded, tally->planned);
    else if (tally->stop[0] || tally->why[0])
        page_wrap(page, 0, 0, "Stopped (%s): %s", tally->stop, tally->why);
    if (*tally_unended_text(tally, text, sizeof text))
        page_wrap(page, 0, 0, "Incomplete: %s", text);
    if (tally->could_not_run)
        page_wrap(page, 0, 0, "%" PRIu64 " trial%s could not be run on this machine", tally->could_not_run,
                  s(tally->could_not_run));
    if (tally->skipped)
        page_wrap(page, 0, 0, "%" PRIu64 " trial%s left out for the safety of accounts", tally->skipped,
                  tally->skipped == 1 ? " was" : "s were");
    for (size_t i = 0; i < tally->note_count; i++)
        page_wrap(page, 0, 0, "Note: %s", tally->notes[i]);
    if (tally->notes_left_out)
        page_wrap(page, 0, 0, "and %" PRIu64 " more notes", tally->notes_left_out);
}

// How wide the column of names is, in all tables alike: as the longest that fits, so that numbers stand near it.
static unsigned name_width(const struct page *page, const struct tally *tally)
{
    const struct count_table *const tables[] = {&tally->first_targets, &tally->groups, &tally->variants, &tally->tests,
                                                &tally->outcomes};
    const unsigned most = page->columns - NUMBERS_WIDTH - 2;
    unsigned width = NAMES_LEAST < most ? NAMES_LEAST : most;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (tables[i] == &tally->first_targets && tally->targets.count > TALLY_TARGETS_MAX)
            continue; // is not shown
        for (size_t k = 0; k < tables[i]->count; k++) {
            char name[1024];
            unsigned length = page_width(page_clean(tables[i]->rows[k].name, name, sizeof name));
            width = length > width && length <= most ? length : width;
        }
    }
    return width;
}

// A name in its column; one that is too long has a line of its own.
static void put_name(struct page *page, unsigned width, const char *text)
{
    char name[1024];
    page_clean(text[0] ? text : "(none)", name, sizeof name);
    unsigned length = page_width(name);
    page_put(page, STYLE_PLAIN, "  ");
    if (length > width) {
        page_wrap(page, 2, 4, "%s", name);
        page_put(page, STYLE_PLAIN, "%*s", (int)width + 2, "");
    } else {
        page_put(page, STYLE_PLAIN, "%s%*s", name, (int)(width - length), "");
    }
}

static void heading(struct page *page, unsigned width, const char *what)
{
    page_newline(page);
    page_put(page, STYLE_HEADING, "%-*s", (int)width + 2, what);
    page_line(page, STYLE_FAINT, "%10s%10s%8s%9s%7s", "trials", "connected", "unmet", "mean ms", "max");
}

static void table(struct page *page, unsigned width, const char *what, const struct count_table *table)
{
    heading(page, width, what);
    for (size_t i = 0; i < table->count; i++) {
        const struct count_row *row = &table->rows[i];
        put_name(page, width, row->name);
        page_put(page, STYLE_PLAIN, "%10" PRIu64 "%10" PRIu64, row->trials, row->connected);
        page_put(page, row->unmet ? STYLE_BAD : STYLE_PLAIN, "%8" PRIu64, row->unmet);
        page_line(page, STYLE_PLAIN, "%9.0f%7.0f", row->trials ? row->ms / (double)row->trials : 0, row->ms_max);
    }
}

static int by_trials(const void *a, const void *b)
{
    const struct count_row *const *x = a, *const *y = b;
    return ((*x)->trials < (*y)->trials) - ((*x)->trials > (*y)->trials);
}

static void outcomes(const struct matrix_text *text, unsigned width, const struct count_table *table)
{
    struct page *page = text->page;
    const struct count_row **rows = calloc(table->count, sizeof *rows);
    if (!rows)
        return;
    for (size_t i = 0; i < table->count; i++)
        rows[i] = &table->rows[i];
    qsort(rows, table->count, sizeof *rows, by_trials);
    page_newline(page);
    page_put(page, STYLE_HEADING, "%-*s", (int)width + 2, "Outcomes");
    page_line(page, STYLE_FAINT, "%10s", "trials");
    for (size_t i = 0; i < table->count && i < OUTCOMES_SHOWN; i++) {
        put_name(page, width, rows[i]->name);
        page_line(page, STYLE_PLAIN, "%10" PRIu64 "%s", rows[i]->trials, pair_of(text, rows[i]->name));
    }
    if (table->count > OUTCOMES_SHOWN)
        page_line(page, STYLE_FAINT, "  and %zu more kinds, which --format json lists", table->count - OUTCOMES_SHOWN);
    free(rows);
}

static void tests(struct page *page, unsigned width, const struct count_table *table)
{
    page_newline(page);
    page_put(page, STYLE_HEADING, "%-*s", (int)width + 2, "Expectations");
    page_line(page, STYLE_FAINT, "%10s%10s%8s", "trials", "met", "unmet");
    for (size_t i = 0; i < table->count; i++) {
        const struct count_row *row = &table->rows[i];
        put_name(page, width, row->name);
        page_put(page, STYLE_PLAIN, "%10" PRIu64 "%10" PRIu64, row->trials, row->trials - row->unmet);
        page_line(page, row->unmet ? STYLE_BAD : STYLE_PLAIN, "%8" PRIu64, row->unmet);
    }
}

static void put_unmet(struct matrix_text *text)
{
    struct page *page = text->page;
    if (!text->spool)
        return;
    page_newline(page);
    page_line(page, STYLE_HEADING, "%s", text->tally.trials_judged ? "Unmet" : "Failed");
    if (text->sentences.failed || fflush(page->file) != 0 || !output_copy(text->spool, page->file))
        text->failed = true;
    fclose(text->spool);
    text->spool = NULL;
}

void matrix_text_end(struct matrix_text *text)
{
    struct page *page = text->page;
    struct tally *tally = &text->tally;
    const unsigned width = name_width(page, tally);
    headline(page, tally);
    remarks(page, tally);
    if (tally->trials > 0) {
        if (tally->targets.count <= TALLY_TARGETS_MAX)
            table(page, width, "Targets", &tally->first_targets);
        if (tally->groups.count > 1)
            table(page, width, "Groups", &tally->groups);
        table(page, width, "Variants", &tally->variants);
        if (tally->tests.count > 0)
            tests(page, width, &tally->tests);
        outcomes(text, width, &tally->outcomes);
        page_newline(page);
        page_line(page, STYLE_FAINT, "%" PRIu64 " TCP connection%s, %" PRIu64 " logon%s, %" PRIu64 " of them refused",
                  tally->connections, s(tally->connections), tally->logons, s(tally->logons), tally->failed_logons);
        if (tally->withdrawn)
            page_wrap(page, 0, 0,
                      "%" PRIu64 " further connection%s given up before the logon, because the account was in use",
                      tally->withdrawn, tally->withdrawn == 1 ? " was" : "s were");
    }
    put_unmet(text);
    tally_clear(tally);
    tally_init(tally);
}

void matrix_text_clear(struct matrix_text *text)
{
    int saved = errno;
    if (text->spool)
        fclose(text->spool);
    tally_clear(&text->tally);
    *text = (struct matrix_text){0};
    errno = saved;
}
