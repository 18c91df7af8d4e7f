// SPDX-License-Identifier: Apache-2.0
// What the levels of a named factor did, in words: never more than their trials showed.
#pragma once

#include <stddef.h>

#include "analysis/verdict.h"
#include "trial/trial.h"

// What a trial without the signature did: "works" where it was active, "reached tls" where it was stopped on purpose
// before, "ends otherwise" where another failure followed. Always terminated; returns text.
char *passing_text(const struct trial *trial, char *text, size_t size);

// The levels of a factor that a minimal pair or the sweep tried, as one clause: "fails with 1.0 and 1.1, works
// with 1.2, with 1.3 another failure follows: errinfo 0x5 after activation". "" where none was. Always terminated;
// returns text.
char *levels_text(const struct verdict *verdict, const struct trial *const *trials, size_t count, enum factor factor,
                  char *text, size_t size);
