// SPDX-License-Identifier: Apache-2.0
// From the baseline and a passing variant to the cause.
#pragma once

#include "analysis/cause.h"

enum narrowing {
    NARROWED,           // to a cause
    NARROWED_TO_NONE,   // the failure does not depend on what was varied: the pass was an accident
    NARROWED_TO_CHANCE, // the same variants fail and pass, whatever is varied
    NARROWED_TO_NOTHING // no cause of the family fits the trials, or the experiment is over
};
// *passing is replaced where another variant tells more.
enum narrowing narrow(struct experiment *experiment, struct variant *passing, struct cause *cause);
// How probable it is, by the trials, that nothing that was varied decides the failure.
double none_probability(struct experiment *experiment);
