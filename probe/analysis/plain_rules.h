// SPDX-License-Identifier: Apache-2.0
// The rules of a domain that has none: every trial is whole and had its variant, every level can be used, and no factor
// stands out. For simulations.
#pragma once

#include "analysis/factor_space.h"

extern const struct factor_rules plain_rules;
