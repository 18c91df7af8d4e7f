// SPDX-License-Identifier: Apache-2.0
// What the other levels of the named factors do.
#pragma once

#include "analysis/cause.h"

// Tries each of them, where trials were seen to disagree as often as makes an accident rare, and fills verdict->sweep.
void sweep(struct experiment *experiment, const struct cause *cause, struct verdict *verdict);
