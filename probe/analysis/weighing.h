// SPDX-License-Identifier: Apache-2.0
// What the experiment's trials make of the hypotheses about a cube.
#pragma once

#include "analysis/cause.h"
#include "analysis/question.h"

// Brings the belief about the cube up to date. False if memory is out; the experiment is then over.
bool experiment_believe(struct experiment *experiment, const struct cube *cube);

// What may be asked about the cube of the belief; valid until the next trial. impossible: leave out only what no
// connection can realise, not what gave no result either.
struct asking {
    const struct experiment *experiment;
    bool impossible_only;
    bool resolved[FACTOR_COUNT][LEVELS_MAX], suspect[FACTOR_COUNT][LEVELS_MAX];
    const struct hypothesis *foretold; // unless NULL: only points that fail by it, or (not failing) that pass
    bool failing;
    unsigned preferred[2 * PAIRS_MAX], preferred_count; // points to be asked where they teach nearly as much as any
};
struct questions experiment_questions(const struct experiment *experiment, struct asking *asking);

// The cause as the belief's hypothesis, NULL if the trials have refuted it.
const struct hypothesis *cause_hypothesis(const struct experiment *experiment, const struct cause *cause);

// Whether trials of some variant were seen to disagree: a single trial may then be noise.
bool experiment_disagreed(const struct experiment *experiment);

// Whether the trials show that the target fails and works by chance or in turn, whatever the client does.
bool experiment_by_chance(const struct experiment *experiment);

// A variant that several trials agree about, against the hypothesis; NULL if there is none. any: a single trial will
// do.
const struct variant *contradicting(const struct experiment *experiment, const struct hypothesis *hypothesis, bool any);
