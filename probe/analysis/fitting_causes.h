// SPDX-License-Identifier: Apache-2.0
// Which of the known causes a failure could have, by its outcome alone, before anything else is known of it.
#pragma once

#include <stddef.h>

#include "knowledge/causes.h"
#include "trial/outcome.h"

// Writes those that the outcome is a sign of, the most plausible first; for the server's denial (error info 7), which
// is no sign of anything, those that are plausible at all and that the protocol does not contradict. Returns how many;
// 0 if memory is out.
size_t fitting_causes(const struct outcome *outcome, const struct cause_row *fitting[CAUSE_COUNT]);
