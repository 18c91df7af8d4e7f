// SPDX-License-Identifier: Apache-2.0
// Proves a cause by repeated minimal pairs, and tries the other levels of the factors that it names.
#include "analysis/experiment.h"

// A trial that is still unresolved after so many attempts cannot be had.
enum { UNRESOLVED_MAX = 3 };

struct proof_pair {
    enum factor factor;
    struct variant failing, passing;
};

static unsigned size_of(unsigned point)
{
    unsigned size = 0;
    for (; point; point &= point - 1)
        size++;
    return size;
}

// Whether the term, and no other one, holds at the point.
static bool holds_alone(const struct cause *cause, unsigned term, unsigned point)
{
    for (unsigned k = 0; k < cause->term_count; k++) {
        if (((cause->terms[k] & point) == cause->terms[k]) != (k == term))
            return false;
    }
    return true;
}

static struct variant flipped(const struct variant *variant, const struct cube *cube, unsigned dimension)
{
    return variant_with(*variant, cube->factor[dimension], cube->level[dimension]);
}

// Finds the pair of a condition: with no other alternative at work if such trials are possible; then trials that were
// run before others, then those nearest to the baseline, which are the easiest to understand and leave all that the
// cause does not name as the user has it.
static bool find_pair(struct experiment *experiment, const struct cause *cause, unsigned term, unsigned condition,
                      struct proof_pair *pair)
{
    uint32_t tried = 0;
    for (;;) {
        int best = -1;
        unsigned best_point = 0;
        for (unsigned point = 0; point < 1u << cause->cube.count; point++) {
            if ((tried >> point & 1) || (cause->terms[term] & point) != cause->terms[term] ||
                !cube_possible(experiment, &cause->cube, point))
                continue;
            struct variant failing = cube_variant(experiment, &cause->cube, point);
            struct variant passing = flipped(&failing, &cause->cube, condition);
            if (!variant_possible(&passing, NULL) ||
                monotone_at(cause->function, cube_point(experiment, &cause->cube, &passing)))
                continue;
            int value = 64 * holds_alone(cause, term, point) +
                        16 * (experiment_known(experiment, &failing) == OBSERVED_SIGNATURE) +
                        16 * (experiment_known(experiment, &passing) == OBSERVED_NO_SIGNATURE) + (int)size_of(point);
            if (value > best) {
                best = value;
                best_point = point;
            }
        }
        if (best < 0)
            return false;
        tried |= 1u << best_point;
        pair->factor = cause->cube.factor[condition];
        pair->failing = cube_variant(experiment, &cause->cube, best_point);
        pair->passing = flipped(&pair->failing, &cause->cube, condition);
        if (experiment_ask(experiment, &pair->failing) == OBSERVED_SIGNATURE &&
            experiment_ask(experiment, &pair->passing) == OBSERVED_NO_SIGNATURE)
            return true;
        if (experiment_over(experiment))
            return false;
    }
}

// How often the passing trials must be seen. A denial that now and then fails to come looks like a pass, and a false
// pass makes a cause look larger than it is. So the more conditions a cause has, and the more variants were tried until
// one passed, the more often its passes are repeated.
static unsigned passes_needed(const struct experiment *experiment, const struct cause *cause)
{
    unsigned failed_before = 0, needed = experiment->confirmations + (cause->literals < 3 ? cause->literals : 3);
    for (unsigned i = 0; i < experiment->count; i++) {
        enum observation seen = experiment_observe(experiment, experiment->trials[i]);
        if (seen == OBSERVED_NO_SIGNATURE)
            break;
        failed_before += seen == OBSERVED_SIGNATURE;
    }
    return needed + (failed_before > 4) + (failed_before > 10);
}

// How often the failing trials must be seen. What a bad network does by itself is seen more often.
static unsigned failures_needed(const struct experiment *experiment)
{
    switch (experiment->signature.family) {
    case FAMILY_TIMEOUT:
    case FAMILY_CLOSED:
    case FAMILY_TCP:
    case FAMILY_DNS:
    case FAMILY_CRASH:
        return experiment->confirmations + 2;
    default:
        return experiment->confirmations;
    }
}

static bool repeat(struct experiment *experiment, const struct variant *variant, bool *run)
{
    if (experiment_tally(experiment, variant).unresolved > UNRESOLVED_MAX)
        return false;
    *run = true;
    return experiment_run(experiment, variant, experiment_until(experiment, variant)) != NULL;
}

// Repeats the pairs in turn, failing and passing trials interleaved: a change of the target in the middle of the run
// shows as a contradiction.
static bool confirm(struct experiment *experiment, const struct cause *cause, const struct proof_pair *pairs,
                    unsigned count)
{
    unsigned passes = passes_needed(experiment, cause), failures = failures_needed(experiment);
    uint64_t first_pass = 0;
    for (unsigned i = 0; i < experiment->count && !first_pass; i++) {
        if (experiment_observe(experiment, experiment->trials[i]) == OBSERVED_NO_SIGNATURE)
            first_pass = experiment->trials[i]->number;
    }
    for (bool run = true; run;) {
        run = false;
        for (unsigned i = 0; i < count; i++) {
            if (experiment_tally(experiment, &pairs[i].failing).signature < failures ||
                experiment_trial(experiment, &pairs[i].failing, OBSERVED_SIGNATURE) < first_pass) {
                if (!repeat(experiment, &pairs[i].failing, &run))
                    return false;
            }
            if (experiment_tally(experiment, &pairs[i].passing).no_signature < passes) {
                if (!repeat(experiment, &pairs[i].passing, &run))
                    return false;
            }
            if (experiment_over(experiment))
                return false;
        }
    }
    return true;
}

static void name_cause(const struct experiment *experiment, const struct cause *cause, struct verdict *verdict)
{
    for (unsigned k = 0; k < cause->term_count; k++) {
        struct conjunction *conjunction = &verdict->alternatives[verdict->alternative_count++];
        *conjunction = (struct conjunction){.count = 0};
        for (unsigned i = 0; i < cause->cube.count; i++) {
            enum factor factor = cause->cube.factor[i];
            if (cause->terms[k] >> i & 1)
                conjunction->conditions[conjunction->count++] =
                    (struct condition){factor, experiment->isolation->baseline.level[factor]};
        }
    }
}

bool prove(struct experiment *experiment, const struct cause *cause, struct verdict *verdict, const char **gap)
{
    struct proof_pair pairs[PAIRS_MAX];
    unsigned count = 0;
    *gap = "no pair of trials that differ in one factor alone could be had for each factor";
    if (cause->term_count > ALTERNATIVES_MAX || cause->literals > PAIRS_MAX) {
        *gap = "the trials fit only a cause with more alternatives than can be proved";
        return false;
    }
    for (unsigned k = 0; k < cause->term_count; k++) {
        for (unsigned i = 0; i < cause->cube.count; i++) {
            if ((cause->terms[k] >> i & 1) && !find_pair(experiment, cause, k, i, &pairs[count++]))
                return false;
        }
    }
    *gap = "a minimal pair could not be repeated";
    if (!confirm(experiment, cause, pairs, count))
        return false;
    name_cause(experiment, cause, verdict);
    for (unsigned i = 0; i < count; i++)
        verdict->pairs[verdict->pair_count++] =
            (struct minimal_pair){pairs[i].factor, experiment_trial(experiment, &pairs[i].failing, OBSERVED_SIGNATURE),
                                  experiment_trial(experiment, &pairs[i].passing, OBSERVED_NO_SIGNATURE)};
    return true;
}

static const struct variant *variant_of(const struct experiment *experiment, uint64_t number)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        if (experiment->trials[i]->number == number)
            return &experiment->trials[i]->variant;
    }
    return &experiment->isolation->baseline;
}

static struct sweep_row sweep_level(struct experiment *experiment, const struct variant *failing, enum factor factor,
                                    unsigned level)
{
    const struct level_state *state = &experiment->levels[factor][level];
    struct sweep_row row = {.condition = {factor, level}, .observation = OBSERVED_UNRESOLVED};
    struct variant variant = variant_with(*failing, factor, level);
    if (!variant_possible(&variant, &row.why))
        return row;
    row.observation = experiment_known(experiment, &variant);
    if (row.observation == OBSERVED_UNRESOLVED && state->why) {
        row.why = state->why;
        return row;
    }
    unsigned char usable[LEVELS_MAX];
    unsigned count = experiment_levels(experiment, factor, usable);
    bool can = false;
    for (unsigned i = 0; i < count; i++)
        can = can || usable[i] == level;
    if (row.observation == OBSERVED_UNRESOLVED && !can) {
        row.why = factor == FACTOR_LICENSE ? "the server issued no licence that could be presented again"
                                           : "it is not known whether the target accepts it";
        return row;
    }
    row.observation = experiment_ask(experiment, &variant);
    row.trial = experiment_trial(experiment, &variant, row.observation);
    if (row.observation == OBSERVED_UNRESOLVED && !row.trial)
        row.why = "not tried: the experiment was over";
    else if (row.observation == OBSERVED_UNRESOLVED)
        row.why = "another failure, or the level was not in effect";
    return row;
}

void sweep(struct experiment *experiment, const struct cause *cause, struct verdict *verdict)
{
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        enum factor factor = verdict->pairs[i].factor;
        bool done = false;
        for (unsigned k = 0; k < i; k++)
            done = done || verdict->pairs[k].factor == factor;
        if (done || !names_factor(cause, factor))
            continue;
        struct variant failing = *variant_of(experiment, verdict->pairs[i].failing);
        for (unsigned level = 0; level < factor_levels(factor); level++) {
            if (level != failing.level[factor] && experiment_allows(experiment, factor, level))
                verdict->sweep[verdict->sweep_count++] = sweep_level(experiment, &failing, factor, level);
        }
    }
}

enum state { STATE_ON, STATE_OFF, STATE_OPEN };

// Whether a trial's level of a named factor triggers as the baseline's does: by the cube, else by the sweep.
static enum state state_of(const struct experiment *experiment, const struct cause *cause,
                           const struct verdict *verdict, unsigned dimension, const struct trial *trial)
{
    enum factor factor = cause->cube.factor[dimension];
    if (factor == FACTOR_TLS && trial->variant.level[FACTOR_SECURITY] == SECURITY_RDP)
        return STATE_OFF; // no TLS level does anything there
    unsigned level = trial->variant.level[factor];
    if (level == experiment->isolation->baseline.level[factor])
        return STATE_ON;
    if (level == cause->cube.level[dimension])
        return STATE_OFF;
    for (unsigned i = 0; i < verdict->sweep_count; i++) {
        const struct sweep_row *row = &verdict->sweep[i];
        if (row->condition.factor != factor || row->condition.level != level || row->why)
            continue;
        // With the signature the level may trigger as the baseline's does, or only together with what was left as it
        // is.
        return row->observation == OBSERVED_NO_SIGNATURE ? STATE_OFF : STATE_OPEN;
    }
    return STATE_OPEN;
}

const struct trial *unexplained(const struct experiment *experiment, const struct cause *cause,
                                const struct verdict *verdict)
{
    for (unsigned t = 0; t < experiment->count; t++) {
        const struct trial *trial = experiment->trials[t];
        enum observation seen = experiment_observe(experiment, trial);
        if (experiment_evades(experiment, &trial->variant) && !cube_evades(&cause->cube))
            continue;
        bool in_cube = true, certain = false, excluded = true;
        for (unsigned i = 0; i < cause->cube.count; i++) {
            unsigned level = trial->variant.level[cause->cube.factor[i]];
            in_cube = in_cube && (level == cause->cube.level[i] ||
                                  level == experiment->isolation->baseline.level[cause->cube.factor[i]]);
        }
        for (unsigned k = 0; k < cause->term_count; k++) {
            bool all_on = true, some_off = false;
            for (unsigned i = 0; i < cause->cube.count; i++) {
                if (!(cause->terms[k] >> i & 1))
                    continue;
                enum state state = state_of(experiment, cause, verdict, i, trial);
                all_on = all_on && state == STATE_ON;
                some_off = some_off || state == STATE_OFF;
            }
            certain = certain || all_on;
            excluded = excluded && some_off;
        }
        if (seen == OBSERVED_NO_SIGNATURE && certain)
            return trial;
        // Off the cube a level that the baseline has not may be a further trigger: no objection to this cause.
        if (seen == OBSERVED_SIGNATURE && excluded && in_cube)
            return trial;
    }
    return NULL;
}
