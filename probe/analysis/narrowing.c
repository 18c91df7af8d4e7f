// SPDX-License-Identifier: Apache-2.0
// From a failing and a passing variant to the cause: hypotheses about the cube between the two are weighed by every
// trial, and each trial is the one that teaches most for its price. A single factor, a conjunction and alternatives are
// all found in this one way.
#include "analysis/narrowing.h"

#include "analysis/choice.h"
#include "analysis/levels.h"
#include "analysis/survey.h"
#include "analysis/weighing.h"

// How often a trial may replace the passing variant before that is taken as a contradiction.
enum { REPLACEMENTS_MAX = 16 };

// So many results alike are no longer likely while the trials are chosen to halve the hypotheses: the anchor that
// should show the opposite is looked at again.
enum { ALIKE_MAX = 6 };

// A hypothesis this probable is worth being confirmed instead of searching on.
static const double CANDIDATE = 0.5, CANDIDATE_NOISY = 0.8;

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

// Whether a level can be had beside the baseline's other levels, or beside the passing variant's.
static bool fits(const struct experiment *experiment, const struct variant *passing, enum factor factor, unsigned level)
{
    struct variant near = variant_with(experiment->isolation->baseline, factor, level);
    struct variant far = variant_with(*passing, factor, level);
    return experiment->space->possible(&near, NULL) || experiment->space->possible(&far, NULL);
}

// The level of a factor in which the passing variant does not differ that is likeliest to tell something: where an
// earlier cause named the factor, its level there is known to make a difference; else one that was seen to pass.
static unsigned telling_level(const struct experiment *experiment, const struct variant *passing, enum factor factor,
                              const unsigned char *levels, unsigned count, const struct cause *before)
{
    unsigned best = levels[0], highest = 0;
    for (unsigned i = 0; i < count; i++) {
        bool named =
            names_factor(before, factor) && before->cube.level[cube_dimension(&before->cube, factor)] == levels[i];
        // What goes with no level of another factor would leave half of the cube without trials.
        struct variant with = variant_with(experiment->isolation->baseline, factor, levels[i]);
        unsigned value =
            8 * fits(experiment, passing, factor, levels[i]) + 4 * named +
            2 * (!experiment_skips(experiment, &with) && seen(experiment, factor, levels[i], OBSERVED_NO_SIGNATURE)) +
            (i == 0);
        if (value > highest) {
            highest = value;
            best = levels[i];
        }
    }
    return best;
}

// Every varied factor is a dimension: those in which the passing variant differs with its level, the others with the
// level that is likeliest to tell something.
static struct cube make_cube(const struct experiment *experiment, const struct variant *passing,
                             const struct cause *before)
{
    struct cube cube = {.count = 0};
    for (int f = 0; f < FACTOR_COUNT; f++) {
        enum factor factor = (enum factor)f;
        unsigned char levels[LEVELS_MAX];
        unsigned count = experiment_levels(experiment, factor, levels);
        // Where something else passes too, what evades the failure is no dimension.
        struct variant last = count ? variant_with(*passing, factor, levels[count - 1]) : *passing;
        if (experiment_evades(experiment, &last) && !experiment_evades(experiment, passing))
            count--;
        if (passing->level[f] != experiment->isolation->baseline.level[f])
            add(&cube, factor, passing->level[f]);
        else if (count)
            add(&cube, factor, telling_level(experiment, passing, factor, levels, count, before));
    }
    return cube;
}

// Asks for a point with other levels in place of a flipped one that does not resolve.
static void try_other_levels(struct experiment *experiment, const struct cube *cube, unsigned point)
{
    for (unsigned i = 0; i < cube->count; i++) {
        unsigned char levels[LEVELS_MAX];
        if (point >> i & 1)
            continue;
        unsigned count = experiment_levels(experiment, cube->factor[i], levels);
        for (unsigned k = 0; k < count && k < 2; k++) {
            struct variant variant = variant_with(cube_variant(experiment, cube, point), cube->factor[i], levels[k]);
            if (levels[k] == cube->level[i] || !experiment->space->possible(&variant, NULL))
                continue;
            if (experiment_ask(experiment, &variant) == OBSERVED_NO_SIGNATURE || experiment_over(experiment))
                return;
        }
    }
}

static unsigned named_dimensions(const struct hypothesis *hypothesis)
{
    unsigned named = 0;
    for (unsigned k = 0; k < hypothesis->term_count; k++)
        named |= hypothesis->terms[k];
    return named;
}

// Takes the likeliest function. What others would name besides, which no trial that gives a result can tell from it, is
// undecided, unless they differ only at points that no connection can realise.
static void describe(const struct experiment *experiment, const struct hypothesis *best, struct cause *cause)
{
    static const double noticed = 1e-3;
    struct asking asking;
    struct questions open = experiment_questions(experiment, &asking);
    struct asking all = {.experiment = experiment, .impossible_only = true};
    struct questions possible = {open.price, &all};
    const struct belief *belief = &experiment->belief;
    double probability = hypothesis_probability(best);
    unsigned named = named_dimensions(best), others = 0;
    cause->function = *best;
    cause->literals = cause->undecided = 0;
    for (unsigned k = 0; k < best->term_count; k++) {
        for (unsigned term = best->terms[k]; term; term &= term - 1)
            cause->literals++;
    }
    for (unsigned i = 0; i < belief->count; i++) {
        const struct hypothesis *other = &belief->hypotheses[i];
        if (other != best && hypothesis_probability(other) > noticed * probability &&
            belief_differ(belief, &possible, best, other, NULL) && !belief_differ(belief, &open, best, other, NULL))
            others |= named_dimensions(other);
    }
    for (unsigned i = 0; i < cause->cube.count; i++) {
        if ((others & ~named) >> i & 1)
            cause->undecided |= 1u << cause->cube.factor[i];
    }
}

// Whether the latest results are all alike, and then what they were.
static bool alike(const struct experiment *experiment, unsigned from, enum observation *seen)
{
    unsigned count = 0;
    for (unsigned i = experiment->count; i-- > from && count < ALIKE_MAX;) {
        enum observation now = experiment_observe(experiment, experiment->trials[i]);
        if (now == OBSERVED_UNRESOLVED)
            continue;
        if (count++ && now != *seen)
            return false;
        *seen = now;
    }
    return count == ALIKE_MAX;
}

// Runs the trial of a point; where it gives no result again and again, something that stands in for it.
static void ask_point(struct experiment *experiment, const struct cube *cube, unsigned point)
{
    struct variant variant = cube_variant(experiment, cube, point);
    experiment->asks = "does it still fail?";
    const struct trial *trial = experiment_run(experiment, &variant, experiment_until(experiment, &variant));
    if (trial && experiment_observe(experiment, trial) == OBSERVED_UNRESOLVED &&
        !experiment_worth(experiment, &variant))
        try_other_levels(experiment, cube, point);
}

// Learns about the cube until one hypothesis stands out.
static enum narrowing learn(struct experiment *experiment, const struct variant *passing, struct cause *cause)
{
    unsigned from = experiment->count;
    if (cause->cube.count == 0)
        return NARROWED_TO_NOTHING;
    for (;;) {
        const struct hypothesis *best;
        enum observation seen = OBSERVED_UNRESOLVED;
        struct asking asking;
        uint32_t point;
        if (!experiment_believe(experiment, &cause->cube) || !(best = belief_best(&experiment->belief)))
            return NARROWED_TO_NOTHING;
        if (experiment_by_chance(experiment) && !hypothesis_holds(best, 0))
            return NARROWED_TO_CHANCE;
        struct questions questions = experiment_questions(experiment, &asking);
        bool noisy = belief_noisy(&experiment->belief) > 0.5;
        if (hypothesis_probability(best) >= (noisy ? CANDIDATE_NOISY : CANDIDATE) ||
            !belief_ask(&experiment->belief, &questions, &point, NULL)) {
            // Several trials of one variant that agree against it are no noise.
            if (contradicting(experiment, best, false))
                return NARROWED_TO_NOTHING;
            describe(experiment, best, cause);
            return cause->literals ? NARROWED : NARROWED_TO_NONE;
        }
        if (alike(experiment, from, &seen)) {
            from = experiment->count;
            point = seen == OBSERVED_SIGNATURE ? cube_point(experiment, &cause->cube, passing)
                                               : (1u << cause->cube.count) - 1;
        }
        ask_point(experiment, &cause->cube, point);
        if (experiment_over(experiment))
            return NARROWED_TO_NOTHING;
    }
}

struct idle {
    const struct experiment *experiment;
    const struct cause *cause;
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
    if (!fresh || !holds_alone(idle->cause, idle->term, cube_point(idle->experiment, &idle->cause->cube, variant)) ||
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

// What came of trying the levels that the cube left out.
enum idle_result { IDLE_SHOWN, IDLE_PASSED_IN_CUBE, IDLE_PASSED_ELSEWHERE };

// Repeats a pass that would make another cube until it can be believed.
static enum idle_result believe_pass(struct experiment *experiment, const struct cube *cube,
                                     const struct variant *variant, bool *accident)
{
    struct variant there = cube_variant(experiment, cube, cube_point(experiment, cube, variant));
    if (variant_equal(&there, variant))
        return IDLE_PASSED_IN_CUBE;
    for (;;) {
        struct tally tally = experiment_tally(experiment, variant);
        enum observation known = experiment_known(experiment, variant);
        *accident = known == OBSERVED_SIGNATURE;
        if (*accident)
            return IDLE_SHOWN;
        // Many levels are tried, so one of them may pass twice by accident where accidents were seen.
        unsigned enough = belief_noisy(&experiment->belief) > 0.5 ? 4 : 3;
        if (known == OBSERVED_NO_SIGNATURE && tally.no_signature >= enough)
            return IDLE_PASSED_ELSEWHERE;
        if (!experiment_worth(experiment, variant) ||
            !experiment_run(experiment, variant, experiment_until(experiment, variant)))
            return IDLE_PASSED_ELSEWHERE;
    }
}

// A conjunction is only whole if no level of any other factor takes the failure away while it holds: levels that the
// cube left out are tried together, and so are those of the cube. A trial without the signature is a new passing
// variant, or refutes the hypothesis.
static enum idle_result try_idle_levels(struct experiment *experiment, const struct cause *cause, unsigned term,
                                        struct variant *passing)
{
    uint32_t conditions = cause->function.terms[term];
    while (!experiment_over(experiment)) {
        struct idle idle = {.experiment = experiment, .cause = cause, .term = term};
        struct choices choices = {.space = experiment->space};
        bool accident = false;
        for (int f = 0; f < FACTOR_COUNT; f++) {
            unsigned char levels[LEVELS_MAX];
            enum factor factor = (enum factor)f;
            unsigned count =
                in_term(&cause->cube, conditions, factor) ? 0 : experiment_levels(experiment, factor, levels);
            choices.level[f][choices.count[f]++] = experiment->isolation->baseline.level[f];
            for (unsigned i = 0; i < count; i++) {
                idle.fresh[f][levels[i]] = !seen_with(experiment, cause, term, factor, levels[i]);
                choices.level[f][choices.count[f]++] = levels[i];
            }
        }
        struct variant variant;
        if (!choose_variant(&choices, score_idle, &idle, &variant))
            return IDLE_SHOWN;
        experiment->asks = "does it fail with this, too?";
        const struct trial *trial = experiment_run(experiment, &variant, experiment_until(experiment, &variant));
        if (!trial || experiment_observe(experiment, trial) != OBSERVED_NO_SIGNATURE)
            continue;
        enum idle_result result = believe_pass(experiment, &cause->cube, &variant, &accident);
        if (!accident) {
            *passing = variant;
            return result;
        }
    }
    return IDLE_SHOWN;
}

// A pass outside the cube that several trials agree on, against all that the cube can say: it makes a better cube.
static bool better_passing(const struct experiment *experiment, struct variant *found)
{
    const struct hypothesis *best = belief_best(&experiment->belief);
    const struct variant *variant = best ? contradicting(experiment, best, false) : NULL;
    if (!variant || experiment_over(experiment) || variant_equal(variant, found) ||
        experiment_known(experiment, variant) != OBSERVED_NO_SIGNATURE)
        return false;
    struct variant there =
        cube_variant(experiment, &experiment->belief_cube, cube_point(experiment, &experiment->belief_cube, variant));
    if (variant_equal(&there, variant))
        return false;
    *found = *variant;
    return true;
}

enum narrowing narrow(struct experiment *experiment, struct variant *found, struct cause *cause)
{
    bool same_cube = false;
    for (unsigned replacement = 0; replacement < REPLACEMENTS_MAX; replacement++) {
        enum phase phase = experiment->failure_phase;
        enum idle_result idle = IDLE_SHOWN;
        struct cube cube = same_cube ? cause->cube : make_cube(experiment, found, cause);
        *cause = (struct cause){.cube = cube};
        enum narrowing narrowing = learn(experiment, found, cause);
        if (narrowing == NARROWED_TO_NOTHING && better_passing(experiment, found)) {
            same_cube = false;
            continue;
        }
        if (narrowing != NARROWED)
            return narrowing;
        experiment->search_end = experiment->count;
        // The signature in a later phase than before makes further factors possible.
        same_cube = experiment->failure_phase == phase;
        if (!same_cube) {
            survey_levels(experiment);
            continue;
        }
        for (unsigned k = 0; k < cause->function.term_count && idle == IDLE_SHOWN; k++)
            idle = try_idle_levels(experiment, cause, k, found);
        if (experiment_over(experiment))
            return NARROWED_TO_NOTHING;
        same_cube = idle == IDLE_PASSED_IN_CUBE;
        if (idle == IDLE_SHOWN)
            return NARROWED;
    }
    return NARROWED_TO_NOTHING;
}

double none_probability(struct experiment *experiment)
{
    const struct cause none = {0};
    struct cube cube = make_cube(experiment, &experiment->isolation->baseline, &none);
    double sum = 0;
    if (cube.count == 0 || !experiment_believe(experiment, &cube))
        return 0;
    for (unsigned i = 0; i < experiment->belief.count; i++) {
        if (hypothesis_holds(&experiment->belief.hypotheses[i], 0))
            sum += hypothesis_probability(&experiment->belief.hypotheses[i]);
    }
    return sum;
}
