// SPDX-License-Identifier: Apache-2.0
// The factors of trial/factor.h, and the rules of RDP that an experiment with them follows: the wire shows which levels
// were in effect, a survey which the target accepts.
#pragma once

#include "analysis/factor_space.h"

// Static.
const struct factor_space *rdp_space(void);
