// SPDX-License-Identifier: Apache-2.0
// One more row for a design: the best of some random ones that each take the level which covers most (AETG).
#pragma once

#include <stdbool.h>

#include "scenario/design_coverage.h"
#include "scenario/design_exclusions.h"
#include "scenario/design_random.h"

// Writes an allowed row that covers at least one missing combination. Every missing combination must be possible.
void greedy_row(struct coverage *coverage, struct exclusions *exclusions, struct design_random *random,
                unsigned char *row);
