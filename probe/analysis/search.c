// SPDX-License-Identifier: Apache-2.0
// Looks for a variant without the signature: first everything flipped, then so that every level that can work, and
// every pair of levels of two factors, was seen (a covering array of strength two, made greedily from what the trials
// left open).
#include "analysis/search.h"

#include <stdio.h>

#include "analysis/choice.h"
#include "analysis/levels.h"
#include "analysis/session_proof.h"
#include "analysis/survey.h"

enum {
    // So often a level, or a pair of levels, is tried before it is left alone as unresolved, in halves: what may have
    // been
    // an accident counts as one half.
    ATTEMPTS_LEVEL = 8,
    ATTEMPTS_PAIR = 4
};

struct coverage {
    const struct experiment *experiment;
    bool pair[FACTOR_COUNT][LEVELS_MAX][FACTOR_COUNT][LEVELS_MAX]; // with equal factors: the level alone
    bool varied[FACTOR_COUNT];
    bool suspect[FACTOR_COUNT][LEVELS_MAX]; // in a trial that gave no result, and in none that did
    bool keep_steps;                        // leave out what skips a step of the connection
    bool levels_only;                       // each level that was not seen yet, and no pairs
};

// Whether a resolved trial has the level.
static bool shown(const struct experiment *experiment, enum factor factor, unsigned level)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->variant.level[factor] == level && experiment_observe(experiment, trial) != OBSERVED_UNRESOLVED)
            return true;
    }
    return false;
}

static void cover(struct coverage *coverage, const struct experiment *experiment)
{
    static const struct coverage none;
    unsigned char attempts[FACTOR_COUNT][LEVELS_MAX][FACTOR_COUNT][LEVELS_MAX] = {0};
    *coverage = none;
    coverage->experiment = experiment;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        const unsigned char *level = trial->variant.level;
        bool resolved = experiment_observe(experiment, trial) != OBSERVED_UNRESOLVED;
        if (!resolved && trial->until < experiment_until(experiment, &trial->variant))
            continue;
        unsigned char half = experiment_accident(trial) ? 1 : 2;
        for (int f = 0; f < FACTOR_COUNT; f++) {
            for (int g = f; g < FACTOR_COUNT; g++) {
                coverage->suspect[f][level[f]] = coverage->suspect[f][level[f]] || !resolved;
                if (resolved ||
                    (attempts[f][level[f]][g][level[g]] += half) >= (f == g ? ATTEMPTS_LEVEL : ATTEMPTS_PAIR))
                    coverage->pair[f][level[f]][g][level[g]] = true;
            }
        }
    }
    for (int f = 0; f < FACTOR_COUNT; f++) {
        for (unsigned level = 0; level < LEVELS_MAX; level++) {
            if (level == experiment->isolation->baseline.level[f] || shown(experiment, (enum factor)f, level))
                coverage->suspect[f][level] = false;
        }
    }
}

// Whether a trial of the variant can tell of all its levels.
static bool tells(const struct experiment *experiment, const struct variant *variant)
{
    return experiment->space->possible(variant, NULL) && !experiment->rules->wasted(experiment, variant);
}

// What a trial of the variant would show that no trial has shown: levels before pairs, flipped before not flipped.
static long score(const struct variant *variant, void *context)
{
    const struct coverage *coverage = context;
    const struct variant *baseline = &coverage->experiment->isolation->baseline;
    long value = 0;
    unsigned suspects = 0;
    bool fresh = false;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        bool flipped = variant->level[f] != baseline->level[f];
        if (!coverage->varied[f])
            continue;
        suspects += coverage->suspect[f][variant->level[f]];
        if (flipped && !coverage->pair[f][variant->level[f]][f][variant->level[f]]) {
            value += 1000;
            fresh = true;
        }
        for (int g = f + 1; g < FACTOR_COUNT; g++) {
            if (!coverage->varied[g] || coverage->pair[f][variant->level[f]][g][variant->level[g]])
                continue;
            value += flipped && variant->level[g] != baseline->level[g] ? 20 : 1;
        }
    }
    if (value == 0 || (coverage->levels_only && !fresh) ||
        (coverage->keep_steps && experiment_skips(coverage->experiment, variant)))
        return 0;
    if (!tells(coverage->experiment, variant) ||
        experiment_known(coverage->experiment, variant) != OBSERVED_UNRESOLVED ||
        !experiment_worth(coverage->experiment, variant))
        return 0;
    // Levels that may each be why a trial gave no result are tried one at a time.
    return suspects > 1 ? value / (4 * (long)suspects) : value;
}

// found: a variant without the failure, or NULL. Where it skips a step, one with all of them is looked for; where it
// ends in another failure, any other.
static bool next_variant(const struct experiment *experiment, const struct variant *found, struct variant *variant)
{
    struct coverage coverage;
    struct choices choices = {.space = experiment->space};
    cover(&coverage, experiment);
    coverage.levels_only = found && ends_otherwise(experiment, found);
    coverage.keep_steps = found && !coverage.levels_only;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        bool sought = !experiment->seeking || !(experiment->isolation->unsought >> f & 1);
        choices.count[f] = sought ? experiment_levels(experiment, (enum factor)f, choices.level[f]) : 0;
        coverage.varied[f] = choices.count[f] > 0;
        choices.level[f][choices.count[f]++] = experiment->isolation->baseline.level[f];
    }
    return choose_variant(&choices, score, &coverage, variant);
}

// Of the variants known to be without the signature, the one that tells most: nearest to the baseline, and with all its
// steps, for a pass without one (no TLS handshake) tells less. Last come those that end in another failure.
static bool known_passing(const struct experiment *experiment, struct variant *passing)
{
    unsigned best = ~0u;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct variant *variant = &experiment->trials[i]->variant;
        unsigned distance = variant_distance(variant, &experiment->isolation->baseline) +
                            (experiment_skips(experiment, variant) ? FACTOR_COUNT : 0) +
                            (ends_otherwise(experiment, variant) ? 2 * FACTOR_COUNT : 0);
        if (distance >= best || experiment_known(experiment, variant) != OBSERVED_NO_SIGNATURE)
            continue;
        *passing = *variant;
        best = distance;
    }
    return best != ~0u;
}

// Whether as many factors were flipped in one resolved trial as can be flipped together.
static bool all_flipped(const struct experiment *experiment)
{
    struct variant most = experiment->isolation->baseline;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        unsigned char levels[LEVELS_MAX];
        unsigned count = experiment_levels(experiment, (enum factor)f, levels);
        for (unsigned i = 0; i < count; i++) {
            struct variant variant = variant_with(most, (enum factor)f, levels[i]);
            if (tells(experiment, &variant)) {
                most = variant;
                break;
            }
        }
    }
    unsigned wanted = variant_distance(&most, &experiment->isolation->baseline);
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (variant_distance(&trial->variant, &experiment->isolation->baseline) >= wanted &&
            experiment_observe(experiment, trial) != OBSERVED_UNRESOLVED)
            return true;
    }
    return false;
}

bool search_passing(struct experiment *experiment, struct variant *passing)
{
    while (!experiment_over(experiment)) {
        // Each round anew: the signature in a later phase makes further factors possible, an issued licence a level.
        survey_levels(experiment);
        if (experiment_over(experiment))
            return false;
        bool found = known_passing(experiment, passing);
        if (found && !experiment_skips(experiment, passing) && !ends_otherwise(experiment, passing))
            return true;
        // With everything changed and still the failure, the rest only confirms that nothing at the client decides.
        if (!found && all_flipped(experiment)) {
            if (!experiment->search_end)
                experiment->search_end = experiment->count;
        } else {
            experiment->search_end = 0;
        }
        struct variant variant;
        if (!next_variant(experiment, found ? passing : NULL, &variant)) {
            if (survey_again(experiment))
                continue;
            return found;
        }
        experiment->asks = "is there a way without the failure?";
        experiment_run(experiment, &variant, experiment_until(experiment, &variant));
    }
    return false;
}

// Whether the trial failed by what the server said, and as it was to be made.
static bool fails(const struct experiment *experiment, const struct trial *trial)
{
    if (trial->outcome.result != RESULT_FAILED || !experiment->rules->in_effect(experiment, trial, false, NULL))
        return false;
    if (experiment->isolation->signature_given)
        return signature_matches(&experiment->isolation->signature, &trial->outcome);
    return experiment->rules->refused(trial);
}

bool search_failing(struct experiment *experiment, const struct trial *working, struct variant *failing)
{
    bool found = false;
    // Until there is a failure to study, what works is what trials are compared with.
    experiment->reference = working;
    experiment->failure_phase = PHASE_ACTIVE;
    experiment->seeking = true;
    while (!found && !experiment_over(experiment)) {
        survey_levels(experiment);
        if (experiment_over(experiment))
            break;
        if (!next_variant(experiment, NULL, failing)) {
            if (survey_again(experiment))
                continue;
            break;
        }
        experiment->asks = "does this fail?";
        const struct trial *trial = experiment_run(experiment, failing, PHASE_ACTIVE);
        found = trial && fails(experiment, trial);
    }
    experiment->reference = NULL;
    experiment->failure_phase = (enum phase)0;
    experiment->seeking = false;
    return found;
}

// Whether a resolved trial has both levels (of one factor: the level).
static bool resolved(const struct experiment *experiment, int f, unsigned level, int g, unsigned other)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->variant.level[f] == level && trial->variant.level[g] == other &&
            experiment_observe(experiment, trial) != OBSERVED_UNRESOLVED)
            return true;
    }
    return false;
}

// A level that was to be tried, is not known to be refused, and is in no trial that decided anything.
static bool open_level(const struct experiment *experiment, enum factor factor, unsigned *level)
{
    for (*level = 0; *level < experiment->space->levels(factor); ++*level) {
        const struct level_state *state = &experiment->levels[factor][*level];
        if (*level != experiment->isolation->baseline.level[factor] && experiment_allows(experiment, factor, *level) &&
            state->usability != LEVEL_REFUSED && state->usability != LEVEL_LOCAL &&
            !resolved(experiment, factor, *level, factor, *level))
            return true;
    }
    return false;
}

static bool open_pair(const struct experiment *experiment, char *text, size_t size)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        unsigned char levels[LEVELS_MAX], others[LEVELS_MAX];
        unsigned count = experiment_levels(experiment, (enum factor)f, levels);
        for (int g = f + 1; g < FACTOR_COUNT; g++) {
            unsigned other_count = experiment_levels(experiment, (enum factor)g, others);
            for (unsigned i = 0; i < count * other_count; i++) {
                unsigned level = levels[i / other_count], other = others[i % other_count];
                struct variant variant = variant_with(experiment->isolation->baseline, (enum factor)f, level);
                variant = variant_with(variant, (enum factor)g, other);
                if (!tells(experiment, &variant) || resolved(experiment, f, level, g, other))
                    continue;
                snprintf(text, size, "%s=%s together with %s=%s gave no result", factor_row((enum factor)f)->name,
                         level_name((enum factor)f, level), factor_row((enum factor)g)->name,
                         level_name((enum factor)g, other));
                return true;
            }
        }
    }
    return false;
}

bool search_gap(const struct experiment *experiment, char *text, size_t size)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        unsigned level;
        if (!experiment_varies(experiment, (enum factor)f) || !open_level(experiment, (enum factor)f, &level))
            continue;
        const char *peculiar = experiment->rules->open_clause((enum factor)f, level);
        const char *why = peculiar ? peculiar : experiment->levels[f][level].why;
        snprintf(text, size, "%s=%s could not be tried: %s", factor_row((enum factor)f)->name,
                 level_name((enum factor)f, level), why ? why : "no trial with it gave a result");
        return true;
    }
    if (open_pair(experiment, text, size))
        return true;
    if (all_flipped(experiment))
        return false;
    snprintf(text, size, "no trial with all factors changed at once gave a result");
    return true;
}
