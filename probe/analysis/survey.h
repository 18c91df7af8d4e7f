// SPDX-License-Identifier: Apache-2.0
// What the target accepts, learned without a logon.
#pragma once

#include "analysis/experiment.h"

// Learns which levels of the varied factors the target accepts.
void survey_levels(struct experiment *experiment);
