// SPDX-License-Identifier: Apache-2.0
// The evidence that a run has for and against the known causes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/isolation.h"
#include "knowledge/causes.h"
#include "trial/fact.h"

enum { SHOWN_TRIALS_MAX = 8, SHOWN_FACTS_MAX = 3 };

// What shows a piece of evidence.
struct shown {
    bool is;
    uint64_t trials[SHOWN_TRIALS_MAX]; // numbers of the first of them
    unsigned trial_count;
    enum fact facts[SHOWN_FACTS_MAX];
    unsigned fact_count;
};

// Gathers all evidence. Nothing is shown where no failure was studied, or none was seen.
void gather_evidence(const struct verdict *verdict, const struct trial *const *trials, size_t count,
                     struct shown shown[EVIDENCE_COUNT]);

// Of cause_signs.c: whether the failure of one trial is of a kind.
struct sign {
    enum cause_evidence evidence;
    bool (*holds)(const struct trial *trial);
    // In which trials it must hold: all that show the failure, one of them, or all (at least one) that have the first
    // fact, however they ended.
    enum sign_scope { EVERY_FAILURE, SOME_FAILURE, EVERY_TRIAL_WITH } scope;
    enum fact facts[SHOWN_FACTS_MAX];
    unsigned fact_count;
};

// The table from index 0; NULL past the last. Static.
const struct sign *sign_at(size_t index);
