// SPDX-License-Identifier: Apache-2.0
#include "report/isolate_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "report/beyond_text.h"
#include "report/outcome_text.h"
#include "report/trial_table.h"

enum { FACTOR_COLUMN = 2, WHY_COLUMN = 14 };

// A sentence that grows; it is cut when it is full.
struct sentence {
    char text[1000];
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct sentence *sentence, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(sentence->text + sentence->used, sizeof sentence->text - sentence->used, format, arguments);
    va_end(arguments);
    sentence->used += n > 0 ? (size_t)n : 0;
    if (sentence->used >= sizeof sentence->text)
        sentence->used = sizeof sentence->text - 1;
}

// "a", "a and b", "a, b and c": what comes before the item with this index.
static const char *joint(unsigned index, unsigned count)
{
    return index == 0 ? "" : index + 1 == count ? " and " : ", ";
}

static void say_conjunction(struct sentence *sentence, const struct conjunction *conjunction)
{
    for (unsigned i = 0; i < conjunction->count; i++) {
        const struct condition *condition = &conjunction->conditions[i];
        say(sentence, "%s%s=%s", joint(i, conjunction->count), factor_row(condition->factor)->name,
            level_name(condition->factor, condition->level));
    }
    if (conjunction->count > 1)
        say(sentence, " together");
}

static void say_cause(struct sentence *sentence, const struct verdict *verdict)
{
    bool one = verdict->alternative_count == 1;
    if (!one)
        say(sentence, "each of these triggers the failure by itself: ");
    for (unsigned i = 0; i < verdict->alternative_count; i++) {
        say(sentence, "%s", i ? "; or " : "");
        say_conjunction(sentence, &verdict->alternatives[i]);
    }
    if (one)
        say(sentence, " %s the failure", verdict->alternatives[0].count > 1 ? "trigger" : "triggers");
}

static enum style style_of(enum verdict_kind kind)
{
    switch (kind) {
    case VERDICT_ISOLATED:
    case VERDICT_NOT_CLIENT_SIDE:
        return STYLE_BAD;
    case VERDICT_NOT_REPRODUCED:
        return STYLE_GOOD;
    case VERDICT_INCONCLUSIVE:
    case VERDICT_STOPPED:
        break;
    }
    return STYLE_DOUBT;
}

static void headline(struct page *page, const char *target, const struct verdict *verdict)
{
    struct sentence sentence = {.used = 0};
    unsigned at = page_width(target) + 2 + (unsigned)strlen(verdict_name(verdict->kind)) + 2;
    switch (verdict->kind) {
    case VERDICT_ISOLATED:
        say_cause(&sentence, verdict);
        break;
    case VERDICT_NOT_CLIENT_SIDE:
        say(&sentence, "no client-side factor that could be tested decides this failure; look for its cause on the "
                       "server or on the way there");
        break;
    case VERDICT_NOT_REPRODUCED:
        say(&sentence, "the failure did not show");
        break;
    case VERDICT_INCONCLUSIVE:
        say(&sentence, "the trials do not prove a cause");
        break;
    case VERDICT_STOPPED:
        say(&sentence, "the experiment ended before it could tell");
        break;
    }
    page_put(page, style_of(verdict->kind), "%s: %s", target, verdict_name(verdict->kind));
    page_put(page, STYLE_PLAIN, ": ");
    page_wrap(page, at, 0, "%s.", sentence.text);
    if (verdict->reason[0]) {
        size_t length = strlen(verdict->reason);
        page_wrap(page, 0, 0, "%s%s", verdict->reason, strchr(".!?", verdict->reason[length - 1]) ? "" : ".");
    }
}

static const struct trial *trial_of(const struct trial *const *trials, size_t count, uint64_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (trials[i]->number == number)
            return trials[i];
    }
    return NULL;
}

// The failure in words, with what mstsc would show where a trial that failed so says it.
static void failure(struct page *page, const struct verdict *verdict, const struct trial *const *trials, size_t count)
{
    const struct signature *s = &verdict->signature;
    char code[32], text[400];
    if (!verdict->has_signature)
        return;
    outcome_code(s->family, s->code, code, sizeof code);
    const char *name = outcome_code_name(s->family, s->code);
    page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "the failure");
    page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s%s%s%s%s in %s: %s", family_name(s->family), code[0] ? " " : "", code,
              name[0] ? " " : "", name, phase_name(verdict->failure_phase), outcome_meaning(s->family, s->code));
    for (size_t i = 0; i < count; i++) {
        if (!signature_matches(s, &trials[i]->outcome))
            continue;
        page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "mstsc");
        page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s", outcome_mstsc(&trials[i]->outcome, text, sizeof text));
        break;
    }
}

static void baseline(struct page *page, const struct variant *variant)
{
    char text[300];
    page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "baseline");
    page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s", variant_text(variant, text, sizeof text));
}

static void factor_name(struct page *page, enum factor factor)
{
    page_put(page, STYLE_PLAIN, "%*s%-*s", FACTOR_COLUMN, "", WHY_COLUMN - FACTOR_COLUMN, factor_row(factor)->name);
}

static void pair(struct page *page, const struct minimal_pair *pair, const struct trial *const *trials, size_t count)
{
    const struct trial *failing = trial_of(trials, count, pair->failing);
    const struct trial *passing = trial_of(trials, count, pair->passing);
    factor_name(page, pair->factor);
    if (!failing || !passing) {
        page_wrap(page, WHY_COLUMN, WHY_COLUMN, "trial %" PRIu64 " fails, trial %" PRIu64 " works", pair->failing,
                  pair->passing);
        return;
    }
    page_wrap(page, WHY_COLUMN, WHY_COLUMN,
              "trial %" PRIu64 " fails with %s, trial %" PRIu64 " works with %s, nothing else differs", pair->failing,
              level_name(pair->factor, failing->variant.level[pair->factor]), pair->passing,
              level_name(pair->factor, passing->variant.level[pair->factor]));
}

// The levels of a factor with which the sweep saw one thing, as a clause: "fails with 1.0 and 1.1".
static void say_levels(struct sentence *sentence, const struct verdict *verdict, enum factor factor,
                       enum observation observation, const char *what)
{
    unsigned levels[LEVELS_MAX], n = 0;
    for (unsigned level = 0; level < factor_levels(factor); level++) {
        bool seen = false;
        for (unsigned i = 0; i < verdict->sweep_count; i++) {
            const struct sweep_row *row = &verdict->sweep[i];
            seen = seen || (row->trial && row->condition.factor == factor && row->condition.level == level &&
                            row->observation == observation);
        }
        if (seen)
            levels[n++] = level;
    }
    for (unsigned i = 0; i < n; i++) {
        if (i == 0)
            say(sentence, "%s%s ", sentence->used ? ", " : "", what);
        say(sentence, "%s%s", joint(i, n), level_name(factor, levels[i]));
    }
}

static void sweep(struct page *page, const struct verdict *verdict, enum factor factor)
{
    struct sentence sentence = {.used = 0};
    say_levels(&sentence, verdict, factor, OBSERVED_SIGNATURE, "fails with");
    say_levels(&sentence, verdict, factor, OBSERVED_NO_SIGNATURE, "works with");
    say_levels(&sentence, verdict, factor, OBSERVED_UNRESOLVED, "nothing can be said of");
    for (unsigned i = 0; i < verdict->sweep_count; i++) {
        const struct sweep_row *row = &verdict->sweep[i];
        if (row->condition.factor == factor && !row->trial)
            say(&sentence, "%s%s was not tried%s%s", sentence.used ? ", " : "",
                level_name(factor, row->condition.level), row->why ? ": " : "", row->why ? row->why : "");
    }
    if (!sentence.used)
        return;
    factor_name(page, factor);
    page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s", sentence.text);
}

static void why(struct page *page, const struct verdict *verdict, const struct trial *const *trials, size_t count)
{
    if (verdict->pair_count == 0)
        return;
    page_newline(page);
    page_line(page, STYLE_HEADING, "Why");
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        bool last = true;
        pair(page, &verdict->pairs[i], trials, count);
        for (unsigned j = i + 1; j < verdict->pair_count; j++)
            last = last && verdict->pairs[j].factor != verdict->pairs[i].factor;
        if (last)
            sweep(page, verdict, verdict->pairs[i].factor);
    }
}

static void findings(struct page *page, const struct verdict *verdict, enum finding finding, const char *heading)
{
    bool any = false;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (verdict->factors[f].finding != finding)
            continue;
        if (!any) {
            page_newline(page);
            page_line(page, STYLE_HEADING, "%s", heading);
        }
        any = true;
        factor_name(page, (enum factor)f);
        page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s", verdict->factors[f].why);
    }
}

static void counts(struct page *page, const struct verdict *verdict, const struct trial *const *trials, size_t count)
{
    unsigned connections = 0, logons = 0;
    for (size_t i = 0; i < count; i++) {
        connections += trials[i]->connections;
        logons += trials[i]->logons;
    }
    page_line(page, STYLE_PLAIN, "%zu trial%s (%u of them scans), %u TCP connection%s, %u logon%s", count,
              count == 1 ? "" : "s", verdict->surveys, connections, connections == 1 ? "" : "s", logons,
              logons == 1 ? "" : "s");
}

void isolate_text(struct page *page, const char *target, const struct isolation *isolation,
                  const struct verdict *verdict, const struct trial *const *trials, size_t count)
{
    headline(page, target, verdict);
    page_newline(page);
    failure(page, verdict, trials, count);
    baseline(page, &isolation->baseline);
    why(page, verdict, trials, count);
    findings(page, verdict, FINDING_INNOCENT, "Not the cause");
    findings(page, verdict, FINDING_UNDECIDED, "Undecided");
    findings(page, verdict, FINDING_NOT_TESTED, "Not tested");
    if (count > 0) {
        page_newline(page);
        trial_table(page, &isolation->baseline, verdict, trials, count);
    }
    page_newline(page);
    counts(page, verdict, trials, count);
    if (verdict->kind == VERDICT_NOT_CLIENT_SIDE && verdict->has_signature) {
        page_newline(page);
        beyond_text_server(page, &verdict->signature);
    }
    page_newline(page);
    beyond_text_limits(page);
}
