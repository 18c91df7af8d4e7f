// SPDX-License-Identifier: Apache-2.0
#include "analysis/belief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What noise is held possible before the first trial. Trials of one variant mostly agree; a server behind a balancer,
// or one that denies now and then, makes false passes more often than false failures. Any weights make a valid test
// against chance; `test` has more on what noise hides, where trials are dearest.
static const struct {
    double prior, test, false_pass, false_failure;
} noises[NOISES] = {
    {0.70, 0.25, 0.002, 0.001}, {0.24, 0.65, 0.10, 0.03}, {0.04, 0.07, 0.30, 0.06}, {0.02, 0.03, 0.50, 0.10}};

enum { SMALL_PAIRS_MAX = 200 }; // pairs of dimensions up to which two conjunctions of two are held possible
static const double CONDITION_PRIOR = 1.0 / 8; // each further condition makes a cause rarer (NIST interaction rule)
static const double SHAPE_PRIOR = 1.0 / 6;     // shapes that are rare besides
static const double NONE_PRIOR = 0.1;          // nothing at the client decides
// Where trials err, a prior that much prefers few conditions would stop at a part of the cause: there all causes of
// the usual shapes are nearly alike, and rare shapes keep about the share that they have without noise.
static const double NOISY_CONDITION_PRIOR = 0.7;
static const double NOISY_SHAPE_PRIOR = 20.0 / 6;
static const double CHANCE_PRIOR = 0.05;
static const double FORGOTTEN = 1e-9; // of the best one's probability: never comes back

static double weight_of(const struct belief *belief, const double *weight, uint32_t term, double condition_prior)
{
    double value = 1;
    for (unsigned i = 0; i < belief->dimensions; i++) {
        if (term >> i & 1)
            value *= condition_prior * weight[i];
    }
    return value;
}

static void add(struct belief *belief, const double *weight, bool rare, const uint32_t *terms, unsigned count)
{
    struct hypothesis *hypothesis = &belief->hypotheses[belief->count++];
    *hypothesis = (struct hypothesis){.term_count = (unsigned char)count};
    for (unsigned j = 0; j < NOISES; j++) {
        bool alike = j && !rare;
        double prior = !rare ? 1 : j ? NOISY_SHAPE_PRIOR : SHAPE_PRIOR;
        for (unsigned k = 0; k < count; k++)
            prior *= weight_of(belief, weight, terms[k], alike ? NOISY_CONDITION_PRIOR : CONDITION_PRIOR);
        hypothesis->weight[j] = prior;
    }
    for (unsigned k = 0; k < count; k++)
        hypothesis->terms[k] = terms[k];
}

// Gives each noise its prior, and "nothing at the client decides" its share of each.
static void share_out(struct belief *belief)
{
    double total[NOISES] = {0};
    for (unsigned i = 0; i < belief->count; i++) {
        for (unsigned j = 0; j < NOISES && belief->hypotheses[i].terms[0]; j++)
            total[j] += belief->hypotheses[i].weight[j];
    }
    for (unsigned i = 0; i < belief->count; i++) {
        struct hypothesis *hypothesis = &belief->hypotheses[i];
        for (unsigned j = 0; j < NOISES; j++)
            hypothesis->weight[j] =
                noises[j].prior *
                (hypothesis->terms[0] ? (1 - NONE_PRIOR) * hypothesis->weight[j] / total[j] : NONE_PRIOR);
    }
}

static unsigned size_of(uint32_t term)
{
    unsigned size = 0;
    for (; term; term &= term - 1)
        size++;
    return size;
}

// One conjunction of up to three, or one of two conditions.
static bool usual(const uint32_t *terms, unsigned count)
{
    return count == 1 ? size_of(terms[0]) <= 3 : count == 2 && size_of(terms[0]) == 1 && size_of(terms[1]) == 1;
}

static bool add_all_monotone(struct belief *belief, const double *weight)
{
    monotone *all = malloc(MONOTONE_COUNT_MAX * sizeof *all);
    belief->hypotheses = malloc(MONOTONE_COUNT_MAX * sizeof *belief->hypotheses);
    if (all && belief->hypotheses) {
        unsigned count = monotone_all(belief->dimensions, all);
        for (unsigned i = 0; i < count; i++) {
            unsigned terms[MONOTONE_TERMS_MAX], literals;
            unsigned n = monotone_terms(all[i], belief->dimensions, terms, &literals);
            uint32_t sets[MONOTONE_TERMS_MAX];
            for (unsigned k = 0; k < n; k++)
                sets[k] = terms[k];
            // That nothing ever fails is refuted: the failure was reproduced.
            if (n)
                add(belief, weight, !usual(sets, n), sets, n);
        }
    }
    free(all);
    return all && belief->hypotheses;
}

// Two conjunctions of two conditions; they may share one.
static void add_double_pairs(struct belief *belief, const double *weight, const uint32_t *pairs, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        for (unsigned k = i + 1; k < count; k++)
            add(belief, weight, true, (const uint32_t[]){pairs[i], pairs[k]}, 2);
    }
}

static bool add_family(struct belief *belief, const double *weight)
{
    unsigned n = belief->dimensions, pair_count = 0, room = n * (n - 1) / 2;
    size_t most = 1 + n + 2 * room + 2 * ((size_t)room * (n - 2) / 3) + (size_t)n * room;
    bool doubles = room <= SMALL_PAIRS_MAX;
    uint32_t *pairs = malloc(room * sizeof *pairs);
    most += doubles ? (size_t)room * (room - 1) / 2 : 0;
    belief->hypotheses = malloc(most * sizeof *belief->hypotheses);
    if (!pairs || !belief->hypotheses) {
        free(pairs);
        return false;
    }
    add(belief, weight, false, (const uint32_t[]){0}, 1);
    for (unsigned a = 0; a < n; a++) {
        uint32_t one = 1u << a;
        add(belief, weight, false, &one, 1);
        for (unsigned b = a + 1; b < n; b++) {
            uint32_t other = 1u << b, both = one | other;
            pairs[pair_count++] = both;
            add(belief, weight, false, &both, 1);
            add(belief, weight, false, (const uint32_t[]){one, other}, 2);
            for (unsigned c = 0; c < n; c++) {
                uint32_t third = 1u << c;
                if (c != a && c != b)
                    add(belief, weight, true, (const uint32_t[]){third, both}, 2);
                if (c <= b)
                    continue;
                add(belief, weight, false, (const uint32_t[]){both | third}, 1);
                add(belief, weight, true, (const uint32_t[]){one, other, third}, 3);
            }
        }
    }
    if (doubles)
        add_double_pairs(belief, weight, pairs, pair_count);
    free(pairs);
    return true;
}

double hypothesis_probability(const struct hypothesis *hypothesis)
{
    double total = 0;
    for (unsigned j = 0; j < NOISES; j++)
        total += hypothesis->weight[j];
    return total;
}

// Normalises, forgets what cannot come back, and says what noise is to be expected. Returns the logarithm of what the
// weights came to.
static double settle(struct belief *belief)
{
    double total = 0, noise[NOISES] = {0}, best = 0;
    unsigned kept = 0;
    for (unsigned i = 0; i < belief->count; i++) {
        double probability = hypothesis_probability(&belief->hypotheses[i]);
        total += probability;
        best = probability > best ? probability : best;
    }
    for (unsigned i = 0; i < belief->count && total > 0; i++) {
        struct hypothesis *hypothesis = &belief->hypotheses[i];
        if (hypothesis_probability(hypothesis) < best * FORGOTTEN)
            continue;
        for (unsigned j = 0; j < NOISES; j++) {
            hypothesis->weight[j] /= total;
            noise[j] += hypothesis->weight[j];
        }
        belief->hypotheses[kept++] = *hypothesis;
    }
    belief->count = kept;
    belief->false_pass = belief->false_failure = 0;
    for (unsigned j = 0; j < NOISES; j++) {
        belief->false_pass += noise[j] * noises[j].false_pass;
        belief->false_failure += noise[j] * noises[j].false_failure;
    }
    return total > 0 ? log(total) : 0;
}

bool belief_init(struct belief *belief, unsigned dimensions, const double *weight)
{
    *belief = (struct belief){.dimensions = dimensions};
    bool ok = dimensions <= MONOTONE_VARIABLES_MAX ? add_all_monotone(belief, weight) : add_family(belief, weight);
    if (!ok)
        return false;
    share_out(belief);
    settle(belief);
    return true;
}

void belief_clear(struct belief *belief)
{
    free(belief->hypotheses);
    *belief = (struct belief){0};
}

bool hypothesis_holds(const struct hypothesis *hypothesis, uint32_t point)
{
    for (unsigned k = 0; k < hypothesis->term_count; k++) {
        if ((hypothesis->terms[k] & ~point) == 0)
            return true;
    }
    return false;
}

static double learn(struct belief *belief, uint32_t point, bool failure)
{
    for (unsigned i = 0; i < belief->count; i++) {
        struct hypothesis *hypothesis = &belief->hypotheses[i];
        bool holds = hypothesis_holds(hypothesis, point);
        for (unsigned j = 0; j < NOISES; j++) {
            double fails = holds ? 1 - noises[j].false_pass : noises[j].false_failure;
            hypothesis->weight[j] *= failure ? fails : 1 - fails;
        }
    }
    return settle(belief);
}

void belief_learn(struct belief *belief, uint32_t point, bool failure, unsigned connection)
{
    belief->log_likelihood += learn(belief, point, failure);
    chance_learn(&belief->chance, connection, failure);
}

void belief_learn_chosen(struct belief *belief, uint32_t point, bool failure)
{
    learn(belief, point, failure);
}

double belief_against_chance(const struct belief *belief)
{
    double weight = 0;
    for (unsigned i = 0; i < belief->count; i++) {
        const struct hypothesis *hypothesis = &belief->hypotheses[i];
        for (unsigned j = 0; j < NOISES && !hypothesis_holds(hypothesis, 0); j++)
            weight += hypothesis->weight[j] * noises[j].test / noises[j].prior;
    }
    return weight * exp(belief->log_likelihood - chance_at_best(&belief->chance));
}

double belief_chance(const struct belief *belief)
{
    // Every rate alike before the first trial: a beta function.
    const struct chance_count *all = &belief->chance.all;
    double chance = lgamma(all->failures + 1.0) + lgamma(all->passes + 1.0) - lgamma(all->failures + all->passes + 2.0);
    return 1 / (1 + (1 - CHANCE_PRIOR) / CHANCE_PRIOR * exp(belief->log_likelihood - chance));
}

const struct hypothesis *belief_best(const struct belief *belief)
{
    const struct hypothesis *best = NULL;
    double highest = 0;
    for (unsigned i = 0; i < belief->count; i++) {
        double probability = hypothesis_probability(&belief->hypotheses[i]);
        // Equals differ by rounding at most; the first of them is the simpler one.
        if (probability > highest * (1 + 1e-9)) {
            highest = probability;
            best = &belief->hypotheses[i];
        }
    }
    return best;
}

double belief_failing(const struct belief *belief, uint32_t point)
{
    double sum = 0;
    for (unsigned i = 0; i < belief->count; i++) {
        if (hypothesis_holds(&belief->hypotheses[i], point))
            sum += hypothesis_probability(&belief->hypotheses[i]);
    }
    return sum;
}

double belief_noisy(const struct belief *belief)
{
    double quiet = 0;
    for (unsigned i = 0; i < belief->count; i++)
        quiet += belief->hypotheses[i].weight[0];
    return quiet < 1 ? 1 - quiet : 0;
}
