// SPDX-License-Identifier: Apache-2.0
// What the target accepts, learned without a logon.
#pragma once

#include "analysis/experiment.h"

// Learns which levels of the varied factors the target accepts.
void survey_levels(struct experiment *experiment);

// Whether a level is to be asked for again, since what it ended with may have been an accident: survey_levels() does it
// then. Lets some time pass where there is one.
bool survey_again(struct experiment *experiment);
