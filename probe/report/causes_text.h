// SPDX-License-Identifier: Apache-2.0
// What a run makes of the known causes: what to do next, and the table of all.
#pragma once

#include <stdbool.h>

#include "analysis/causes.h"
#include "report/page.h"

// Writes, after a blank line, the causes that fit, best first, each with the command or event that decides it; a remedy
// only for what the run supports, with what it costs in security in the same sentence. Writes nothing and returns false
// where none fits.
bool causes_text_next(struct page *page, const struct verdict *verdict,
                      const struct cause_finding findings[CAUSE_COUNT]);

// Writes, after a blank line, every cause with its status, the evidence that it rests on, and the claim.
void causes_text_all(struct page *page, const struct cause_finding findings[CAUSE_COUNT]);
