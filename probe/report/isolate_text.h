// SPDX-License-Identifier: Apache-2.0
// The report of `isolate`: the verdict, why, and the table of every trial.
#pragma once

#include <stddef.h>

#include "analysis/isolation.h"
#include "report/page.h"

// Writes the verdict on a target first, then its proof, what is innocent or untested, the table of trials, what was
// sent, and, where no client-side factor decides, what to look at on the server.
void isolate_text(struct page *page, const char *target, const struct isolation *isolation,
                  const struct verdict *verdict, const struct trial *const *trials, size_t count);
