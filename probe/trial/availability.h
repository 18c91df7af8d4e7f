// SPDX-License-Identifier: Apache-2.0
// Which levels can be had with a profile: what needs more than it gives cannot be had in this run, whatever the target.
// The constraints between factors are in variant_possible().
#pragma once

#include "trial/factor.h"

struct profile;

// Why the level cannot be had: a static clause that goes on after "because"; NULL where it can be.
const char *level_unavailable(const struct profile *profile, enum factor factor, unsigned level);

// The levels that can be had, as a bit set.
unsigned levels_available(const struct profile *profile, enum factor factor);
