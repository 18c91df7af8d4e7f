// SPDX-License-Identifier: Apache-2.0
#include "report/causes_text.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "trial/append.h"

enum { NEXT_MAX = 5, BULLET_COLUMN = 4, CLAIM_COLUMN = 17, SERVER_DENIED_CONNECTION = 7, TEXT_SIZE = 1200 };

struct clause {
    char text[TEXT_SIZE];
};

static bool is_denial(const struct verdict *verdict)
{
    return verdict->has_signature && verdict->signature.family == FAMILY_ERRINFO &&
           verdict->signature.code == SERVER_DENIED_CONNECTION;
}

// What is undecided fits only where the server denies whatever the client does, and where a state of the server would
// explain that.
static bool fits(const struct cause_finding *finding, const struct verdict *verdict)
{
    if (finding->status == CAUSE_SUPPORTED)
        return finding->cause->place != PLACE_NOWHERE;
    return finding->status == CAUSE_UNDECIDED && finding->cause->server_wide &&
           verdict->kind == VERDICT_NOT_CLIENT_SIDE && is_denial(verdict);
}

static bool better(const struct cause_finding *a, const struct cause_finding *b)
{
    if ((a->status == CAUSE_SUPPORTED) != (b->status == CAUSE_SUPPORTED))
        return a->status == CAUSE_SUPPORTED;
    return a->cause->plausibility < b->cause->plausibility;
}

// The best of those that fit, in order; equals in the order of the table. Returns how many.
static unsigned choose(const struct cause_finding *findings, const struct verdict *verdict,
                       const struct cause_finding *best[NEXT_MAX])
{
    unsigned count = 0;
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        unsigned at = count;
        if (!fits(&findings[i], verdict))
            continue;
        while (at > 0 && better(&findings[i], best[at - 1]))
            at--;
        if (at == NEXT_MAX)
            continue;
        count += count < NEXT_MAX;
        for (unsigned k = count - 1; k > at; k--)
            best[k] = best[k - 1];
        best[at] = &findings[i];
    }
    return count;
}

static void say_trials(struct clause *clause, const struct cause_finding *finding)
{
    for (unsigned i = 0; i < finding->because_count; i++)
        text_append(clause->text, sizeof clause->text, "%s%" PRIu64,
                    i                             ? ", "
                    : finding->because_count == 1 ? "trial "
                                                  : "trials ",
                    finding->because[i]);
}

static void supported(struct clause *clause, const struct cause_finding *finding, const struct verdict *verdict)
{
    const struct cause_row *cause = finding->cause;
    text_append(clause->text, sizeof clause->text, ", supported by ");
    say_trials(clause, finding);
    if (finding->contradicts_protocol && is_denial(verdict))
        text_append(clause->text, sizeof clause->text,
                    " (the protocol has another answer for this: keep the journal, it is evidence)");
    text_append(clause->text, sizeof clause->text, ": %s. Remedy: %s", cause->decides, cause->remedy);
    if (strcmp(cause->cost, "none") != 0)
        text_append(clause->text, sizeof clause->text, "; its cost in security: %s", cause->cost);
    text_append(clause->text, sizeof clause->text, ".");
}

static void bullet(struct page *page, const struct cause_finding *finding, const struct verdict *verdict)
{
    struct clause clause = {.text = ""};
    const struct cause_row *cause = finding->cause;
    text_append(clause.text, sizeof clause.text, "%s %s", cause->id, cause->name);
    if (finding->status == CAUSE_SUPPORTED)
        supported(&clause, finding, verdict);
    else // the first of what decides it
        text_append(clause.text, sizeof clause.text, ": %.*s", (int)strcspn(cause->decides, ";"), cause->decides);
    page_put(page, STYLE_PLAIN, "  - ");
    page_wrap(page, BULLET_COLUMN, BULLET_COLUMN, "%s", clause.text);
}

bool causes_text_next(struct page *page, const struct verdict *verdict,
                      const struct cause_finding findings[CAUSE_COUNT])
{
    const struct cause_finding *best[NEXT_MAX];
    unsigned count = choose(findings, verdict, best);
    if (count == 0)
        return false;
    page_newline(page);
    page_line(page, STYLE_HEADING, "What to do next");
    if (verdict->kind == VERDICT_NOT_CLIENT_SIDE && is_denial(verdict)) {
        page_put(page, STYLE_PLAIN, "  - ");
        page_wrap(
            page, BULLET_COLUMN, BULLET_COLUMN,
            "did the server mean it: event 40 with reason code 7 in TerminalServices-LocalSessionManager/Operational "
            "at the time of a trial (no public text says what makes Windows send 7: what you find is evidence)");
    }
    for (unsigned i = 0; i < count; i++)
        bullet(page, best[i], verdict);
    return true;
}

// What the status rests on: trials, clauses, facts.
static void reasons(struct page *page, const struct cause_finding *finding)
{
    struct clause clause = {.text = ""};
    say_trials(&clause, finding);
    for (unsigned i = 0; i < finding->evidence_count; i++)
        text_append(clause.text, sizeof clause.text, "%s%s",
                    i                ? "; "
                    : clause.text[0] ? ": "
                                     : "",
                    evidence_row(finding->evidence[i])->meaning);
    for (unsigned i = 0; i < finding->fact_count; i++) {
        const struct fact_row *row = fact_row(finding->facts[i]);
        text_append(clause.text, sizeof clause.text, "%s%s.%s", i ? ", " : " (", row->group, row->name);
    }
    if (finding->fact_count > 0)
        text_append(clause.text, sizeof clause.text, ")");
    if (!clause.text[0])
        return;
    page_put(page, STYLE_PLAIN, "%*s", CLAIM_COLUMN, "");
    page_wrap(page, CLAIM_COLUMN, CLAIM_COLUMN, "%s", clause.text);
}

void causes_text_all(struct page *page, const struct cause_finding findings[CAUSE_COUNT])
{
    static const enum style styles[] = {
        [CAUSE_UNDECIDED] = STYLE_FAINT, [CAUSE_SUPPORTED] = STYLE_BAD, [CAUSE_REFUTED] = STYLE_GOOD};
    page_newline(page);
    page_line(page, STYLE_HEADING, "Known causes");
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_finding *finding = &findings[i];
        page_put(page, STYLE_PLAIN, "  %s%c ", finding->cause->id, finding->contradicts_protocol ? '*' : ' ');
        page_put(page, styles[finding->status], "%-10s", cause_status_name(finding->status));
        page_wrap(page, CLAIM_COLUMN, CLAIM_COLUMN, "%s", finding->cause->claim);
        reasons(page, finding);
    }
    page_put(page, STYLE_PLAIN, "  ");
    page_wrap(page, 2, 2,
              "* as a cause of 0x3/0x7 it contradicts the protocol, which specifies another answer for it.");
}
