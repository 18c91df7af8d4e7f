// SPDX-License-Identifier: Apache-2.0
// The report of `connect`: one trial phase by phase, and many of them in a summary.
#pragma once

#include <stddef.h>

#include "report/page.h"
#include "trial/trial.h"

// Writes one trial: its outcome first, then what mstsc would show, phases with their times, facts, connections, logons.
void connect_text(struct page *page, const struct trial *trial);

// Writes how many of the trials had which outcome, and the spread of the times of those that connected.
void connect_text_summary(struct page *page, const struct trial *const *trials, size_t count);
