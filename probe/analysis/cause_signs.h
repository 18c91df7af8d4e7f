// SPDX-License-Identifier: Apache-2.0
// The kinds of evidence that single trials show.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "knowledge/causes.h"
#include "trial/fact.h"
#include "trial/trial.h"

enum { SIGN_FACTS_MAX = 3 };

// Whether the failure of one trial is of a kind.
struct sign {
    enum cause_evidence evidence;
    bool (*holds)(const struct trial *trial);
    // In which trials it must hold: all that show the failure, one of them, or all (at least one) that have the first
    // fact, however they ended.
    enum sign_scope { EVERY_FAILURE, SOME_FAILURE, EVERY_TRIAL_WITH } scope;
    enum fact facts[SIGN_FACTS_MAX];
    unsigned fact_count;
};

// The table from index 0; NULL past the last. Static.
const struct sign *sign_at(size_t index);
