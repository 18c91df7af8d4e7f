// SPDX-License-Identifier: Apache-2.0
// What a code means, for people.
#include <string.h>

#include "report/explanation.h"
#include "report/outcome_text.h"
#include "trial/append.h"

enum { LABEL_COLUMN = 12, ALIKE_MOST = 3, CAUSES_SHOWN = 6, BULLET_COLUMN = LABEL_COLUMN + 2, TEXT_SIZE = 900 };

static void label(struct page *page, const char *text)
{
    page_put(page, STYLE_FAINT, "%-*s", LABEL_COLUMN, text);
}

static void headline(struct page *page, const struct code_meaning *meaning)
{
    char code[16];
    const char *name = meaning->row->name;
    explanation_code(meaning, code, sizeof code);
    page_put(page, STYLE_HEADING, "%s %s%s%s", meaning->kind->title, code, name[0] ? " " : "", name);
    page_newline(page);
    page_put(page, STYLE_PLAIN, "  ");
    page_wrap(page, 2, 2, "%s", meaning->row->meaning);
}

// One ending, or how many of its family there are.
static void append_ending(char *text, size_t size, const struct explained *explained, size_t i)
{
    const struct outcome *ending = &explained->endings[i];
    char one[100];
    size_t alike = 0, before = 0;
    for (size_t k = 0; k < explained->ending_count; k++) {
        bool same = explained->endings[k].family == ending->family && explained->endings[k].phase == ending->phase;
        alike += same;
        before += same && k < i;
    }
    if (alike > ALIKE_MOST && before > 0)
        return;
    text_append(text, size, "%s", text[0] ? "; " : "");
    if (alike > ALIKE_MOST) {
        text_append(text, size, "%s in %s, with any of %zu codes", family_name(ending->family),
                    phase_name(ending->phase), alike);
        return;
    }
    outcome_short(ending, one, sizeof one);
    bool named = ending->name[0] && !strstr(one, ending->name);
    text_append(text, size, "%s%s%s in %s", one, named ? " " : "", named ? ending->name : "",
                phase_name(ending->phase));
}

static void endings(struct page *page, const struct explained *explained)
{
    char text[TEXT_SIZE] = "";
    bool is_itself = explained->meaning.kind->family && explained->ending_count == 1;
    if (explained->ending_count == 0 || is_itself)
        return;
    for (size_t i = 0; i < explained->ending_count; i++)
        append_ending(text, sizeof text, explained, i);
    label(page, "outcome");
    page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s", text);
}

static void mstsc(struct page *page, const struct explained *explained)
{
    char text[TEXT_SIZE];
    struct outcome shown = {.result = RESULT_FAILED};
    if (explained->ending_count == 0 || strcmp(explained->meaning.kind->id, "mstsc") == 0)
        return;
    if (explained->has_pair) {
        shown.mstsc.basis = explained->pair.documented ? BASIS_DOCUMENTED : BASIS_INFERRED;
        shown.mstsc.code = explained->pair.code;
        shown.mstsc.extended = explained->pair.extended;
    }
    label(page, "mstsc");
    page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s", outcome_mstsc(&shown, text, sizeof text));
}

static void advice(struct page *page, const struct advice *advice)
{
    if (!advice)
        return;
    if (advice->note) {
        label(page, "known");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s", advice->note);
    }
    for (unsigned i = 0; i < ADVICE_LOOKS_MAX && advice->looks[i].what; i++) {
        label(page, i ? "" : "look at");
        page_wrap(page, LABEL_COLUMN, BULLET_COLUMN, "%s: %s", advice->looks[i].what, advice->looks[i].how);
    }
}

static void causes(struct page *page, const struct explained *explained)
{
    for (size_t i = 0; i < explained->cause_count && i < CAUSES_SHOWN; i++) {
        const struct cause_row *cause = explained->causes[i];
        label(page, i ? "" : "may be");
        page_wrap(page, LABEL_COLUMN, BULLET_COLUMN, "%s %s: %.*s", cause->id, cause->name,
                  (int)strcspn(cause->decides, ";"), cause->decides);
    }
    if (explained->cause_count > CAUSES_SHOWN) {
        label(page, "");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "and %zu more: rdpprobe explain --causes",
                  explained->cause_count - CAUSES_SHOWN);
    }
}

// What is told of mstsc's 0x3/0x7 and cannot be its cause, since the protocol has another answer for it.
static void usual_advice(struct page *page, const struct explained *explained)
{
    char text[TEXT_SIZE] = "";
    const struct cause_row *cause;
    bool denied = explained->ending_count == 1 && explained->endings[0].family == FAMILY_ERRINFO &&
                  explained->endings[0].code == ERRINFO_CODE_SERVER_DENIED;
    for (size_t i = 0; denied && (cause = cause_row_at(i)) != NULL; i++) {
        if (cause->plausibility >= PLAUSIBILITY_CONTRADICTS_PROTOCOL)
            text_append(text, sizeof text, "%s%s %s", text[0] ? ", " : "", cause->id, cause->name);
    }
    if (!text[0])
        return;
    label(page, "rather not");
    page_wrap(page, LABEL_COLUMN, LABEL_COLUMN,
              "%s: these are told of it, but the protocol has another answer for them (rdpprobe explain --causes ID)",
              text);
}

// Whether an earlier meaning has told already what such an ending means.
static bool is_told(const struct explanation *explanation, size_t i, const struct explained *explained)
{
    for (size_t k = 0; k < i && explained->ending_count == 1; k++) {
        struct explained earlier;
        explanation_tell(&explanation->meanings[k], &earlier);
        if (earlier.ending_count == 1 && earlier.endings[0].family == explained->endings[0].family &&
            earlier.endings[0].code == explained->endings[0].code)
            return true;
    }
    return false;
}

static void whole(struct page *page, const struct explanation *explanation, size_t i)
{
    const struct code_meaning *meaning = &explanation->meanings[i];
    struct explained explained;
    explanation_tell(meaning, &explained);
    headline(page, meaning);
    label(page, "arises");
    page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s (%s)", meaning->kind->arises, meaning->kind->source);
    if (meaning->kind->phase) {
        label(page, "phase");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s, most often", meaning->kind->phase);
    }
    endings(page, &explained);
    if (is_told(explanation, i, &explained))
        return;
    mstsc(page, &explained);
    advice(page, explained.advice);
    causes(page, &explained);
    usual_advice(page, &explained);
    if (explained.command[0]) {
        label(page, "try it");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s", explained.command);
    }
}

static void line(struct page *page, const struct code_meaning *meaning, unsigned column)
{
    char code[16];
    explanation_code(meaning, code, sizeof code);
    page_wrap(page, column, column + 2, "%s %s%s%s: %s", meaning->kind->title, code, meaning->row->name[0] ? " " : "",
              meaning->row->name, meaning->row->meaning);
}

// Small numbers of tables whose numbers nobody tells bare are one line each, where another meaning is there.
static bool is_told_whole(const struct explanation *explanation, size_t i)
{
    return !explanation->meanings[i].kind->bare || explanation->meanings[0].kind->bare;
}

void explanation_text(struct page *page, const struct explanation *explanation)
{
    size_t short_ones = 0;
    if (explanation->extended_says_nothing)
        page_wrap(page, 0, 0,
                  "An Extended error code is the server's reason only with Error code 0x3; here it says nothing.");
    for (size_t i = 0; i < explanation->count; i++) {
        if (!is_told_whole(explanation, i))
            continue;
        if (i > 0)
            page_newline(page);
        whole(page, explanation, i);
    }
    for (size_t i = 0; i < explanation->count; i++) {
        if (is_told_whole(explanation, i))
            continue;
        if (short_ones++ == 0) {
            page_newline(page);
            page_line(page, STYLE_HEADING, "The same number elsewhere");
        }
        page_put(page, STYLE_PLAIN, "  ");
        line(page, &explanation->meanings[i], 2);
    }
}

void explanation_list_text(struct page *page)
{
    const struct code_kind *kind;
    const struct code_row *row;
    for (size_t i = 0; (kind = code_kind_at(i)) != NULL; i++) {
        if (i > 0)
            page_newline(page);
        page_line(page, STYLE_HEADING, "%s: %s (%s)", kind->id, kind->title, kind->source);
        for (size_t k = 0; (row = kind->row_at(k)) != NULL; k++) {
            struct code_meaning meaning = {kind, row, row->code};
            char code[16];
            page_put(page, STYLE_PLAIN, "  %-*s", LABEL_COLUMN, explanation_code(&meaning, code, sizeof code));
            page_wrap(page, LABEL_COLUMN + 2, LABEL_COLUMN + 4, "%s%s%s", row->name, row->name[0] ? ": " : "",
                      row->meaning);
        }
    }
}

static void cause_whole(struct page *page, const struct cause_row *cause)
{
    page_line(page, STYLE_HEADING, "%s %s", cause->id, cause->name);
    page_put(page, STYLE_PLAIN, "  ");
    page_wrap(page, 2, 2, "%s", cause->claim);
    const struct {
        const char *label, *text;
    } rows[] = {{"told by", cause->made},
                {"of 0x3/0x7", plausibility_name(cause->plausibility)},
                {"factor", cause->factor ? cause->factor : "none tests it"},
                {"decided by", cause->decides},
                {"remedy", cause->remedy},
                {"its cost", cause->cost}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].text)
            continue;
        label(page, rows[i].label);
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s", rows[i].text);
    }
}

bool explanation_causes_text(struct page *page, const char *id)
{
    const struct cause_row *cause;
    if (id && !(cause = cause_row_of(id)))
        return false;
    if (id) {
        cause_whole(page, cause);
        return true;
    }
    page_line(page, STYLE_HEADING, "Causes that are told of mstsc's 0x3/0x7, and how well each can explain it");
    for (size_t i = 0; (cause = cause_row_at(i)) != NULL; i++) {
        page_put(page, STYLE_PLAIN, "  %-4s", cause->id);
        page_wrap(page, 6, 8, "%s (%s): %s", cause->name, plausibility_name(cause->plausibility), cause->claim);
    }
    return true;
}
