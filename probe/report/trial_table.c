// SPDX-License-Identifier: Apache-2.0
#include "report/trial_table.h"

#include <inttypes.h>
#include <string.h>

#include "analysis/rdp_observation.h"
#include "report/outcome_text.h"
#include "trial/effect.h"
#include "trial/until.h"

enum { SAYS_WIDTH = 5 };

// What the table shows and how wide, found from the trials before the first line is written.
struct layout {
    unsigned number, factor[FACTOR_COUNT], until, outcome, phase, ms; // widths; 0: not shown
    bool names;                                                       // symbolic names behind the codes
    bool until_shown;
    bool narrow; // long codes without their family, short headings
};

static unsigned larger(unsigned a, size_t b)
{
    return a > b ? a : (unsigned)b;
}

static char *outcome_cell(const struct layout *layout, const struct outcome *o, char *text, size_t size)
{
    enum { LONG_CODE = 12, TELLING_CODE = 9 }; // "0xC000006D" and its family do not fit beside five factors
    char code[32];
    outcome_short(o, text, size);
    bool cut = layout->narrow && o->result == RESULT_FAILED && strlen(text) > LONG_CODE;
    // A short code says nothing without its family.
    if (cut && strlen(outcome_code(o->family, o->code, code, sizeof code)) >= TELLING_CODE)
        snprintf(text, size, "%s", code);
    else if (cut && o->family == FAMILY_DNS && o->name[0])
        snprintf(text, size, "%s", o->name);
    size_t used = strlen(text);
    if (layout->names && o->result == RESULT_FAILED && !strstr(text, o->name))
        snprintf(text + used, size - used, " %s", o->name);
    return text;
}

static const char *heading(const struct layout *layout, enum factor factor)
{
    return layout->narrow ? factor_row(factor)->heading : factor_row(factor)->name;
}

static const char *until_text(const struct trial *trial)
{
    return until_name((struct until){trial->until, trial->at_challenge});
}

static unsigned digits(uint64_t number)
{
    unsigned n = 1;
    while (number >= 10) {
        number /= 10;
        n++;
    }
    return n;
}

static void measure(struct layout *layout, const struct variant *baseline, const struct trial *const *trials,
                    size_t count)
{
    char text[128];
    *layout = (struct layout){.number = 1,
                              .outcome = strlen("outcome"),
                              .phase = strlen("phase"),
                              .ms = strlen("ms"),
                              .names = layout->names,
                              .until_shown = layout->until_shown,
                              .narrow = layout->narrow};
    for (size_t i = 0; i < count; i++) {
        const struct trial *t = trials[i];
        layout->number = larger(layout->number, digits(t->number));
        layout->outcome = larger(layout->outcome, page_width(outcome_cell(layout, &t->outcome, text, sizeof text)));
        layout->phase = larger(layout->phase, strlen(phase_name(t->outcome.phase)));
        layout->ms = larger(layout->ms, (size_t)snprintf(text, sizeof text, "%.1f", t->ms));
        if (t->until < PHASE_ACTIVE && layout->until_shown)
            layout->until = larger(larger(layout->until, strlen("until")), strlen(until_text(t)));
        for (int f = 0; f < FACTOR_COUNT; f++) {
            if (t->variant.level[f] == baseline->level[f])
                continue;
            size_t marked = strlen(level_name((enum factor)f, t->variant.level[f])) + 1;
            size_t plain = strlen(level_name((enum factor)f, baseline->level[f]));
            layout->factor[f] =
                larger(larger(larger(layout->factor[f], marked), plain), strlen(heading(layout, (enum factor)f)));
        }
    }
}

static unsigned width_of(const struct layout *layout)
{
    unsigned width = layout->number + 1 + SAYS_WIDTH + 1 + layout->outcome + 1 + layout->phase + 1 + layout->ms;
    for (int f = 0; f < FACTOR_COUNT; f++)
        width += layout->factor[f] ? layout->factor[f] + 1 : 0;
    return width + (layout->until ? layout->until + 1 : 0);
}

// The richest layout that fits the page.
static struct layout choose(const struct page *page, const struct variant *baseline, const struct trial *const *trials,
                            size_t count)
{
    struct layout layout = {.names = true, .until_shown = true};
    measure(&layout, baseline, trials, count);
    if (width_of(&layout) > page->columns) {
        layout.names = false;
        measure(&layout, baseline, trials, count);
    }
    if (width_of(&layout) > page->columns) {
        layout.until_shown = false; // a scan is marked as such in the second column
        measure(&layout, baseline, trials, count);
    }
    if (width_of(&layout) > page->columns) {
        layout.narrow = true;
        measure(&layout, baseline, trials, count);
    }
    return layout;
}

static void header(struct page *page, const struct layout *layout)
{
    page_put(page, STYLE_FAINT, "%*s %-*s", (int)layout->number, "#", SAYS_WIDTH, "says");
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (layout->factor[f])
            page_put(page, STYLE_FAINT, " %-*s", (int)layout->factor[f], heading(layout, (enum factor)f));
    }
    if (layout->until)
        page_put(page, STYLE_FAINT, " %-*s", (int)layout->until, "until");
    page_line(page, STYLE_FAINT, " %-*s %-*s %*s", (int)layout->outcome, "outcome", (int)layout->phase, "phase",
              (int)layout->ms, "ms");
}

static bool is_scan(const struct trial *trial)
{
    return trial->until < PHASE_ACTIVE;
}

// What a trial says of the failure.
enum saying {
    SAYS_FAILS,
    SAYS_WORKS, // was active
    SAYS_SCAN,  // reached what it was to reach, and was stopped there
    SAYS_OTHER, // another failure
    SAYS_NOTHING,
    SAYINGS
};

static enum saying saying_of(const struct verdict *verdict, const struct trial *trial)
{
    if (verdict->has_signature && observe(trial, &verdict->signature, verdict->failure_phase) == OBSERVED_SIGNATURE)
        return SAYS_FAILS;
    if (trial->outcome.result == RESULT_CONNECTED && is_scan(trial))
        return SAYS_SCAN;
    if (!trial_in_effect(trial, NULL) &&
        (trial->outcome.result == RESULT_CONNECTED ||
         (verdict->has_signature && signature_matches(&verdict->signature, &trial->outcome))))
        return SAYS_NOTHING;
    return trial->outcome.result == RESULT_CONNECTED ? SAYS_WORKS : SAYS_OTHER;
}

static void says(struct page *page, const struct verdict *verdict, const struct trial *trial)
{
    static const struct {
        enum style style;
        const char *word;
    } words[SAYINGS] = {[SAYS_FAILS] = {STYLE_BAD, "FAILS"},
                        [SAYS_WORKS] = {STYLE_GOOD, "works"},
                        [SAYS_SCAN] = {STYLE_FAINT, "scan"},
                        [SAYS_OTHER] = {STYLE_DOUBT, "other"},
                        [SAYS_NOTHING] = {STYLE_DOUBT, "?"}};
    const enum saying saying = saying_of(verdict, trial);
    page_put(page, words[saying].style, " %-*s", SAYS_WIDTH, words[saying].word);
}

static void row(struct page *page, const struct layout *layout, const struct variant *baseline,
                const struct verdict *verdict, const struct trial *trial)
{
    char text[128];
    page_put(page, STYLE_PLAIN, "%*" PRIu64, (int)layout->number, trial->number);
    says(page, verdict, trial);
    for (int f = 0; f < FACTOR_COUNT; f++) {
        bool differs = trial->variant.level[f] != baseline->level[f];
        if (!layout->factor[f])
            continue;
        snprintf(text, sizeof text, "%s%s", level_name((enum factor)f, trial->variant.level[f]), differs ? "*" : "");
        page_put(page, differs ? STYLE_HEADING : STYLE_PLAIN, " %-*s", (int)layout->factor[f], text);
    }
    if (layout->until)
        page_put(page, STYLE_FAINT, " %-*s", (int)layout->until, trial->until < PHASE_ACTIVE ? until_text(trial) : "");
    page_line(page, STYLE_PLAIN, " %-*s %-*s %*.1f", (int)layout->outcome,
              outcome_cell(layout, &trial->outcome, text, sizeof text), (int)layout->phase,
              phase_name(trial->outcome.phase), (int)layout->ms, trial->ms);
}

static void unvaried(struct page *page, const struct layout *layout, const struct variant *baseline)
{
    char text[VARIANT_TEXT_MAX] = "";
    for (int f = 0; f < FACTOR_COUNT; f++) {
        size_t used = strlen(text);
        if (!layout->factor[f] && (f < FACTOR_CORE_END || baseline->level[f] != 0))
            snprintf(text + used, sizeof text - used, "%s%s=%s", used ? ", " : "", factor_row((enum factor)f)->name,
                     level_name((enum factor)f, baseline->level[f]));
    }
    if (text[0]) {
        page_put(page, STYLE_PLAIN, "  ");
        page_wrap(page, 2, 2, "in every trial: %s", text);
    }
}

void trial_table(struct page *page, const struct variant *baseline, const struct verdict *verdict,
                 const struct trial *const *trials, size_t count)
{
    struct layout layout = choose(page, baseline, trials, count);
    bool marks = false, said[SAYINGS] = {false};

    page_line(page, STYLE_HEADING, "Trials");
    unvaried(page, &layout, baseline);
    header(page, &layout);
    for (size_t i = 0; i < count; i++) {
        row(page, &layout, baseline, verdict, trials[i]);
        marks = marks || !variant_equal(&trials[i]->variant, baseline);
        said[saying_of(verdict, trials[i])] = true;
    }
    if (marks)
        page_line(page, STYLE_FAINT, "  * another level than the baseline's");
    if (said[SAYS_SCAN])
        page_line(page, STYLE_FAINT, "  scan: reached the phase named and was stopped there, before logging on");
    if (said[SAYS_OTHER])
        page_line(page, STYLE_FAINT, "  other: failed, %s",
                  verdict->has_signature ? "but otherwise" : "and no failure could be studied");
    if (said[SAYS_NOTHING])
        page_line(page, STYLE_FAINT, "  ? the level was not in effect on the wire: proves nothing");
}
