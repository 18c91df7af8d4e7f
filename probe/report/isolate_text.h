// SPDX-License-Identifier: Apache-2.0
// The report of `isolate`: the verdict, why, and the table of every trial.
#pragma once

#include <stddef.h>

#include "analysis/causes.h"
#include "analysis/isolation.h"
#include "report/page.h"

// Writes the verdict on a target first, then its proof, what to do next, what is innocent or untested, the table of
// trials, and what was sent. findings: what the run makes of the known causes.
void isolate_text(struct page *page, const char *target, const struct isolation *isolation,
                  const struct verdict *verdict, const struct trial *const *trials, size_t count,
                  const struct cause_finding findings[CAUSE_COUNT]);
