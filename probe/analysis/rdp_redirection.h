// SPDX-License-Identifier: Apache-2.0
// Redirections: a server that sends the client on does what a broker is there for, and what fails may be behind it.
#pragma once

#include "analysis/experiment.h"

// As factor_rules has it: a redirection that the baseline ended with is no failure, unless it was asked for.
const char *healthy_redirection(const struct experiment *experiment);

// Adds to a verdict that proves nothing against the client which trial was sent on and not followed.
void tell_redirections(const struct experiment *experiment, struct verdict *verdict);
