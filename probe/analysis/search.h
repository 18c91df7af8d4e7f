// SPDX-License-Identifier: Apache-2.0
// Looks for a variant that passes where the baseline fails, or fails where it passes.
#pragma once

#include "analysis/experiment.h"

// Finds a variant without the signature. False if there is none left to try, or the experiment is over.
bool search_passing(struct experiment *experiment, struct variant *passing);

// Where the baseline works, as its trial `working` shows: finds a variant that fails, as the signature says where one
// is given, else with an error of the server's (Set Error Info, licensing, a disconnect ultimatum). False if there is
// none left to try, or the experiment is over.
bool search_failing(struct experiment *experiment, const struct trial *working, struct variant *failing);

// Whether something that was to be tried gave no result and could still take the failure away: a clause in text.
bool search_gap(const struct experiment *experiment, char *text, size_t size);
