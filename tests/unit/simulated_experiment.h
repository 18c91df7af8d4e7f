// SPDX-License-Identifier: Apache-2.0
// One isolation against the simulated server, judged: what is named must be what the server's rule makes sufficient.
#pragma once

#include "simulated_server.h"

// What came of many experiments.
struct statistics {
    const char *name;
    unsigned runs, exact, isolated, expected, trials, most, logons;
};

// All core levels, in up to 100 trials.
struct isolation everything(void);

// A server that takes every level, issues licences, and denies in capabilities with Set Error Info 7 what its terms
// say.
struct server friendly(void);

// The sets of factors that the verdict names; asserts that it names the baseline's levels.
uint32_t named_sets(const struct verdict *verdict, const struct variant *baseline);

// Runs an isolation of the plan (without its callback) and fails the test if the verdict is wrong: a factor named that
// has no part in the failure, a minimal pair that is none, or "not client-side" of what is. must_decide: also if it
// names less than the whole cause. Adds to *statistics, where given.
struct verdict experiment(const struct server *server, const struct isolation *plan, struct statistics *statistics,
                          bool must_decide);

// Prints one line.
void report(const struct statistics *statistics);
