// SPDX-License-Identifier: Apache-2.0
// Runs made up for tests: trials with the facts that their servers would show, and what the experiment says of them.
#pragma once

#include "analysis/causes.h"

enum { MADE_TRIALS_MAX = 12 };

struct made_run {
    struct trial trials[MADE_TRIALS_MAX];
    const struct trial *list[MADE_TRIALS_MAX];
    size_t count;
    struct verdict verdict;
    struct cause_finding findings[CAUSE_COUNT]; // of find_made_causes()
};

// An empty run with the verdict not-reproduced.
void made_run_begin(struct made_run *run);
void made_run_end(struct made_run *run);

// Adds a whole trial with the default variant but for one level; it failed in the phase, or connected (FAMILY_NONE).
// Facts: protocol and TLS version of the variant, licensing role valid-client where it came that far, credentials.
struct trial *made_trial(struct made_run *run, enum factor factor, unsigned level, enum family family, uint32_t code,
                         enum phase phase);

// Sets the verdict: kind, and the signature of the first trial.
void made_verdict(struct made_run *run, enum verdict_kind kind);

// Names one level as the cause, with the trials that prove it.
void made_cause(struct made_run *run, enum factor factor, unsigned level, uint64_t failing, uint64_t passing);

// find_causes(), and the finding on one cause.
void find_made_causes(struct made_run *run);
const struct cause_finding *made_finding(const struct made_run *run, const char *id);

// Typical runs.
void made_denial_of_everybody(struct made_run *run);
void made_tls_cause(struct made_run *run);
void made_wrong_password(struct made_run *run);
void made_unknown_name(struct made_run *run);
void made_nla_only(struct made_run *run);
