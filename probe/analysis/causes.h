// SPDX-License-Identifier: Apache-2.0
// What a run makes of every known cause: supported, refuted or undecided, with the trials and facts that it rests on.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/verdict.h"
#include "knowledge/causes.h"
#include "trial/fact.h"
#include "trial/trial.h"

enum { BECAUSE_MAX = 8, BECAUSE_FACTS_MAX = 8, BECAUSE_EVIDENCE_MAX = 6 };

// The first trials of many are given.
struct cause_finding {
    const struct cause_row *cause;
    enum cause_status status;
    bool contradicts_protocol; // as an explanation of 0x3/0x7, whatever the status says of the failure of this run
    enum cause_evidence evidence[BECAUSE_EVIDENCE_MAX]; // what decided; both kinds, where it contradicts itself
    unsigned evidence_count;
    uint64_t because[BECAUSE_MAX]; // numbers of trials, ascending
    unsigned because_count;
    enum fact facts[BECAUSE_FACTS_MAX];
    unsigned fact_count;
};

// Judges every cause by the trials of a run (in any order) and its verdict. Without a failure that was studied, all are
// undecided.
void find_causes(const struct verdict *verdict, const struct trial *const *trials, size_t count,
                 struct cause_finding findings[CAUSE_COUNT]);

// A new JSON array of {"id","status","because","facts"}, and "contradicts_protocol" where it is true; NULL if memory is
// out. Caller owns it.
json_t *causes_to_json(const struct cause_finding findings[CAUSE_COUNT]);

// Puts the findings into a record of verdict_to_json(), as member "causes". Returns false if memory is out.
bool verdict_set_causes(json_t *verdict, const struct cause_finding findings[CAUSE_COUNT]);
