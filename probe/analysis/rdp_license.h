// SPDX-License-Identifier: Apache-2.0
// Rules of rdp_space.h for the factor `license`.
#pragma once

#include "analysis/experiment.h"

// Whether a licence was issued that can be presented again: the message says so, or licensing that began with a request
// for a new licence came to its end.
bool license_issued(const struct experiment *experiment);

// Why the licence cannot have decided the failure, NULL if it may have.
const char *license_exclusion(const struct experiment *experiment);

// Whether the level presents a licence where the baseline's does, and none where it does not.
bool license_equivalent(const struct experiment *experiment, unsigned level);

// As prime() of struct factor_rules: trials that may be issued the licence that the baseline is to present.
bool license_prime(struct experiment *experiment, enum factor factor);
