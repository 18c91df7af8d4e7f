// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

// A number that looks random and depends on nothing but its arguments, so that runs can be repeated whatever order the
// connections end in. The mixing function is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
// generators, OOPSLA 2014).
static inline uint64_t lab_random(uint64_t seed, uint64_t connection, uint64_t index)
{
    uint64_t value = seed + connection * UINT64_C(0x9E3779B97F4A7C15) + index * UINT64_C(0xD1B54A32D192ED03);
    for (int round = 0; round < 2; round++) {
        value += UINT64_C(0x9E3779B97F4A7C15);
        value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
        value ^= value >> 31;
    }
    return value;
}
