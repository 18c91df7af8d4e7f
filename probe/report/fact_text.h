// SPDX-License-Identifier: Apache-2.0
// The facts of a trial in words, grouped and titled as in the table of facts.
#pragma once

#include <jansson.h>

#include "report/page.h"

// Writes every known fact, one a line, under its group's name. Writes nothing where no fact is known.
void fact_text_all(struct page *page, const json_t *facts);
