// SPDX-License-Identifier: Apache-2.0
// Trials in an order that nobody could foresee. What a target does by itself (machines in turn, a limit of connections
// a second, a good and a bad hour) can follow the count or the time of trials, and an order that alternates follows
// those too. Where a fair coin says before each trial whether it is one that should fail or one that should not, any
// such target agrees with half of them: so much can be bet on that (Fisher, "The Design of Experiments", 1935, II).
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct randomization {
    uint64_t state;   // of the generator
    unsigned tosses;  // trials that were chosen by the coin and gave a result
    double log_stake; // natural logarithm of what the bets have come to
};

// Starts with a seed; the same seed makes the same order.
void randomization_init(struct randomization *randomization, uint64_t seed);

// A fair coin: true for a trial that should fail.
bool randomization_coin(struct randomization *randomization);

// What became of a trial that the coin chose: whether it should have failed, and whether it did. false_pass,
// false_failure: the noise that was to be expected before it.
void randomization_learn(struct randomization *randomization, bool should_fail, bool failed, double false_pass,
                         double false_failure);

// How much likelier the trials that the coin chose are if the cause holds than if nothing at the client decides: a test
// martingale. On a target that does not look at what the coin decides it ever reaches x with a probability of 1/x at
// most, whatever else the target does, whenever the experiment ends, and however many causes are tried (Ville 1939).
double randomization_against_order(const struct randomization *randomization);
