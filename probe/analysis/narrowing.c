// SPDX-License-Identifier: Apache-2.0
// From a failing and a passing variant to the cause: the monotone functions on the cube between the two are the
// hypotheses, and each trial is the one that halves them best. A single factor, a conjunction and alternatives are all
// found in this one way, and the search ends only when no other function fits the trials.
#include "analysis/experiment.h"

// How often a trial may replace the passing variant before that is taken as a contradiction.
enum { REPLACEMENTS_MAX = 8 };

struct variant cube_variant(const struct experiment *experiment, const struct cube *cube, unsigned point)
{
    struct variant variant = experiment->isolation->baseline;
    for (unsigned i = 0; i < cube->count; i++) {
        if (!(point >> i & 1))
            variant.level[cube->factor[i]] = cube->level[i];
    }
    if (variant.level[FACTOR_SECURITY] == SECURITY_RDP)
        variant.level[FACTOR_TLS] = TLS_DEFAULT;
    return variant;
}

unsigned cube_point(const struct experiment *experiment, const struct cube *cube, const struct variant *variant)
{
    unsigned point = 0;
    for (unsigned i = 0; i < cube->count; i++)
        point |= (unsigned)experiment_holds(experiment, variant, cube->factor[i]) << i;
    return point;
}

bool cube_possible(const struct experiment *experiment, const struct cube *cube, unsigned point)
{
    struct variant variant = cube_variant(experiment, cube, point);
    return variant_possible(&variant, NULL) && cube_point(experiment, cube, &variant) == point;
}

// Whether a trial without the signature (passing) or with it (failing) is known that has the level.
static bool seen(const struct experiment *experiment, enum factor factor, unsigned level, enum observation observation)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        if (experiment->trials[i]->variant.level[factor] == level &&
            experiment_observe(experiment, experiment->trials[i]) == observation)
            return true;
    }
    return false;
}

static void add(struct cube *cube, enum factor factor, unsigned level)
{
    cube->factor[cube->count] = factor;
    cube->level[cube->count++] = (unsigned char)level;
}

// Every varied factor is a dimension: those in which the passing variant differs with its level, the others with the
// level that is likeliest to tell something.
static struct cube make_cube(const struct experiment *experiment, const struct variant *passing)
{
    struct cube cube = {.count = 0};
    for (int f = 0; f < FACTOR_COUNT; f++) {
        enum factor factor = (enum factor)f;
        unsigned char levels[LEVELS_MAX];
        unsigned count = experiment_levels(experiment, factor, levels);
        // Where something else passes too, what evades the handshake is no dimension.
        if (factor == FACTOR_SECURITY && count && experiment->failure_phase == PHASE_TLS &&
            passing->level[f] != SECURITY_RDP && levels[count - 1] == SECURITY_RDP)
            count--;
        if (passing->level[f] != experiment->isolation->baseline.level[f]) {
            add(&cube, factor, passing->level[f]);
        } else if (count) {
            unsigned level = levels[0];
            for (unsigned i = 0; i < count; i++) {
                // RDP security goes with no TLS level, so it would leave half of the cube without trials.
                if (factor == FACTOR_SECURITY && levels[i] == SECURITY_RDP)
                    continue;
                if (seen(experiment, factor, levels[i], OBSERVED_NO_SIGNATURE)) {
                    level = levels[i];
                    break;
                }
            }
            add(&cube, factor, level);
        }
    }
    return cube;
}

bool cube_evades(const struct cube *cube)
{
    for (unsigned i = 0; i < cube->count; i++) {
        if (cube->factor[i] == FACTOR_SECURITY)
            return cube->level[i] == SECURITY_RDP;
    }
    return false;
}

// What trials off the cube say about a point: without the signature, though at least the point's conditions held, the
// conditions do not suffice. With the signature nothing follows: the other level may be a trigger of its own.
static bool refuted_elsewhere(const struct experiment *experiment, const struct cube *cube, unsigned point)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        unsigned held = cube_point(experiment, cube, &trial->variant);
        if (experiment_evades(experiment, &trial->variant) && !cube_evades(cube))
            continue;
        if ((held & point) == point && experiment_observe(experiment, trial) == OBSERVED_NO_SIGNATURE)
            return true;
    }
    return false;
}

// Asks for a point with other levels in place of a flipped one that does not resolve. True if it is refuted.
static bool try_other_levels(struct experiment *experiment, const struct cube *cube, unsigned point)
{
    for (unsigned i = 0; i < cube->count; i++) {
        unsigned char levels[LEVELS_MAX];
        if (point >> i & 1)
            continue;
        unsigned count = experiment_levels(experiment, cube->factor[i], levels);
        for (unsigned k = 0; k < count && k < 2; k++) {
            struct variant variant =
                variant_with(cube_variant(experiment, cube, point), cube->factor[i], levels[k]);
            if (levels[k] == cube->level[i] || !variant_possible(&variant, NULL))
                continue;
            if (experiment_ask(experiment, &variant) == OBSERVED_NO_SIGNATURE)
                return true;
            if (experiment_over(experiment))
                return false;
        }
    }
    return false;
}

// Takes the simplest function that fits. What others would name besides is undecided, unless they differ only at points
// that no connection can realise.
static void describe(const struct hypotheses *hypotheses, uint32_t impossible, struct cause *cause)
{
    cause->function = hypotheses_best(hypotheses);
    cause->term_count = monotone_terms(cause->function, cause->cube.count, cause->terms, &cause->literals);
    unsigned named = 0, others = 0;
    for (unsigned k = 0; k < cause->term_count; k++)
        named |= cause->terms[k];
    for (unsigned i = 0; i < hypotheses->count; i++) {
        unsigned terms[MONOTONE_TERMS_MAX], literals;
        if (((hypotheses->function[i] ^ cause->function) & ~impossible) == 0)
            continue;
        unsigned count = monotone_terms(hypotheses->function[i], cause->cube.count, terms, &literals);
        for (unsigned k = 0; k < count; k++)
            others |= terms[k];
    }
    cause->undecided = 0;
    for (unsigned i = 0; i < cause->cube.count; i++) {
        if ((others & ~named) >> i & 1)
            cause->undecided |= 1u << cause->cube.factor[i];
    }
}

// Learns the function on the cube as far as trials can tell.
static bool learn(struct experiment *experiment, struct cause *cause)
{
    struct hypotheses hypotheses;
    uint32_t impossible = 0, closed = 0; // points that no connection can realise; points that gave no evidence
    unsigned points = 1u << cause->cube.count, point;

    if (cause->cube.count == 0 || cause->cube.count > MONOTONE_VARIABLES_MAX)
        return false;
    hypotheses_init(&hypotheses, cause->cube.count);
    for (;;) {
        for (unsigned p = 0; p < points; p++) {
            if (!cube_possible(experiment, &cause->cube, p)) {
                impossible |= 1u << p;
                continue;
            }
            struct variant variant = cube_variant(experiment, &cause->cube, p);
            enum observation known = experiment_known(experiment, &variant);
            if (known == OBSERVED_SIGNATURE)
                hypotheses_learn(&hypotheses, p, true);
            else if (known == OBSERVED_NO_SIGNATURE || refuted_elsewhere(experiment, &cause->cube, p))
                hypotheses_learn(&hypotheses, p, false);
        }
        if (hypotheses.count == 0)
            return false;
        if (!hypotheses_ask(&hypotheses, impossible | closed, &point))
            break;
        struct variant variant = cube_variant(experiment, &cause->cube, point);
        if (experiment_ask(experiment, &variant) == OBSERVED_UNRESOLVED) {
            if (experiment_over(experiment))
                return false;
            closed |= 1u << point;
            try_other_levels(experiment, &cause->cube, point);
        }
        if (experiment_over(experiment))
            return false;
    }
    describe(&hypotheses, impossible, cause);
    return true;
}

bool names_factor(const struct cause *cause, enum factor factor)
{
    for (unsigned i = 0; i < cause->cube.count; i++) {
        for (unsigned k = 0; cause->cube.factor[i] == factor && k < cause->term_count; k++) {
            if (cause->terms[k] >> i & 1)
                return true;
        }
    }
    return false;
}

// Whether the failure was seen with this level of a factor while a term of the cause held (term NULL: at all).
static bool seen_with(const struct experiment *experiment, const struct cube *cube, const unsigned *term,
                      enum factor factor, unsigned level)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->variant.level[factor] != level || experiment_observe(experiment, trial) != OBSERVED_SIGNATURE)
            continue;
        if (factor == FACTOR_TLS && trial->variant.level[FACTOR_SECURITY] == SECURITY_RDP)
            continue;
        if (!term || (cube_point(experiment, cube, &trial->variant) & *term) == *term)
            return true;
    }
    return false;
}

bool shown_idle(const struct experiment *experiment, const struct cause *cause, enum factor factor, unsigned level)
{
    if (!cause)
        return seen_with(experiment, NULL, NULL, factor, level);
    for (unsigned k = 0; k < cause->term_count; k++) {
        if (seen_with(experiment, &cause->cube, &cause->terms[k], factor, level))
            return true;
    }
    return false;
}

struct idle {
    const struct experiment *experiment;
    const struct cube *cube;
    unsigned term;
    bool fresh[FACTOR_COUNT][LEVELS_MAX];
};

static long score_idle(const struct variant *variant, void *context)
{
    const struct idle *idle = context;
    long fresh = 0;
    for (int f = 0; f < FACTOR_COUNT; f++)
        fresh += idle->fresh[f][variant->level[f]];
    if (experiment_evades(idle->experiment, variant))
        return 0;
    if (!fresh || (cube_point(idle->experiment, idle->cube, variant) & idle->term) != idle->term ||
        experiment_known(idle->experiment, variant) != OBSERVED_UNRESOLVED ||
        !experiment_worth(idle->experiment, variant))
        return 0;
    return 100 * fresh - (long)variant_distance(variant, &idle->experiment->isolation->baseline);
}

static bool in_term(const struct cube *cube, unsigned term, enum factor factor)
{
    for (unsigned i = 0; i < cube->count; i++) {
        if (cube->factor[i] == factor)
            return term >> i & 1;
    }
    return false;
}

// A conjunction is only whole if no level of any other factor takes the failure away while it holds: levels that the
// cube left out are tried together. A trial without the signature is a new passing variant. True if there is one.
static bool try_idle_levels(struct experiment *experiment, const struct cause *cause, unsigned term,
                            struct variant *passing)
{
    for (unsigned round = 0; round < 2 * LEVELS_MAX && !experiment_over(experiment); round++) {
        struct idle idle = {.experiment = experiment, .cube = &cause->cube, .term = term};
        struct choices choices = {0};
        for (int f = 0; f < FACTOR_COUNT; f++) {
            unsigned char levels[LEVELS_MAX];
            enum factor factor = (enum factor)f;
            unsigned count = in_term(&cause->cube, term, factor) ? 0 : experiment_levels(experiment, factor, levels);
            choices.level[f][choices.count[f]++] = experiment->isolation->baseline.level[f];
            for (unsigned i = 0; i < count; i++) {
                idle.fresh[f][levels[i]] = !seen_with(experiment, &cause->cube, &term, factor, levels[i]);
                choices.level[f][choices.count[f]++] = levels[i];
            }
        }
        struct variant variant;
        if (!choose_variant(&choices, score_idle, &idle, &variant))
            return false;
        const struct trial *trial = experiment_run(experiment, &variant, experiment_until(experiment, &variant));
        if (trial && experiment_observe(experiment, trial) == OBSERVED_NO_SIGNATURE) {
            *passing = variant;
            return true;
        }
    }
    return false;
}

bool narrow(struct experiment *experiment, const struct variant *passing, struct cause *cause)
{
    struct variant found = *passing;
    for (unsigned replacement = 0; replacement < REPLACEMENTS_MAX; replacement++) {
        enum phase phase = experiment->failure_phase;
        *cause = (struct cause){.cube = make_cube(experiment, &found)};
        if (!learn(experiment, cause))
            return false;
        // The signature in a later phase than before makes further factors possible.
        if (experiment->failure_phase != phase) {
            survey_levels(experiment);
            continue;
        }
        bool replaced = false;
        for (unsigned k = 0; k < cause->term_count && !replaced; k++)
            replaced = try_idle_levels(experiment, cause, cause->terms[k], &found);
        if (!replaced)
            return !experiment_over(experiment);
    }
    return false;
}
