// SPDX-License-Identifier: Apache-2.0
// The evidence that a run has for and against the known causes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/cause_signs.h"
#include "analysis/verdict.h"
#include "knowledge/causes.h"
#include "trial/fact.h"
#include "trial/trial.h"

enum { SHOWN_TRIALS_MAX = 8, SHOWN_FACTS_MAX = SIGN_FACTS_MAX };

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
