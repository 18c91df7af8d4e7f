// SPDX-License-Identifier: Apache-2.0
// The logon guard: which accounts a trial sends a password for, whether it may, and what came of it.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runner/runner.h"

struct guard;

// Opens the ledger if any account of the options has a password. NULL with a sentence in error[size].
struct guard *guard_new(const struct run_options *options, char *error, size_t size);

// Asks leave for a trial. False with a sentence in error[size] if an account's limit forbids it; nothing is then held.
bool guard_begin(struct guard *guard, const struct variant *variant, enum phase until, char *error, size_t size);

// Records what the trial did to the accounts that guard_begin() held. False with a sentence in error if the ledger
// cannot be written: then no further trial may send a password.
bool guard_end(struct guard *guard, const struct trial *trial, char *error, size_t size);

// Free. Safe on NULL.
void guard_free(struct guard *guard);
