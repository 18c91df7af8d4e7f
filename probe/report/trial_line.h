// SPDX-License-Identifier: Apache-2.0
// One line about a trial, for progress.
#pragma once

#include "report/page.h"
#include "trial/trial.h"

// Writes number, what differs from the baseline, outcome, time: "trial 3 tls=1.2: errinfo 0x7 in licensing, 41.7 ms".
void trial_line(struct page *page, const struct trial *trial, const struct variant *baseline);
