// SPDX-License-Identifier: Apache-2.0
// An oracle with a known cause, for the benchmark of isolation: abstract factors, noise, and a judge of verdicts.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "analysis/isolation.h"

enum { ORACLE_FACTORS_MAX = 20, ORACLE_TERMS = 2, ORACLE_TRIALS = 256 };

// Where a coin decides: in every variant, in the baseline alone, or in those alone that share no level with it. Or the
// count of connections does in every variant: one of some machines in turn fails; or so many fail and as many pass.
enum coin_place { COIN_NOWHERE, COIN_EVERYWHERE, COIN_AT_BASELINE, COIN_FAR_FROM_IT, COIN_IN_TURN, COIN_IN_BURSTS };

struct oracle {
    unsigned factors; // how many: 12, or with two levels ORACLE_FACTORS_MAX
    unsigned levels;  // of every factor
    bool constrained; // not all levels go together
    struct variant baseline;
    unsigned term_count;                    // 0: nobody fails
    unsigned terms[ORACLE_TERMS];           // bit sets of factors; 0: everybody fails
    unsigned char triggers[ORACLE_FACTORS_MAX]; // bit sets of levels
    double false_pass, false_failure, unresolved;
    double coin;             // a trial fails at this rate, whatever its variant,
    enum coin_place coin_at; // here; elsewhere the terms decide
    unsigned in_turn;        // how many machines, or how long a burst
    uint64_t first;          // which of them the first connection meets
    unsigned change_after;   // trials until the target changes for good; 0: never
    bool broken;             // from then on everybody fails; else nobody does
    uint64_t seed;
    struct trial trials[ORACLE_TRIALS];
    unsigned count;
};

// The factors as an experiment needs them.
const struct factor_space *oracle_space(const struct oracle *oracle);

// A baseline and levels that trigger, drawn by the seed: with more than two levels, one, or all up or down to some one.
void oracle_draw(struct oracle *oracle, uint64_t seed);

// The callback of struct isolation; its context is a struct oracle.
const struct trial *oracle_run(void *context, const struct variant *variant, enum phase until);

// What fails, without noise and before any change.
bool oracle_fails(const struct oracle *oracle, const struct variant *variant);

enum judgement { JUDGED_EXACT, JUDGED_INCOMPLETE, JUDGED_INCONCLUSIVE, JUDGED_MISSED, JUDGED_FALSE };

// Exact: names what triggers, or that nothing at the client does (both up to what no possible variant tells apart).
// Incomplete: names nothing wrong, but not all. Missed: says that nothing at the client decides though something does.
// False: names a factor that has no part in it; where a coin decides, any. That everybody fails is right of a target
// that broke.
enum judgement oracle_judge(const struct oracle *oracle, const struct verdict *verdict);

// One factor at a time from the failing side (each changed alone; what cures is said to trigger, all of it together)
// and from the passing side (each set back alone; what fails is said to trigger by itself). Whether that names the
// cause.
bool oracle_one_at_a_time(struct oracle *oracle, bool from_passing, unsigned *trials);
