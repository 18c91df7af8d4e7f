// SPDX-License-Identifier: Apache-2.0
// What the experiment's trials make of the hypotheses about a cube.
#include "analysis/weighing.h"

#include "analysis/levels.h"

static bool same_cube(const struct cube *a, const struct cube *b)
{
    bool same = a->count == b->count;
    for (unsigned i = 0; same && i < a->count; i++)
        same = a->factor[i] == b->factor[i] && a->level[i] == b->level[i];
    return same;
}

static bool lies_in(const struct experiment *experiment, const struct cube *cube, const struct variant *variant,
                    unsigned *point)
{
    *point = cube_point(experiment, cube, variant);
    struct variant there = cube_variant(experiment, cube, *point);
    return variant_equal(&there, variant);
}

// Where a trial speaks of the cube: *point, and whether it does. A trial elsewhere that is without the signature,
// though at least the point's conditions held, shows that they do not suffice; with the signature nothing follows: the
// other level may be a trigger of its own.
static bool speaks(const struct experiment *experiment, const struct cube *cube, const struct variant *variant,
                   enum observation seen, unsigned *point)
{
    if (lies_in(experiment, cube, variant, point))
        return seen != OBSERVED_UNRESOLVED;
    return seen == OBSERVED_NO_SIGNATURE && experiment_known(experiment, variant) == seen &&
           !(experiment_evades(experiment, variant) && !cube_evades(experiment, cube));
}

// Whether trials since the belief was learned take away what an earlier pass outside the cube seemed to say.
static bool outdated(const struct experiment *experiment, const struct cube *cube)
{
    for (unsigned i = experiment->learned; i < experiment->count; i++) {
        const struct variant *variant = &experiment->trials[i]->variant;
        unsigned point;
        if (experiment_observe(experiment, experiment->trials[i]) == OBSERVED_SIGNATURE &&
            experiment_tally(experiment, variant).no_signature && !lies_in(experiment, cube, variant, &point))
            return true;
    }
    return false;
}

bool experiment_believe(struct experiment *experiment, const struct cube *cube)
{
    struct belief *belief = &experiment->belief;
    if (!belief->hypotheses || !same_cube(&experiment->belief_cube, cube) ||
        experiment->belief_phase != experiment->failure_phase || outdated(experiment, cube)) {
        double weight[FACTOR_COUNT];
        for (unsigned i = 0; i < cube->count; i++)
            weight[i] = experiment->space->weight(cube->factor[i]);
        belief_clear(belief);
        experiment->belief_cube = *cube;
        experiment->belief_phase = experiment->failure_phase;
        experiment->learned = 0;
        if (!belief_init(belief, cube->count, weight)) {
            experiment->memory = true;
            return false;
        }
    }
    for (; experiment->learned < experiment->count; experiment->learned++) {
        const struct trial *trial = experiment->trials[experiment->learned];
        enum observation seen = experiment_observe(experiment, trial);
        unsigned point;
        if (!speaks(experiment, cube, &trial->variant, seen, &point))
            continue;
        if (lies_in(experiment, cube, &trial->variant, &point))
            belief_learn(belief, point, seen == OBSERVED_SIGNATURE,
                         experiment_connections(experiment, experiment->learned));
        else
            belief_learn_chosen(belief, point, seen == OBSERVED_SIGNATURE);
    }
    return true;
}

// A trial with a level that gave no result yet may give none again.
static double chance_of_a_result(const struct asking *asking, const struct variant *variant)
{
    static const double new_level = 0.97, suspect_level = 0.5;
    double chance = 1;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        unsigned level = variant->level[f];
        if (level == asking->experiment->isolation->baseline.level[f] || asking->resolved[f][level])
            continue;
        chance *= asking->suspect[f][level] ? suspect_level : new_level;
    }
    return chance;
}

static const double PREFERENCE = 0.7;

static double price(void *context, uint32_t point)
{
    const struct asking *asking = context;
    const struct experiment *experiment = asking->experiment;
    const struct cube *cube = &experiment->belief_cube;
    if (!cube_possible(experiment, cube, point))
        return 0;
    struct variant variant = cube_variant(experiment, cube, point);
    if (asking->impossible_only)
        return 1;
    if (asking->foretold && hypothesis_holds(asking->foretold, point) != asking->failing)
        return 0;
    if (!experiment_worth(experiment, &variant))
        return 0;
    double cost = 1;
    for (int f = 0; f < FACTOR_COUNT; f++)
        cost += experiment->space->cost((enum factor)f, variant.level[f]);
    for (unsigned i = 0; i < asking->preferred_count; i++) {
        if (asking->preferred[i] == point)
            return PREFERENCE * cost / chance_of_a_result(asking, &variant);
    }
    return cost / chance_of_a_result(asking, &variant);
}

struct questions experiment_questions(const struct experiment *experiment, struct asking *asking)
{
    *asking = (struct asking){.experiment = experiment};
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        bool resolved = experiment_observe(experiment, trial) != OBSERVED_UNRESOLVED;
        if (!resolved && trial->until < experiment_until(experiment, &trial->variant))
            continue;
        for (int f = 0; f < FACTOR_COUNT; f++) {
            bool *seen = resolved ? asking->resolved[f] : asking->suspect[f];
            seen[trial->variant.level[f]] = true;
        }
    }
    return (struct questions){price, asking};
}

static bool same_function(const struct hypothesis *a, const struct hypothesis *b)
{
    bool same = a->term_count == b->term_count;
    for (unsigned k = 0; same && k < a->term_count; k++)
        same = a->terms[k] == b->terms[k];
    return same;
}

const struct hypothesis *cause_hypothesis(const struct experiment *experiment, const struct cause *cause)
{
    for (unsigned i = 0; i < experiment->belief.count; i++) {
        if (same_function(&experiment->belief.hypotheses[i], &cause->function))
            return &experiment->belief.hypotheses[i];
    }
    return NULL;
}

bool experiment_disagreed(const struct experiment *experiment)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        struct tally tally = experiment_tally(experiment, &experiment->trials[i]->variant);
        if (tally.signature && tally.no_signature)
            return true;
    }
    return false;
}

bool experiment_by_chance(const struct experiment *experiment)
{
    static const double sure = 0.99, beaten = 0.02, clearly = 14;
    const struct belief *belief = &experiment->belief;
    return experiment_disagreed(experiment) &&
           (belief_chance(belief) >= sure ||
            (chance_turns(&belief->chance, clearly) && belief_against_chance(belief) < beaten));
}

const struct variant *contradicting(const struct experiment *experiment, const struct hypothesis *hypothesis, bool any)
{
    enum { AGREEING = 4 };
    const struct cube *cube = &experiment->belief_cube;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        enum observation seen = experiment_observe(experiment, trial);
        unsigned point;
        if (!speaks(experiment, cube, &trial->variant, seen, &point) ||
            hypothesis_holds(hypothesis, point) == (seen == OBSERVED_SIGNATURE))
            continue;
        struct tally tally = experiment_tally(experiment, &trial->variant);
        unsigned against = seen == OBSERVED_SIGNATURE ? tally.signature : tally.no_signature;
        bool mixed = tally.signature && tally.no_signature;
        enum observation known = experiment_known(experiment, &trial->variant);
        // Where trials of one variant are known to disagree, a single one that does not fit needs no further reason.
        if (any ? (known == seen || known == OBSERVED_UNRESOLVED) && (against > 1 || !experiment_disagreed(experiment))
                : against >= AGREEING && !mixed)
            return &trial->variant;
    }
    return NULL;
}
