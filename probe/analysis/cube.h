// SPDX-License-Identifier: Apache-2.0
// The points of the cube between the baseline and a passing variant.
#pragma once

#include "analysis/experiment.h"

// The variant of a point: its factors at the baseline's level, all others at the cube's; what is moot there at level 0.
struct variant cube_variant(const struct experiment *experiment, const struct cube *cube, unsigned point);

// The point where a variant lies: the factors of the cube that it holds, as far as it matters (a moot level holds
// nothing). What other levels it has does not matter.
unsigned cube_point(const struct experiment *experiment, const struct cube *cube, const struct variant *variant);

// Whether the point's variant lies there and is possible.
bool cube_possible(const struct experiment *experiment, const struct cube *cube, unsigned point);

// Whether the cube's other levels evade the failure, as the baseline's do not.
bool cube_evades(const struct experiment *experiment, const struct cube *cube);

// The dimension of a factor that the cube has.
unsigned cube_dimension(const struct cube *cube, enum factor factor);
