// SPDX-License-Identifier: Apache-2.0
// Whether a session came of what takes the failure away: a level "works" only where a trial with it was active, and no
// more of them ended in another failure.
#pragma once

#include "analysis/experiment.h"

enum session_proof {
    SESSIONS_PROVED,
    SESSIONS_FAILED,   // what was to pass shows the failure after all
    SESSIONS_OTHERWISE // another failure follows in place of a session
};

// Sees to it that the passing variant of each minimal pair has a trial that was active, by a further trial where those
// so far stopped earlier; the pair then names that trial. Unless proved, text[size] has the first that does not, as a
// clause. Where no more trials may be run, the experiment is over.
enum session_proof sessions_prove(struct experiment *experiment, struct verdict *verdict, char *text, size_t size);

// Whether a variant goes without the failure only to end in another one: tried whole, it was active in fewer trials
// than ended otherwise, and not just once by what may have been an accident.
bool ends_otherwise(const struct experiment *experiment, const struct variant *variant);
