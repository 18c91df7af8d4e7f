// SPDX-License-Identifier: Apache-2.0
// What came of the variants besides a baseline that works.
#pragma once

#include <stddef.h>

#include "analysis/experiment.h"

// Each variant counts once, by its whole trials.
struct others {
    unsigned active;            // was active, and had what it was to have
    unsigned failed;            // was never active, and failed
    unsigned barred;            // neither: this machine could not do it, or it was not in effect
    const struct trial *bar;    // the first such trial
    const struct trial *common; // the first trial of the failure that most of them show
    unsigned alike;             // variants that show it
};

struct others count_others(const struct experiment *experiment);

// "22 of 28 other variants failed, …: timeout 0x0@finalize in the finalize phase in 20, first in trial 7". For others
// of which some failed. Always terminated.
void failed_clause(const struct others *others, char *text, size_t size);

// What became of the others, as the end of a sentence about the baseline. Always terminated.
void others_text(const struct experiment *experiment, const struct others *others, char *text, size_t size);
