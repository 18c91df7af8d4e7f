// SPDX-License-Identifier: Apache-2.0
#include "report/levels_text.h"

#include <stdio.h>
#include <string.h>

#include "analysis/rdp_observation.h"
#include "report/outcome_text.h"
#include "trial/append.h"

enum { DEED_MAX = 160 };

// What each level did, as the words around its name: levels with the same words share a clause.
struct deeds {
    char before[LEVELS_MAX][DEED_MAX]; // "works with"; "" where nothing was seen of the level
    char after[LEVELS_MAX][DEED_MAX];  // "another failure follows: …"
};

struct record {
    const struct verdict *verdict;
    const struct trial *const *trials;
    size_t count;
};

static bool was_active(const struct trial *trial)
{
    return trial->outcome.result == RESULT_CONNECTED && trial->until >= PHASE_ACTIVE;
}

char *passing_text(const struct trial *trial, char *text, size_t size)
{
    if (trial->outcome.result == RESULT_FAILED)
        snprintf(text, size, "ends otherwise");
    else if (was_active(trial))
        snprintf(text, size, "works");
    else
        snprintf(text, size, "reached %s", phase_name(trial->outcome.phase));
    return text;
}

// Of the trials without the signature that had the variant, the one that went furthest: an active one, else a whole
// one.
static const struct trial *furthest(const struct record *record, const struct trial *trial)
{
    const struct verdict *verdict = record->verdict;
    for (size_t i = 0; i < record->count; i++) {
        const struct trial *other = record->trials[i];
        if (!variant_equal(&other->variant, &trial->variant) || other->until < PHASE_ACTIVE ||
            observe(other, &verdict->signature, verdict->failure_phase) != OBSERVED_NO_SIGNATURE)
            continue;
        if (was_active(other))
            return other;
        trial = other;
    }
    return trial;
}

static void note_passing(struct deeds *deeds, const struct record *record, unsigned level, const struct trial *trial)
{
    char outcome[96];
    trial = furthest(record, trial);
    if (trial->outcome.result == RESULT_CONNECTED) {
        char passing[64];
        snprintf(deeds->before[level], DEED_MAX, "%s with", passing_text(trial, passing, sizeof passing));
        return;
    }
    bool after = trial->outcome.phase >= PHASE_ACTIVE;
    snprintf(deeds->before[level], DEED_MAX, "with");
    snprintf(deeds->after[level], DEED_MAX, " another failure follows: %s %s%s",
             outcome_named(&trial->outcome, outcome, sizeof outcome), after ? "after " : "in ",
             after ? "activation" : phase_name(trial->outcome.phase));
}

static void note(struct deeds *deeds, const struct record *record, unsigned level, enum observation observation,
                 const struct trial *trial)
{
    if (observation == OBSERVED_NO_SIGNATURE && trial)
        note_passing(deeds, record, level, trial);
    else
        snprintf(deeds->before[level], DEED_MAX, "%s",
                 observation == OBSERVED_SIGNATURE      ? "fails with"
                 : observation == OBSERVED_NO_SIGNATURE ? "another outcome with"
                                                        : "nothing can be said of");
}

static void gather(struct deeds *deeds, const struct record *record, enum factor factor)
{
    const struct verdict *verdict = record->verdict;
    for (unsigned i = 0; i < verdict->sweep_count; i++) {
        const struct sweep_row *row = &verdict->sweep[i];
        if (row->trial && row->condition.factor == factor)
            note(deeds, record, row->condition.level, row->observation,
                 trial_numbered(record->trials, record->count, row->trial));
    }
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        const struct trial *failing = trial_numbered(record->trials, record->count, verdict->pairs[i].failing);
        const struct trial *passing = trial_numbered(record->trials, record->count, verdict->pairs[i].passing);
        if (verdict->pairs[i].factor == factor && failing)
            note(deeds, record, failing->variant.level[factor], OBSERVED_SIGNATURE, failing);
        if (verdict->pairs[i].factor == factor && passing)
            note(deeds, record, passing->variant.level[factor], OBSERVED_NO_SIGNATURE, passing);
    }
}

// The levels that did one thing, as a clause; "a", "a and b", "a, b and c".
static void clause(struct deeds *deeds, enum factor factor, unsigned first, char *text, size_t size)
{
    unsigned alike[LEVELS_MAX], count = 0;
    for (unsigned level = first; level < factor_levels(factor); level++) {
        if (strcmp(deeds->before[level], deeds->before[first]) == 0 &&
            strcmp(deeds->after[level], deeds->after[first]) == 0)
            alike[count++] = level;
    }
    text_append(text, size, "%s%s ", text[0] ? ", " : "", deeds->before[first]);
    for (unsigned i = 0; i < count; i++)
        text_append(text, size, "%s%s", i == 0 ? "" : i + 1 == count ? " and " : ", ", level_name(factor, alike[i]));
    text_append(text, size, "%s", deeds->after[first]);
    while (count > 0)
        deeds->before[alike[--count]][0] = '\0';
}

char *levels_text(const struct verdict *verdict, const struct trial *const *trials, size_t count, enum factor factor,
                  char *text, size_t size)
{
    static const char *const order[] = {"fails", "works", "reached", "with", "another", "nothing"};
    const struct record record = {verdict, trials, count};
    struct deeds deeds = {{""}, {""}};
    text[0] = '\0';
    gather(&deeds, &record, factor);
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        for (unsigned level = 0; level < factor_levels(factor); level++) {
            if (strncmp(deeds.before[level], order[k], strlen(order[k])) == 0)
                clause(&deeds, factor, level, text, size);
        }
    }
    for (unsigned i = 0; i < verdict->sweep_count; i++) {
        const struct sweep_row *row = &verdict->sweep[i];
        if (row->condition.factor == factor && !row->trial)
            text_append(text, size, "%s%s was not tried%s%s", text[0] ? ", " : "",
                        level_name(factor, row->condition.level), row->why ? ": " : "", row->why ? row->why : "");
    }
    return text;
}
