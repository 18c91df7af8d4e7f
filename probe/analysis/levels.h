// SPDX-License-Identifier: Apache-2.0
// Which factors an experiment varies, and which of their levels it can have.
#pragma once

#include "analysis/experiment.h"

// Why a factor cannot have decided the failure, whatever its level: a static clause, or NULL if it may have.
const char *experiment_exclusion(const struct experiment *experiment, enum factor factor);

// Whether the factor is varied: neither untestable nor excluded, and with another level that may be tried.
bool experiment_varies(const struct experiment *experiment, enum factor factor);

// Whether a level may be tried at all: the baseline's, or one in the experiment's bit set.
bool experiment_allows(const struct experiment *experiment, enum factor factor, unsigned level);

// The levels of a factor other than the baseline's that can work, most different from the baseline first. Returns how
// many.
unsigned experiment_levels(const struct experiment *experiment, enum factor factor, unsigned char levels[LEVELS_MAX]);

// Whether the target sees the same for this level as for the baseline's, as far as is known.
bool experiment_equivalent(const struct experiment *experiment, enum factor factor, unsigned level);

// Whether a variant does without a step of the connection that the baseline has, and with it without a factor: it
// changes more than its levels say.
bool experiment_skips(const struct experiment *experiment, const struct variant *variant);

// Whether the variant evades the failure by doing without the step that fails: true of any such failure, so it says
// nothing of its cause. It counts only where nothing else passes.
bool experiment_evades(const struct experiment *experiment, const struct variant *variant);
