// SPDX-License-Identifier: Apache-2.0
#include "report/isolate_text.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "report/beyond_text.h"
#include "report/causes_text.h"
#include "report/levels_text.h"
#include "report/outcome_text.h"
#include "report/trial_table.h"
#include "trial/append.h"
#include "trial/fact.h"

enum { FACTOR_COLUMN = 2, WHY_COLUMN = 14 };

// What was found, and the trials it was found by.
struct isolated_run {
    const struct verdict *verdict;
    const struct trial *const *trials;
    size_t count;
};

// A sentence that grows; it is cut when it is full.
struct sentence {
    char text[1000];
};

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

// The verdict in one sentence; for a cause it is the reason itself.
static const char *sentence_of(const struct verdict *verdict)
{
    switch (verdict->kind) {
    case VERDICT_ISOLATED:
        return verdict->reason;
    case VERDICT_NOT_CLIENT_SIDE:
        return "no client-side factor decides this failure; look for its cause on the server or on the way there.";
    case VERDICT_NOT_REPRODUCED:
        return "the failure did not show.";
    case VERDICT_INCONCLUSIVE:
        return "the trials do not prove a cause.";
    case VERDICT_STOPPED:
        return "the experiment ended before it could tell.";
    }
    return "";
}

static void headline(struct page *page, const char *target, const struct verdict *verdict)
{
    const char *name = verdict_name(verdict->kind);
    page_put(page, style_of(verdict->kind), "%s: %s", target, name);
    page_put(page, STYLE_PLAIN, ": ");
    page_wrap(page, page_width(target) + 2 + page_width(name) + 2, 0, "%s", sentence_of(verdict));
    if (verdict->kind != VERDICT_ISOLATED && verdict->reason[0])
        page_wrap(page, 0, 0, "%s", verdict->reason);
}

// The phase in which the failure was seen, the latest one; behind a broker it is one of the connection there.
static enum phase failed_in(const struct isolated_run *run)
{
    const struct verdict *verdict = run->verdict;
    enum phase latest = PHASE_RESOLVE;
    bool behind = false;
    for (size_t i = 0; i < run->count; i++) {
        const struct trial *trial = run->trials[i];
        if (!trial->first || !signature_matches(&verdict->signature, &trial->outcome))
            continue;
        behind = true;
        if (trial->outcome.phase > latest)
            latest = trial->outcome.phase;
    }
    return behind ? latest : verdict->failure_phase;
}

// The failure in words, with what mstsc would show where a trial that failed so says it.
static void failure(struct page *page, const struct isolated_run *run)
{
    const struct verdict *verdict = run->verdict;
    const struct signature *s = &verdict->signature;
    char code[32], text[400];
    if (!verdict->has_signature)
        return;
    outcome_code(s->family, s->code, code, sizeof code);
    const char *name = outcome_code_name(s->family, s->code);
    page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "the failure");
    page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s%s%s%s%s in %s: %s", family_name(s->family), code[0] ? " " : "", code,
              name[0] ? " " : "", name, phase_name(failed_in(run)), outcome_meaning(s->family, s->code));
    for (size_t i = 0; i < run->count; i++) {
        if (!signature_matches(s, &run->trials[i]->outcome))
            continue;
        page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "mstsc");
        page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s", outcome_mstsc(&run->trials[i]->outcome, text, sizeof text));
        break;
    }
}

static void gateway(struct page *page, const struct verdict *verdict)
{
    if (!verdict->gateway[0])
        return;
    page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "gateway");
    page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s", verdict->gateway);
}

// Where brokers sent the trials that were followed, and how many of them each: the first places of many.
static void followed(struct page *page, const struct isolated_run *run)
{
    enum { PLACES = 4 };
    const struct trial *places[PLACES];
    size_t sent[PLACES] = {0}, count = 0, all = 0;
    char text[PLACES * (sizeof places[0]->target + 16)] = "";
    for (size_t i = 0; i < run->count; i++) {
        const struct trial *trial = run->trials[i];
        size_t place = 0;
        if (!trial->first)
            continue;
        all++;
        while (place < count && strcmp(places[place]->target, trial->target) != 0)
            place++;
        if (place == PLACES)
            continue;
        places[place] = trial;
        sent[place]++;
        count = place == count ? count + 1 : count;
    }
    if (!all)
        return;
    for (size_t i = 0; i < count; i++)
        text_append(text, sizeof text, "%s%s (%zu)", i ? ", " : "", places[i]->target, sent[i]);
    page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "followed");
    page_wrap(page, WHY_COLUMN, WHY_COLUMN,
              "%zu trial%s sent on by a broker, to %s, and ended as the last connection did", all,
              all == 1 ? " was" : "s were", text);
}

static void baseline(struct page *page, const struct variant *variant)
{
    char text[VARIANT_TEXT_MAX];
    page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "baseline");
    page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s", variant_text(variant, text, sizeof text));
}

static void factor_name(struct page *page, enum factor factor)
{
    const char *name = factor_row(factor)->name;
    page_put(page, STYLE_PLAIN, "%*s%-*s", FACTOR_COLUMN, "", WHY_COLUMN - FACTOR_COLUMN, name);
    if (FACTOR_COLUMN + strlen(name) >= WHY_COLUMN) { // a long name has a line of its own
        page_newline(page);
        page_put(page, STYLE_PLAIN, "%*s", WHY_COLUMN, "");
    }
}

static void proof(struct page *page, const struct isolated_run *run, const struct minimal_pair *pair)
{
    const struct trial *failing = trial_numbered(run->trials, run->count, pair->failing);
    const struct trial *passing = trial_numbered(run->trials, run->count, pair->passing);
    char does[64];
    factor_name(page, pair->factor);
    if (!failing || !passing) {
        page_wrap(page, WHY_COLUMN, WHY_COLUMN, "trial %" PRIu64 " fails, trial %" PRIu64 " does not", pair->failing,
                  pair->passing);
        return;
    }
    const char *one = fact_text(trial_first(failing)->facts, FACT_ADDRESS_PRESENTED, NULL);
    const char *other = fact_text(trial_first(passing)->facts, FACT_ADDRESS_PRESENTED, NULL);
    passing_text(passing, does, sizeof does);
    if (pair->factor == FACTOR_ADDRESS && one && other) { // what the levels were
        page_wrap(page, WHY_COLUMN, WHY_COLUMN,
                  "trial %" PRIu64 " fails with %s (%s), trial %" PRIu64 " %s with %s (%s), nothing else differs",
                  pair->failing, level_name(pair->factor, failing->variant.level[pair->factor]), one, pair->passing,
                  does, level_name(pair->factor, passing->variant.level[pair->factor]), other);
        return;
    }
    page_wrap(page, WHY_COLUMN, WHY_COLUMN,
              "trial %" PRIu64 " fails with %s, trial %" PRIu64 " %s with %s, nothing else differs", pair->failing,
              level_name(pair->factor, failing->variant.level[pair->factor]), pair->passing, does,
              level_name(pair->factor, passing->variant.level[pair->factor]));
}

static void levels(struct page *page, const struct isolated_run *run, enum factor factor)
{
    char text[1000];
    levels_text(run->verdict, run->trials, run->count, factor, text, sizeof text);
    if (!text[0])
        return;
    page_put(page, STYLE_PLAIN, "%*s", WHY_COLUMN, "");
    page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s", text);
}

static void why(struct page *page, const struct isolated_run *run)
{
    const struct verdict *verdict = run->verdict;
    if (verdict->pair_count == 0)
        return;
    page_newline(page);
    page_line(page, STYLE_HEADING, "Why");
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        bool last = true;
        proof(page, run, &verdict->pairs[i]);
        for (unsigned j = i + 1; j < verdict->pair_count; j++)
            last = last && verdict->pairs[j].factor != verdict->pairs[i].factor;
        if (last)
            levels(page, run, verdict->pairs[i].factor);
    }
}

// Whether a factor before or after this one has the same finding for the same reason.
static bool has_company(const struct verdict *verdict, int factor, bool before)
{
    for (int f = before ? 0 : factor + 1; f < (before ? factor : FACTOR_COUNT); f++) {
        if (verdict->factors[f].finding == verdict->factors[factor].finding &&
            strcmp(verdict->factors[f].why, verdict->factors[factor].why) == 0)
            return true;
    }
    return false;
}

// Factors with one reason, as a paragraph.
static void company(struct page *page, const struct verdict *verdict, int factor)
{
    struct sentence names = {.text = ""};
    for (int f = factor; f < FACTOR_COUNT; f++) {
        if (verdict->factors[f].finding == verdict->factors[factor].finding &&
            strcmp(verdict->factors[f].why, verdict->factors[factor].why) == 0)
            text_append(names.text, sizeof names.text, "%s%s", f == factor ? "" : ", ",
                        factor_row((enum factor)f)->name);
    }
    page_put(page, STYLE_PLAIN, "%*s", FACTOR_COLUMN, "");
    page_wrap(page, FACTOR_COLUMN, WHY_COLUMN, "%s: %s", names.text, verdict->factors[factor].why);
}

static void list_factors(struct page *page, const struct verdict *verdict, enum finding finding, const char *heading)
{
    bool any = false;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (verdict->factors[f].finding != finding || (finding == FINDING_NOT_TESTED && has_company(verdict, f, true)))
            continue;
        if (!any) {
            page_newline(page);
            page_line(page, STYLE_HEADING, "%s", heading);
        }
        any = true;
        if (finding == FINDING_NOT_TESTED && has_company(verdict, f, false)) {
            company(page, verdict, f);
            continue;
        }
        factor_name(page, (enum factor)f);
        page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%s", verdict->factors[f].why);
    }
}

static void counts(struct page *page, const struct isolated_run *run)
{
    unsigned connections = 0, logons = 0, early = 0;
    long long at_gateway = 0;
    char gateway[64] = "";
    size_t count = run->count;
    for (size_t i = 0; i < count; i++) {
        connections += run->trials[i]->connections;
        logons += run->trials[i]->logons;
        early += run->trials[i]->until < PHASE_ACTIVE;
        at_gateway += fact_integer(run->trials[i]->facts, FACT_GATEWAY_LOGONS, 0);
    }
    if (at_gateway)
        snprintf(gateway, sizeof gateway, ", %lld of them at the gateway", at_gateway);
    page_wrap(page, 0, 0, "%zu trial%s (%u stopped before logging on%s), %u TCP connection%s, %u logon%s%s", count,
              count == 1 ? "" : "s", early, at_gateway ? " to the target" : "", connections,
              connections == 1 ? "" : "s", logons, logons == 1 ? "" : "s", gateway);
}

// How sure it is, and by which trials.
static void confidence(struct page *page, const struct verdict *verdict)
{
    if (verdict->further_count) {
        char numbers[200] = "";
        for (unsigned i = 0; i < verdict->further_count; i++)
            text_append(numbers, sizeof numbers, "%s%" PRIu64, i ? ", " : " ", verdict->further[i]);
        page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "confidence");
        page_wrap(page, WHY_COLUMN, WHY_COLUMN, "none in the whole: trial%s%s fail%s without this cause",
                  verdict->further_count == 1 ? "" : "s", numbers, verdict->further_count == 1 ? "s" : "");
        return;
    }
    if (verdict->confidence <= 0)
        return;
    // No number of trials makes it certain.
    double percent = verdict->confidence < 0.9999 ? 100 * verdict->confidence : 99.99;
    page_put(page, STYLE_FAINT, "%-*s", WHY_COLUMN, "confidence");
    page_wrap(page, WHY_COLUMN, WHY_COLUMN, "%.2f %% by %u trials that searched and %u that confirmed", percent,
              verdict->search, verdict->confirming);
}

static void next_trials(struct page *page, const struct verdict *verdict)
{
    char text[VARIANT_TEXT_MAX];
    if (verdict->suggestion_count == 0)
        return;
    page_newline(page);
    page_line(page, STYLE_HEADING, "What would decide it, best first");
    for (unsigned i = 0; i < verdict->suggestion_count; i++) {
        const struct suggested_trial *trial = &verdict->suggestions[i];
        page_put(page, STYLE_PLAIN, "%*s", FACTOR_COLUMN, "");
        page_wrap(page, FACTOR_COLUMN, WHY_COLUMN, "%s until %s: %s", variant_text(&trial->variant, text, sizeof text),
                  phase_name(trial->until), trial->why);
    }
}

// Whether the proof is a failure beyond a tunnel that does not occur directly.
static bool only_through_gateway(const struct isolated_run *run)
{
    const struct verdict *verdict = run->verdict;
    for (unsigned i = 0; i < verdict->pair_count && verdict->kind == VERDICT_ISOLATED; i++) {
        const struct trial *failing = trial_numbered(run->trials, run->count, verdict->pairs[i].failing);
        const struct trial *passing = trial_numbered(run->trials, run->count, verdict->pairs[i].passing);
        if (verdict->pairs[i].factor == FACTOR_GATEWAY && failing && passing &&
            failing->outcome.phase > PHASE_GATEWAY && passing->variant.level[FACTOR_GATEWAY] == GATEWAY_OFF)
            return true;
    }
    return false;
}

// Whether the failure is that the client was sent on by where it was sent to.
static bool goes_in_circle(const struct isolated_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        if (run->trials[i]->first && run->trials[i]->outcome.family == FAMILY_REDIRECTION &&
            signature_matches(&run->verdict->signature, &run->trials[i]->outcome))
            return true;
    }
    return false;
}

// Where no known cause fits, what such a failure calls for in general.
static void next(struct page *page, const struct isolated_run *run, const struct cause_finding findings[CAUSE_COUNT])
{
    const struct verdict *verdict = run->verdict;
    bool tunnel = only_through_gateway(run);
    if (causes_text_next(page, verdict, findings) || !verdict->has_signature)
        return;
    page_newline(page);
    if (tunnel)
        beyond_text_tunnel(page);
    else if (goes_in_circle(run))
        beyond_text_circle(page);
    else
        beyond_text_server(page, &verdict->signature, failed_in(run));
}

void isolate_text(struct page *page, const char *target, const struct isolation *isolation,
                  const struct verdict *verdict, const struct trial *const *trials, size_t count,
                  const struct cause_finding findings[CAUSE_COUNT])
{
    const struct isolated_run run = {verdict, trials, count};
    headline(page, target, verdict);
    page_newline(page);
    failure(page, &run);
    gateway(page, verdict);
    followed(page, &run);
    baseline(page, &isolation->baseline);
    confidence(page, verdict);
    why(page, &run);
    next(page, &run, findings);
    list_factors(page, verdict, FINDING_INNOCENT, "Not the cause");
    list_factors(page, verdict, FINDING_UNDECIDED, "Undecided");
    list_factors(page, verdict, FINDING_NOT_TESTED, "Not tested");
    next_trials(page, verdict);
    if (count > 0) {
        page_newline(page);
        trial_table(page, &isolation->baseline, verdict, trials, count);
    }
    page_newline(page);
    counts(page, &run);
    page_newline(page);
    beyond_text_limits(page);
}
