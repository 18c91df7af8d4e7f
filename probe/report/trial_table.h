// SPDX-License-Identifier: Apache-2.0
// The table of every trial of an experiment, in 80 columns or what the terminal has.
#pragma once

#include <stddef.h>

#include "analysis/isolation.h"
#include "report/page.h"

// Writes one line a trial: what it says about the failure, the levels (those that differ from the baseline marked),
// where it was to stop, outcome, phase, milliseconds. Factors that no trial varied are named once above the table.
void trial_table(struct page *page, const struct variant *baseline, const struct verdict *verdict,
                 const struct trial *const *trials, size_t count);
