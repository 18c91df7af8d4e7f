// SPDX-License-Identifier: Apache-2.0
// What an experiment may vary: from what was asked for, and what the run has been given.
#pragma once

#include "commands/options.h"

struct choice {
    unsigned levels[FACTOR_COUNT];        // bit set of the levels that may be tried, the baseline's always
    const char *untestable[FACTOR_COUNT]; // why there is nothing to vary: a static clause, or NULL
    unsigned withheld;                    // bit set of the factors that could be varied, but were not asked for
    unsigned unsought;                    // …that are varied to study a failure, and not to look for one
};

// Without --vary these are the everyday levels of every factor; --vary FACTOR takes that factor with all its levels in
// their place, --vary all every one.
struct choice choose_levels(const struct options *options);

// Takes out the level security=nla where the profile, whose baseline has another one, lacks the user or password that
// it takes: its trials would only show that. Returns whether there was one to take out.
bool leave_out_nla(const struct profile *profile, struct choice *choice);
