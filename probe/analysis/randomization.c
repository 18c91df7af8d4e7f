// SPDX-License-Identifier: Apache-2.0
#include "analysis/randomization.h"

#include <math.h>

// Nobody bets all: noise is never ruled out.
static const double LEAST_FALSE_PASS = 0.02, LEAST_FALSE_FAILURE = 0.01;

void randomization_init(struct randomization *randomization, uint64_t seed)
{
    *randomization = (struct randomization){.state = seed};
}

// SplitMix64 (Steele, Lea, Flood 2014).
bool randomization_coin(struct randomization *randomization)
{
    uint64_t z = randomization->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (z ^ z >> 31) >> 63;
}

void randomization_learn(struct randomization *randomization, bool should_fail, bool failed, double false_pass,
                         double false_failure)
{
    const double fails[] = {fmax(false_failure, LEAST_FALSE_FAILURE), 1 - fmax(false_pass, LEAST_FALSE_PASS)};
    double foretold = failed ? fails[should_fail] : 1 - fails[should_fail];
    double either = failed ? fails[0] + fails[1] : 2 - fails[0] - fails[1];
    randomization->tosses++;
    randomization->log_stake += log(2 * foretold / either);
}

double randomization_against_order(const struct randomization *randomization)
{
    return exp(randomization->log_stake);
}
