// SPDX-License-Identifier: Apache-2.0
// What would decide what is open: the trials that were to come next, and those that tell the likeliest causes apart.
#include "analysis/suggested_trial.h"

#include <stdio.h>
#include <string.h>

#include "analysis/levels.h"
#include "analysis/weighing.h"

static struct suggested_trial *add(struct verdict *verdict, const struct variant *variant, enum phase until)
{
    for (unsigned i = 0; i < verdict->suggestion_count; i++) {
        if (variant_equal(&verdict->suggestions[i].variant, variant))
            return NULL;
    }
    if (verdict->suggestion_count == SUGGESTIONS_MAX)
        return NULL;
    struct suggested_trial *trial = &verdict->suggestions[verdict->suggestion_count++];
    *trial = (struct suggested_trial){.variant = *variant, .until = until};
    return trial;
}

// "license and security", "tls or address", "nothing at the client".
static char *hypothesis_text(const struct cube *cube, const struct hypothesis *hypothesis, char *text, size_t size)
{
    text[0] = '\0';
    for (unsigned k = 0; k < hypothesis->term_count; k++) {
        bool first = true;
        for (unsigned i = 0; i < cube->count; i++) {
            size_t used = strlen(text);
            if (!(hypothesis->terms[k] >> i & 1))
                continue;
            snprintf(text + used, size - used, "%s%s",
                     !first ? " with "
                     : k    ? " or "
                            : "",
                     factor_row(cube->factor[i])->name);
            first = false;
        }
    }
    if (!text[0])
        snprintf(text, size, "nothing at the client");
    return text;
}

static const struct hypothesis *second(const struct belief *belief, const struct hypothesis *best)
{
    const struct hypothesis *found = NULL;
    for (unsigned i = 0; i < belief->count; i++) {
        const struct hypothesis *other = &belief->hypotheses[i];
        if (other != best && (!found || hypothesis_probability(other) > hypothesis_probability(found)))
            found = other;
    }
    return found;
}

// By the belief: what tells the two likeliest causes apart, and what teaches most.
static void suggest_for_the_cube(const struct experiment *experiment, struct verdict *verdict)
{
    const struct cube *cube = &experiment->belief_cube;
    const struct belief *belief = &experiment->belief;
    const struct hypothesis *best = belief_best(belief), *other = best ? second(belief, best) : NULL;
    struct asking asking;
    struct questions questions = experiment_questions(experiment, &asking);
    char one[60], two[60];
    uint32_t point;
    if (!other)
        return;
    if (belief_ask(belief, &questions, &point, NULL)) {
        struct variant variant = cube_variant(experiment, cube, point);
        struct suggested_trial *trial = add(verdict, &variant, experiment_until(experiment, &variant));
        if (trial)
            snprintf(trial->why, sizeof trial->why, "it rules out most of what is left; likeliest so far: %s",
                     hypothesis_text(cube, best, one, sizeof one));
    }
    if (belief_differ(belief, &questions, best, other, &point)) {
        struct variant variant = cube_variant(experiment, cube, point);
        struct suggested_trial *trial = add(verdict, &variant, experiment_until(experiment, &variant));
        if (trial)
            snprintf(trial->why, sizeof trial->why, "it tells the likeliest causes apart: %s, %s",
                     hypothesis_text(cube, best, one, sizeof one), hypothesis_text(cube, other, two, sizeof two));
    }
}

// Levels of which nothing is known.
static void suggest_for_levels(const struct experiment *experiment, struct verdict *verdict)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        enum factor factor = (enum factor)f;
        for (unsigned level = 0; level < experiment->space->levels(factor); level++) {
            struct variant variant = variant_with(experiment->isolation->baseline, factor, level);
            if (experiment->levels[f][level].usability < LEVEL_UNCLEAR || !experiment_varies(experiment, factor) ||
                !experiment_allows(experiment, factor, level) || !experiment->space->possible(&variant, NULL))
                continue;
            struct suggested_trial *trial = add(verdict, &variant, PHASE_ACTIVE);
            if (trial)
                snprintf(trial->why, sizeof trial->why, "no trial shows what %s=%s does", factor_row(factor)->name,
                         level_name(factor, level));
        }
    }
}

void suggest_trials(struct experiment *experiment, struct verdict *verdict)
{
    if (verdict->kind == VERDICT_NOT_CLIENT_SIDE || verdict->kind == VERDICT_NOT_REPRODUCED || experiment->changed[0] ||
        experiment->memory)
        return;
    if (experiment->has_next) {
        struct suggested_trial *trial = add(verdict, &experiment->next, experiment->next_until);
        snprintf(trial->why, sizeof trial->why, "%s",
                 experiment->reference ? "it was to come next" : "the failure is to be seen twice");
    }
    if (verdict->kind == VERDICT_ISOLATED || !experiment->reference)
        return;
    if (experiment->belief.hypotheses && experiment_believe(experiment, &experiment->belief_cube))
        suggest_for_the_cube(experiment, verdict);
    suggest_for_levels(experiment, verdict);
}
