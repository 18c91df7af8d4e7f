// SPDX-License-Identifier: Apache-2.0
// Makes a design smaller: takes a row away and searches for changes that cover all again (tabu search, TCA).
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "scenario/design_coverage.h"
#include "scenario/design_exclusions.h"
#include "scenario/design_random.h"

// rows has *count complete, counted and allowed rows that cover everything; the first `given` of them stay. Ends with
// as few as bounded work finds, at least `enough`. False if memory is out; rows is then as it was.
bool reduce_rows(struct coverage *coverage, struct exclusions *exclusions, struct design_random *random,
                 unsigned char *rows, size_t *count, size_t given, size_t enough);
