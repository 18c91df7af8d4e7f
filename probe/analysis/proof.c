// SPDX-License-Identifier: Apache-2.0
// Proves a cause by repeated minimal pairs.
#include "analysis/proof.h"

#include <math.h>

#include "analysis/levels.h"
#include "analysis/session_proof.h"
#include "analysis/weighing.h"

enum { TURNS_MAX = 64 };

// So probable a cause must be, beside all other causes of the family and with the noise that the trials show.
static const double SURE = 0.98;

// So much likelier than by chance, and than by the order in which they were run, the trials must be: a target that does
// not look at the factor is blamed on it once in so many runs at most.
static const double AGAINST_CHANCE = 300, AGAINST_ORDER = 100;

// So little is left of the bet where the trials do not do what the cause foretells.
static const double RUINED = 1e-6;

struct proof_pair {
    enum factor factor;
    struct variant failing, passing;
};

struct pairs {
    struct proof_pair pair[PAIRS_MAX];
    unsigned count;
};

static unsigned size_of(unsigned point)
{
    unsigned size = 0;
    for (; point; point &= point - 1)
        size++;
    return size;
}

static struct variant flipped(const struct variant *variant, const struct cube *cube, unsigned dimension)
{
    return variant_with(*variant, cube->factor[dimension], cube->level[dimension]);
}

// How good a point is for the pair of a condition: with no other alternative at work if such trials are possible; then
// those nearest to the baseline, which are the easiest to understand, leave all that the cause does not name as the
// user has it, and pass only if nothing else is a cause; then trials that were run before.
static int merit(const struct experiment *experiment, const struct cause *cause, unsigned term, unsigned condition,
                 unsigned point, struct proof_pair *pair)
{
    if ((cause->function.terms[term] & point) != cause->function.terms[term] ||
        !cube_possible(experiment, &cause->cube, point))
        return -1;
    pair->factor = cause->cube.factor[condition];
    pair->failing = cube_variant(experiment, &cause->cube, point);
    pair->passing = flipped(&pair->failing, &cause->cube, condition);
    if (!experiment->space->possible(&pair->passing, NULL) ||
        hypothesis_holds(&cause->function, cube_point(experiment, &cause->cube, &pair->passing)))
        return -1;
    return 512 * holds_alone(cause, term, point) + 256 * !ends_otherwise(experiment, &pair->passing) +
           4 * (int)size_of(point) + (experiment_known(experiment, &pair->failing) == OBSERVED_SIGNATURE) +
           (experiment_known(experiment, &pair->passing) == OBSERVED_NO_SIGNATURE);
}

enum { CANDIDATES_MAX = 1 << 12 };

// The n-th point to look at: all of them, or where there are too many those from which the fewest conditions are taken.
static bool point_at(const struct cube *cube, unsigned n, unsigned *point)
{
    unsigned full = (1u << cube->count) - 1, count = cube->count;
    if (full < CANDIDATES_MAX) {
        *point = n;
        return n <= full;
    }
    unsigned a = n % (count + 1), b = n / (count + 1) % (count + 1), c = n / ((count + 1) * (count + 1));
    *point = full & ~(a ? 1u << (a - 1) : 0) & ~(b ? 1u << (b - 1) : 0) & ~(c ? 1u << (c - 1) : 0);
    return c <= count;
}

// Whether the variant has given a result, or may yet.
static bool can_be_had(const struct experiment *experiment, const struct variant *variant)
{
    struct tally tally = experiment_tally(experiment, variant);
    return tally.signature || tally.no_signature || experiment_worth(experiment, variant);
}

// The best pair for a condition; no trial of it need have been run yet.
static bool find_pair(const struct experiment *experiment, const struct cause *cause, unsigned term, unsigned condition,
                      struct proof_pair *pair)
{
    int best = -1;
    unsigned point;
    struct proof_pair other;
    for (unsigned n = 0; point_at(&cause->cube, n, &point); n++) {
        int value = merit(experiment, cause, term, condition, point, &other);
        if (value <= best || !can_be_had(experiment, &other.failing) || !can_be_had(experiment, &other.passing))
            continue;
        best = value;
        *pair = other;
    }
    return best >= 0;
}

// A pair for each condition of each alternative. False if one cannot be had.
static bool find_pairs(const struct experiment *experiment, const struct cause *cause, struct pairs *pairs)
{
    pairs->count = 0;
    for (unsigned k = 0; k < cause->function.term_count; k++) {
        for (unsigned i = 0; i < cause->cube.count; i++) {
            if ((cause->function.terms[k] >> i & 1) &&
                !find_pair(experiment, cause, k, i, &pairs->pair[pairs->count++]))
                return false;
        }
    }
    return true;
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

// Whether a pair was seen in both orders: a pass after a failure, and a failure after a pass. A change of the target in
// the middle of the run shows there.
static bool both_orders(const struct tally *failing, const struct tally *passing)
{
    return failing->first_signature < passing->last_no_signature &&
           passing->first_no_signature < failing->last_signature;
}

// The next trial that a pair needs. False if it needs none.
static bool needs(const struct experiment *experiment, const struct proof_pair *pair, struct variant *variant)
{
    struct tally failing = experiment_tally(experiment, &pair->failing);
    struct tally passing = experiment_tally(experiment, &pair->passing);
    bool fail = failing.signature < failures_needed(experiment) ||
                experiment_known(experiment, &pair->failing) != OBSERVED_SIGNATURE;
    // A condition stands by its own passes alone: where a variant that fails passes now and then, by more of them.
    unsigned passes = experiment->confirmations + (experiment_disagreed(experiment) ? 2 : 0);
    bool pass = passing.no_signature < passes || experiment_known(experiment, &pair->passing) != OBSERVED_NO_SIGNATURE;
    if (!fail && !pass && !both_orders(&failing, &passing)) {
        fail = failing.last_signature < passing.first_no_signature;
        pass = !fail;
    }
    *variant = fail ? pair->failing : pair->passing;
    return fail || pass;
}

enum should { SHOULD_FAIL = 1, SHOULD_PASS = 2 };

// Of what the pairs still need (all: of all of them), the variant that was seen least, on some sides. False if there is
// none.
static bool pairs_need(const struct experiment *experiment, const struct pairs *pairs, unsigned sides, bool all,
                       struct variant *variant)
{
    unsigned fewest = ~0u;
    for (unsigned i = 0; i < 2 * pairs->count; i++) {
        const struct proof_pair *pair = &pairs->pair[i / 2];
        const struct variant *candidate = i % 2 ? &pair->passing : &pair->failing;
        struct variant needed;
        if (!(sides & (i % 2 ? SHOULD_PASS : SHOULD_FAIL)) ||
            (!all && !(needs(experiment, pair, &needed) && variant_equal(&needed, candidate))))
            continue;
        struct tally tally = experiment_tally(experiment, candidate);
        unsigned seen = tally.signature + tally.no_signature + tally.unresolved;
        if (seen < fewest) {
            fewest = seen;
            *variant = *candidate;
        }
    }
    return fewest != ~0u;
}

// The trial that makes the cause sure soonest, of the sides that the coin left: what speaks against it, what tells it
// from other causes (one of a pair where that is about as good), what the pairs still need; anyhow: else any of theirs.
// False if there is none.
static bool best_trial(const struct experiment *experiment, const struct cause *cause, const struct pairs *pairs,
                       double confidence, unsigned sides, bool anyhow, struct variant *variant)
{
    struct asking asking;
    uint32_t point;
    struct questions questions = experiment_questions(experiment, &asking);
    const struct variant *against = contradicting(experiment, &cause->function, true);
    const bool one_side = sides != (SHOULD_FAIL | SHOULD_PASS), failing = sides & SHOULD_FAIL;
    if (one_side) {
        asking.foretold = &cause->function;
        asking.failing = failing;
    }
    for (unsigned i = 0; i < pairs->count && one_side; i++) {
        asking.preferred[asking.preferred_count++] = cube_point(experiment, &cause->cube, &pairs->pair[i].failing);
        asking.preferred[asking.preferred_count++] = cube_point(experiment, &cause->cube, &pairs->pair[i].passing);
    }
    if (against &&
        (!one_side || hypothesis_holds(&cause->function, cube_point(experiment, &cause->cube, against)) == failing))
        *variant = *against;
    else if (confidence < SURE && belief_ask(&experiment->belief, &questions, &point, NULL))
        *variant = cube_variant(experiment, &cause->cube, point);
    else
        return pairs_need(experiment, pairs, sides, false, variant) ||
               (anyhow && pairs_need(experiment, pairs, sides, true, variant));
    return true;
}

// Runs the next trial of the proof: while a bet is on, a coin says whether one that should fail or one that should not.
// False if that is the end, and *proof what came of it.
static bool goes_on(struct experiment *experiment, const struct cause *cause, const struct pairs *pairs,
                    double confidence, enum proof *proof)
{
    struct variant variant;
    bool bet = randomization_against_order(&experiment->randomization) < AGAINST_ORDER ||
               belief_against_chance(&experiment->belief) < AGAINST_CHANCE;
    bool failing = bet && randomization_coin(&experiment->randomization);
    unsigned sides = !bet ? SHOULD_FAIL | SHOULD_PASS : failing ? SHOULD_FAIL : SHOULD_PASS;
    *proof = bet ? NOT_PROVED : PROVED;
    if (!best_trial(experiment, cause, pairs, confidence, sides, bet || confidence < SURE, &variant))
        return false;
    *proof = NOT_PROVED;
    if (experiment_tally(experiment, &variant).unresolved > UNRESOLVED_MAX)
        return false;
    experiment->asks = "the same again, to be sure";
    const struct trial *trial = experiment_run(experiment, &variant, experiment_until(experiment, &variant));
    if (!trial)
        return false;
    enum observation seen = experiment_observe(experiment, trial);
    if (bet && seen != OBSERVED_UNRESOLVED)
        randomization_learn(&experiment->randomization, failing, seen == OBSERVED_SIGNATURE,
                            experiment->belief.false_pass, experiment->belief.false_failure);
    return true;
}

// Runs what the proof takes: minimal pairs again and again, failing and passing trials interleaved, and whatever else
// could refute the cause, until the trials make it sure.
static enum proof confirm(struct experiment *experiment, const struct cause *cause, struct pairs *pairs,
                          double *confidence, const char **gap)
{
    for (unsigned turn = 0;; turn++) {
        struct asking asking;
        if (!experiment_believe(experiment, &cause->cube))
            return NOT_PROVED;
        const struct hypothesis *mine = cause_hypothesis(experiment, cause);
        if (!mine)
            return REFUTED;
        if (contradicting(experiment, mine, false))
            return REFUTED;
        struct questions questions = experiment_questions(experiment, &asking);
        *confidence = belief_class(&experiment->belief, &questions, mine);
        if (*confidence < 0.5)
            return REFUTED;
        *gap = "no pair of trials that differ in one factor alone could be had for each factor";
        if (!find_pairs(experiment, cause, pairs))
            return NOT_PROVED;
        *gap = belief_against_chance(&experiment->belief) < AGAINST_CHANCE && experiment_disagreed(experiment)
                   ? "the same variants fail and pass with nothing changed, and the difference may be a coincidence"
                   : "a minimal pair could not be repeated until it was sure";
        if (experiment_by_chance(experiment))
            return NOT_PROVED;
        enum proof proof = NOT_PROVED;
        if (turn > TURNS_MAX || !goes_on(experiment, cause, pairs, *confidence, &proof))
            return proof;
        *gap = "trials that were run in a random order do not do what it foretells";
        if (randomization_against_order(&experiment->randomization) < RUINED)
            return NOT_PROVED;
    }
}

static void name_cause(const struct experiment *experiment, const struct cause *cause, struct verdict *verdict)
{
    for (unsigned k = 0; k < cause->function.term_count; k++) {
        struct conjunction *conjunction = &verdict->alternatives[verdict->alternative_count++];
        *conjunction = (struct conjunction){.count = 0};
        for (unsigned i = 0; i < cause->cube.count; i++) {
            enum factor factor = cause->cube.factor[i];
            if (cause->function.terms[k] >> i & 1)
                conjunction->conditions[conjunction->count++] =
                    (struct condition){factor, experiment->isolation->baseline.level[factor]};
        }
    }
}

enum proof prove(struct experiment *experiment, const struct cause *cause, struct verdict *verdict, const char **gap)
{
    struct pairs pairs;
    if (cause->function.term_count > ALTERNATIVES_MAX || cause->literals > PAIRS_MAX) {
        *gap = "the trials fit only a cause with more alternatives than can be proved";
        return NOT_PROVED;
    }
    enum proof proof = confirm(experiment, cause, &pairs, &verdict->confidence, gap);
    if (proof != PROVED)
        return proof;
    // The trials ended when they looked good enough: no more than the test against chance allows for that is claimed.
    verdict->confidence = fmin(verdict->confidence, 1 - 1 / belief_against_chance(&experiment->belief));
    name_cause(experiment, cause, verdict);
    for (unsigned i = 0; i < pairs.count; i++) {
        const struct proof_pair *pair = &pairs.pair[i];
        verdict->pairs[verdict->pair_count++] =
            (struct minimal_pair){pair->factor, experiment_trial(experiment, &pair->failing, OBSERVED_SIGNATURE),
                                  experiment_trial(experiment, &pair->passing, OBSERVED_NO_SIGNATURE)};
    }
    return PROVED;
}

bool still_sure(struct experiment *experiment, const struct cause *cause)
{
    struct asking asking;
    if (!experiment_believe(experiment, &cause->cube))
        return false;
    struct questions questions = experiment_questions(experiment, &asking);
    const struct hypothesis *mine = cause_hypothesis(experiment, cause);
    return mine && belief_class(&experiment->belief, &questions, mine) >= SURE;
}

enum state state_of(const struct experiment *experiment, const struct cause *cause, const struct verdict *verdict,
                    unsigned dimension, const struct trial *trial)
{
    enum factor factor = cause->cube.factor[dimension];
    if (experiment->rules->moot(&trial->variant) >> factor & 1)
        return STATE_OFF; // no level of it does anything there
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
        if (seen != experiment_known(experiment, &trial->variant))
            continue; // an accident, by what the other trials of the variant say
        struct tally tally = experiment_tally(experiment, &trial->variant);
        if (tally.signature + tally.no_signature == 1 && experiment_disagreed(experiment))
            continue; // weighed already
        if (experiment_evades(experiment, &trial->variant) && !cube_evades(experiment, &cause->cube))
            continue;
        bool in_cube = true, certain = false, excluded = true;
        for (unsigned i = 0; i < cause->cube.count; i++) {
            unsigned level = trial->variant.level[cause->cube.factor[i]];
            in_cube = in_cube && (level == cause->cube.level[i] ||
                                  level == experiment->isolation->baseline.level[cause->cube.factor[i]]);
        }
        for (unsigned k = 0; k < cause->function.term_count; k++) {
            bool all_on = true, some_off = false;
            for (unsigned i = 0; i < cause->cube.count; i++) {
                if (!(cause->function.terms[k] >> i & 1))
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
