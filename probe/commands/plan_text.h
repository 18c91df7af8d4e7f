// SPDX-License-Identifier: Apache-2.0
// A plan for people, and as JSON: what matrix --dry-run prints.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "report/page.h"
#include "scenario/plan.h"

// Writes cost, variants in their order, what is excluded and why, and the targets with the variants that each gets.
void plan_text(struct page *page, const struct plan *plan);

// Writes one line {"record":"plan",…} with the cost and the variants, and one {"record":"planned",…} for each trial in
// the order of its target. False with errno set.
bool plan_json(FILE *file, const struct plan *plan);
