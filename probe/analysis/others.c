// SPDX-License-Identifier: Apache-2.0
#include "analysis/others.h"

#include <stdio.h>

#include "analysis/conclusion.h"
#include "trial/append.h"

static bool is_of_variant(const struct trial *trial, const struct variant *variant)
{
    return trial->until >= PHASE_ACTIVE && variant_equal(&trial->variant, variant);
}

static bool was_active(const struct experiment *experiment, const struct trial *trial)
{
    return trial->outcome.result == RESULT_CONNECTED && experiment->rules->in_effect(experiment, trial, false, NULL);
}

static bool has_failed(const struct trial *trial)
{
    return trial->outcome.result == RESULT_FAILED && trial->outcome.family != FAMILY_CRASH &&
           !outcome_is_of_this_machine(&trial->outcome);
}

// The failure of a variant that was never active; NULL where it has none. *active: whether it was.
static const struct trial *failure_of(const struct experiment *experiment, const struct variant *variant, bool *active)
{
    const struct trial *failure = NULL;
    *active = false;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (!is_of_variant(trial, variant))
            continue;
        *active = *active || was_active(experiment, trial);
        failure = !failure && has_failed(trial) ? trial : failure;
    }
    return *active ? NULL : failure;
}

struct others count_others(const struct experiment *experiment)
{
    struct others others = {0};
    const struct trial *failures[TRIALS_MAX];
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        bool counted = trial->until < PHASE_ACTIVE || variant_equal(&trial->variant, &experiment->isolation->baseline);
        for (unsigned k = 0; k < i && !counted; k++)
            counted = is_of_variant(experiment->trials[k], &trial->variant);
        if (counted)
            continue;
        bool active;
        const struct trial *failure = failure_of(experiment, &trial->variant, &active);
        others.active += active;
        if (failure)
            failures[others.failed++] = failure;
        others.barred += !active && !failure;
        others.bar = others.bar || active || failure ? others.bar : trial;
    }
    for (unsigned i = 0; i < others.failed; i++) {
        struct signature signature = signature_of(&failures[i]->outcome);
        unsigned alike = 0;
        for (unsigned k = 0; k < others.failed; k++)
            alike += signature_matches(&signature, &failures[k]->outcome);
        if (alike > others.alike) {
            others.alike = alike;
            others.common = failures[i];
        }
    }
    return others;
}

void failed_clause(const struct others *others, char *text, size_t size)
{
    char seen[128];
    snprintf(text, size,
             "%u of %u other variants failed, in ways that were not studied: %s in %u, first "
             "in trial %llu",
             others->failed, others->failed + others->active, outcome_clause(others->common, seen, sizeof seen),
             others->alike, (unsigned long long)others->common->number);
}

void others_text(const struct experiment *experiment, const struct others *others, char *text, size_t size)
{
    char seen[128];
    snprintf(text, size, ".");
    if (others->failed) {
        char failed[300];
        failed_clause(others, failed, sizeof failed);
        snprintf(text, size, ", but %s; with that variant as the baseline (--set) it can be studied.", failed);
        return;
    }
    if (!others->active)
        return;
    snprintf(text, size, "; nor did any of %u other variants fail", others->active);
    if (experiment->exhausted)
        text_append(text, size, " until the budget of %s was used up", budget_name(experiment->exhausted));
    else
        text_append(text, size, ", with every pair of levels that can be had");
    if (others->barred)
        text_append(text, size, "; %u further could not be tried (trial %llu: %s)", others->barred,
                    (unsigned long long)others->bar->number, outcome_clause(others->bar, seen, sizeof seen));
    text_append(text, size, ".");
}
