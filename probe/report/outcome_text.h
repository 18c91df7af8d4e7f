// SPDX-License-Identifier: Apache-2.0
// Outcomes and signatures in words.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "trial/outcome.h"
#include "trial/trial.h"

// The code as its specification writes it: "0x7", "ECONNREFUSED", "70"; "" where the family has no code.
char *outcome_code(enum family family, uint32_t code, char *text, size_t size);

// "connected", "errinfo 0x7", "timeout": fit for a column of a table.
char *outcome_short(const struct outcome *outcome, char *text, size_t size);

// The same with a code's name where a number says nothing: "tls protocol_version", "negotiation HYBRID_REQUIRED".
char *outcome_named(const struct outcome *outcome, char *text, size_t size);

// What the code means by its table, or what the family means where the code has no row. Static.
const char *outcome_meaning(enum family family, uint32_t code);

// The symbolic name of a code by its table; "" if it has none. Static.
const char *outcome_code_name(enum family family, uint32_t code);

// "Error code 0x3, Extended error code 0x7 - documented", or that nothing can be claimed.
char *outcome_mstsc(const struct outcome *outcome, char *text, size_t size);

// " (mstsc 0x3/0x7)", " (mstsc 0x204)"; "" where nothing can be claimed.
char *outcome_mstsc_pair(const struct outcome *outcome, char *text, size_t size);

// Of a trial that failed after its tunnel through an RD Gateway stood: on which side of the gateway to look. NULL for
// any other trial. Static.
const char *outcome_behind_gateway(const struct trial *trial);
