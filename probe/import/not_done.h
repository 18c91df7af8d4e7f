// SPDX-License-Identifier: Apache-2.0
// What a user's settings ask for, may decide how a connection ends, and this program does not do.
#pragma once

#include <stddef.h>

#include "import/baseline.h"

// Room for all of it.
enum { NOT_DONE_SIZE = 400 };

// Writes it in words, with commas between, or "" where all that may matter is done. A word that is cut is left out.
// Returns text.
char *baseline_not_done(const struct baseline *baseline, char *text, size_t size);
