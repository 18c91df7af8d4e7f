// SPDX-License-Identifier: Apache-2.0
// A verdict read back from its record, as far as the text report shows it.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "analysis/isolation.h"

// Reads what verdict_to_json() wrote. trials: those of the experiment, from which the phase of the failure is taken.
// False with a static clause in *error.
bool verdict_from_json(const json_t *json, const struct trial *const *trials, size_t count, struct verdict *verdict,
                       const char **error);

// The baseline of a recorded experiment: the variant of the first whole trial that was made
// for its own sake (one that had a licence issued comes before a baseline that presents it).
struct variant verdict_baseline(const struct trial *const *trials, size_t count);
