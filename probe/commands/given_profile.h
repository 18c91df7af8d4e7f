// SPDX-License-Identifier: Apache-2.0
// The profile that a command line gives, as far as it decides which levels can be had.
#pragma once

#include "trial/factor.h"
#include "trial/target.h"

struct profile;

// Static, until the next call. Operands are "" or NULL where none was given.
const struct profile *given_profile(const struct target *target, const char *user, const char *domain, bool has_gateway,
                                    const char *const operands[FACTOR_COUNT]);
