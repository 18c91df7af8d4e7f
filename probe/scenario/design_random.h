// SPDX-License-Identifier: Apache-2.0
// Seeded chance for designs: the same on every machine (SplitMix64, Steele et al., OOPSLA 2014).
#pragma once

#include <stdint.h>

struct design_random {
    uint64_t state;
};

static inline uint64_t random_next(struct design_random *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// A number from 0 to n - 1; n is at least 1.
static inline uint32_t random_below(struct design_random *random, uint32_t n)
{
    return (uint32_t)(((random_next(random) >> 32) * n) >> 32);
}
