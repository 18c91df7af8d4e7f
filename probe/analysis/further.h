// SPDX-License-Identifier: Apache-2.0
// Failures that a proved cause does not explain: something else triggers the same failure, too.
#pragma once

#include "analysis/cause.h"

// Runs failing trials again that the cause does not explain and that were seen once, so that no accident counts.
void repeat_further(struct experiment *experiment, const struct cause *cause, const struct verdict *verdict);

// Where a trial fails though a condition is off there, the condition itself is in doubt: its passes may have been
// accidents. Runs the passing variant of its minimal pair again. False if that fails: the cause is then none.
bool withstands_further(struct experiment *experiment, const struct cause *cause, const struct verdict *verdict);

// Notes in the verdict one trial for each variant that fails though the cause is not at work there. The cause is then
// not the whole, and no confidence is claimed.
void note_further(const struct experiment *experiment, const struct cause *cause, struct verdict *verdict);
