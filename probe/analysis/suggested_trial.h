// SPDX-License-Identifier: Apache-2.0
// The trials that would decide what is open.
#pragma once

#include "analysis/experiment.h"

// Best first; none where nothing is open, or nothing is known yet.
void suggest_trials(struct experiment *experiment, struct verdict *verdict);
