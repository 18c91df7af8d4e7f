// SPDX-License-Identifier: Apache-2.0
// What the trials make probable: hypotheses about the cause, each a disjunction of conjunctions over the dimensions of
// a cube, weighed by Bayes' rule together with how noisy the trials are. More conditions of a trigger never cure it, so
// all hypotheses are monotone. Beside them stands chance: that the target fails at some rate whatever the client does.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "analysis/chance.h"
#include "analysis/monotone.h"

enum {
    DIMENSIONS_MAX = 32, // of a point, a bit set
    HYPOTHESIS_TERMS_MAX = MONOTONE_TERMS_MAX,
    NOISES = 4 // levels of noise that are held possible
};

struct hypothesis {
    uint32_t terms[HYPOTHESIS_TERMS_MAX]; // conjunctions; the empty one: every variant fails, whatever the client does
    unsigned char term_count;
    double weight[NOISES]; // joint probability with each level of noise
};

struct belief {
    unsigned dimensions, count;
    struct hypothesis *hypotheses;    // owned
    double false_pass, false_failure; // expected noise
    // Against chance: what it makes of the trials so far, and the logarithm of how probable the hypotheses together
    // made them.
    struct chance chance;
    double log_likelihood;
};

// Starts with all causes of the family: every monotone function of up to MONOTONE_VARIABLES_MAX dimensions; of more,
// all conjunctions of up to three and all alternatives of two conjunctions of up to two, or of three single conditions;
// and "no cause". weight: how likely each dimension takes part, 1 being usual. False if memory is out; belief_clear()
// is due in both cases.
bool belief_init(struct belief *belief, unsigned dimensions, const double *weight);

// Frees. Safe on a zeroed belief.
void belief_clear(struct belief *belief);

// Learns what one trial at a point showed: the failure, or none. connection: how many connections were made before it.
void belief_learn(struct belief *belief, uint32_t point, bool failure, unsigned connection);

// The same of a trial that was chosen for what it showed, such as a pass that is only weighed because it is one: it
// tells hypotheses apart, but says nothing against chance.
void belief_learn_chosen(struct belief *belief, uint32_t point, bool failure);

// How much likelier the trials are if something at the client decides than by chance, of whatever kind and rate suits
// them best: a test martingale (Ville 1939; Shafer et al., "Test Martingales, Bayes Factors and p-Values", Statistical
// Science 26, 2011). On a target that fails by chance alone it ever reaches x with a probability of 1/x at most,
// however the trials are chosen and whenever they end.
double belief_against_chance(const struct belief *belief);

// How probable chance is, held possible before the first trial as one target in twenty, at any rate.
double belief_chance(const struct belief *belief);

// Whether a hypothesis says that the point fails.
bool hypothesis_holds(const struct hypothesis *hypothesis, uint32_t point);

// Its probability, whatever the noise.
double hypothesis_probability(const struct hypothesis *hypothesis);

// The most probable hypothesis; NULL if there is none left.
const struct hypothesis *belief_best(const struct belief *belief);

// How probable it is that a trial at the point would fail, without noise.
double belief_failing(const struct belief *belief, uint32_t point);

// How probable it is that trials of one variant disagree now and then.
double belief_noisy(const struct belief *belief);
