// SPDX-License-Identifier: Apache-2.0
#include "report/connect_text.h"

#include <stdlib.h>
#include <string.h>

#include "knowledge/advice.h"
#include "report/beyond_text.h"
#include "report/fact_text.h"
#include "report/outcome_text.h"
#include "trial/effect.h"
#include "trial/fact.h"
#include "trial/proof.h"

enum { NEXT_MOST = 2, LABEL_COLUMN = 12, BEFORE_BAR = 30, AFTER_BAR = 13 };

static void label(struct page *page, const char *text)
{
    page_put(page, STYLE_FAINT, "%-*s", LABEL_COLUMN, text);
}

static void headline(struct page *page, const struct trial *trial)
{
    const struct outcome *o = &trial->outcome;
    char text[400];
    if (o->result == RESULT_CONNECTED && o->phase >= PHASE_ACTIVE) {
        page_line(page, STYLE_GOOD, "%s: connected in %.1f ms", trial->target, trial->ms);
        if (strcmp(fact_text(trial->facts, FACT_CONNECTED_PROOF, ""), proof_name(PROOF_ACTIVE)) == 0)
            page_line(page, STYLE_PLAIN, "active, but no logon was reported and nothing was painted");
    } else if (o->result == RESULT_CONNECTED) {
        page_line(page, STYLE_GOOD, "%s: reached %s, as far as was asked, in %.1f ms", trial->target,
                  phase_name(o->phase), trial->ms);
    } else {
        snprintf(text, sizeof text, "%s: failed in %s:", trial->target, phase_name(o->phase));
        page_put(page, STYLE_BAD, "%s ", text);
        page_wrap(page, page_width(text) + 1, 0, "%s", o->detail[0] ? o->detail : outcome_meaning(o->family, o->code));
    }
}

static void code(struct page *page, const struct outcome *o)
{
    char number[32];
    outcome_code(o->family, o->code, number, sizeof number);
    label(page, "outcome");
    page_line(page, STYLE_PLAIN, "%s%s%s%s%s", family_name(o->family), number[0] ? " " : "", number,
              o->name[0] && strcmp(o->name, number) != 0 ? " " : "", strcmp(o->name, number) != 0 ? o->name : "");
}

// Under TLS and RDP security a server may want the password that nobody let this program send (--autologon).
static bool was_withheld(const struct trial *trial)
{
    const unsigned security = trial->variant.level[FACTOR_SECURITY];
    return (security == SECURITY_TLS || security == SECURITY_RDP) && trial->outcome.phase >= PHASE_LICENSING &&
           trial->logons == (unsigned)fact_integer(trial->facts, FACT_GATEWAY_LOGONS, 0);
}

static void advise(struct page *page, const struct advice *advice, bool first)
{
    if (advice->note) {
        label(page, first ? "next" : "");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s", advice->note);
    }
    for (unsigned i = 0; i < NEXT_MOST && advice->looks[i].what; i++) {
        label(page, first && i == 0 && !advice->note ? "next" : "");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN + 2, "- %s: %s", advice->looks[i].what, advice->looks[i].how);
    }
}

static void next(struct page *page, const struct trial *trial)
{
    const struct outcome *o = &trial->outcome;
    const bool withheld = was_withheld(trial);
    if (withheld)
        advise(page, advice_withheld_password(), true);
    bool circle = trial->redirected_from && o->family == FAMILY_REDIRECTION;
    advise(page, circle ? advice_circle() : advice_for(family_name(o->family), o->code, o->name, phase_name(o->phase)),
           !withheld);
}

static void failure(struct page *page, const struct trial *trial)
{
    const struct outcome *o = &trial->outcome;
    const char *behind = outcome_behind_gateway(trial);
    char text[400];
    code(page, o);
    if (behind) {
        label(page, "gateway");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s", behind);
    }
    label(page, "mstsc");
    page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s", outcome_mstsc(o, text, sizeof text));
    if (o->freerdp.code) {
        label(page, "FreeRDP");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "last error 0x%X %s (one more fact, not the diagnosis)",
                  (unsigned)o->freerdp.code, o->freerdp.name);
    }
    next(page, trial);
}

static void setting(struct page *page, const struct trial *trial)
{
    char text[300];
    enum factor which;
    label(page, "variant");
    page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "%s", variant_text(&trial->variant, text, sizeof text));
    if (!trial_in_effect(trial, &which)) {
        label(page, "");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN, "not in effect: the wire shows another level of %s than %s",
                  factor_row(which)->name, level_name(which, trial->variant.level[which]));
    }
    if (trial->variant.level[FACTOR_GATEWAY] == GATEWAY_RPC) {
        label(page, "");
        page_wrap(page, LABEL_COLUMN, LABEL_COLUMN,
                  "gateway=rpc goes as far as FreeRDP's client does: no server of this program's tests can prove it");
    }
    label(page, "sent");
    page_line(page, STYLE_PLAIN, "%u TCP connection%s, %u logon%s", trial->connections,
              trial->connections == 1 ? "" : "s", trial->logons, trial->logons == 1 ? "" : "s");
}

// A number of columns; a journal's may be any.
static int whole_columns(double number, int columns)
{
    return number >= 1 ? (int)(number < columns ? number : columns) : 0;
}

// One bar a phase or step, on the time line of the whole trial; what is too short for a column is a stroke.
static void bar(struct page *page, double start, double ms, double whole)
{
    const int columns = (int)page->columns - BEFORE_BAR - AFTER_BAR;
    int from = whole_columns(start / whole * columns, columns);
    int length = whole_columns(ms / whole * columns + 0.5, columns);
    if (from >= columns)
        from = columns - 1;
    if (length > columns - from)
        length = columns - from;
    page_put(page, STYLE_PLAIN, "%*s", from, "");
    if (length < 1)
        page_put(page, STYLE_FAINT, "%s", page->unicode ? "\u258F" : "|");
    for (int i = 0; i < length; i++)
        page_put(page, STYLE_FAINT, "%s", page->unicode ? "\u2588" : "#");
}

// Those of the gateway, indented below its phase.
static void steps(struct page *page, const struct trial *trial, bool failed_here)
{
    for (unsigned i = 0; i < trial->step_count; i++) {
        const struct step_time *time = &trial->steps[i];
        bool here = failed_here && i + 1 == trial->step_count;
        page_put(page, here ? STYLE_BAD : STYLE_FAINT, "    %-12s", gateway_step_name(time->step));
        page_put(page, STYLE_FAINT, "%8.1f%4s  ", time->ms, "");
        if (trial->ms > 0)
            bar(page, time->start, time->ms, trial->ms);
        if (here)
            page_put(page, STYLE_BAD, "  failed here");
        page_newline(page);
    }
}

static void phases(struct page *page, const struct trial *trial)
{
    bool failed = trial->outcome.result == RESULT_FAILED;
    unsigned round_trips = 0;
    page_newline(page);
    page_put(page, STYLE_HEADING, "%-14s", "Phases");
    page_line(page, STYLE_FAINT, "%10s  round trips", "ms");
    for (unsigned i = 0; i < trial->phase_count; i++) {
        const struct phase_time *time = &trial->phases[i];
        bool here = failed && time->phase == trial->outcome.phase;
        page_put(page, here ? STYLE_BAD : STYLE_PLAIN, "  %-12s", phase_name(time->phase));
        page_put(page, STYLE_PLAIN, "%10.1f%4u  ", time->ms, time->round_trips);
        if (trial->ms > 0)
            bar(page, time->start, time->ms, trial->ms);
        if (here && !(time->phase == PHASE_GATEWAY && trial->step_count))
            page_put(page, STYLE_BAD, "  failed here");
        page_newline(page);
        if (time->phase == PHASE_GATEWAY)
            steps(page, trial, here);
        round_trips += time->round_trips;
    }
    page_line(page, STYLE_PLAIN, "  %-12s%10.1f%4u", "in all", trial->ms, round_trips);
}

void connect_text(struct page *page, const struct trial *trial)
{
    headline(page, trial);
    page_newline(page);
    if (trial->outcome.result == RESULT_FAILED)
        failure(page, trial);
    setting(page, trial);
    phases(page, trial);
    fact_text_all(page, trial->facts);
    page_newline(page);
    beyond_text_limits(page);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void spread(struct page *page, const struct trial *const *trials, size_t count)
{
    double *times = calloc(count, sizeof *times);
    size_t n = 0;
    for (size_t i = 0; times && i < count; i++) {
        if (trials[i]->outcome.result == RESULT_CONNECTED)
            times[n++] = trials[i]->ms;
    }
    if (n > 0) {
        qsort(times, n, sizeof *times, by_value);
        double median = n % 2 ? times[n / 2] : (times[n / 2 - 1] + times[n / 2]) / 2;
        page_line(page, STYLE_PLAIN, "  ms of those that connected: median %.1f, from %.1f to %.1f", median, times[0],
                  times[n - 1]);
    }
    free(times);
}

void connect_text_summary(struct page *page, const struct trial *const *trials, size_t count)
{
    unsigned connections = 0, logons = 0;
    for (size_t i = 0; i < count; i++) {
        connections += trials[i]->connections;
        logons += trials[i]->logons;
    }
    page_line(page, STYLE_HEADING, "%zu trials, %u connections, %u logons", count, connections, logons);
    for (size_t i = 0; i < count; i++) {
        char text[64], other[64], phase[32] = "";
        size_t same = 0;
        bool first = true;
        outcome_short(&trials[i]->outcome, text, sizeof text);
        for (size_t j = 0; j < count; j++) {
            if (strcmp(text, outcome_short(&trials[j]->outcome, other, sizeof other)) != 0 ||
                trials[i]->outcome.phase != trials[j]->outcome.phase)
                continue;
            same++;
            first = first && j >= i;
        }
        if (trials[i]->outcome.result == RESULT_FAILED)
            snprintf(phase, sizeof phase, " in %s", phase_name(trials[i]->outcome.phase));
        if (first)
            page_line(page, STYLE_PLAIN, "  %zu %s%s", same, text, phase);
    }
    spread(page, trials, count);
}
