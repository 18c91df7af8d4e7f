// SPDX-License-Identifier: Apache-2.0
// Whether a session came of what takes the failure away: a level "works" only where a trial with it was active.
#pragma once

#include "analysis/experiment.h"

// Sees to it that the passing variant of each minimal pair has a trial that was active, by a further trial where those
// so far stopped earlier; the pair then names that trial. False where another failure follows in place of a session, or
// where no more trials may be run; text[size] then has the first, as a clause.
bool sessions_prove(struct experiment *experiment, struct verdict *verdict, char *text, size_t size);
