// SPDX-License-Identifier: Apache-2.0
// Sees the failure twice.
#pragma once

#include "analysis/experiment.h"

// False if the verdict is made, or with *restart set if *failing is another variant to start from, since the baseline
// works.
bool reproduce(struct experiment *experiment, struct variant *failing, bool *restart, struct verdict *verdict);
