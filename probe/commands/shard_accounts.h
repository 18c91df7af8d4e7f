// SPDX-License-Identifier: Apache-2.0
// The accounts of a shard that other shards of the plan log on with, too: their failed logons must count together.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "scenario/plan.h"

// Whether the shard may start. Where it sends passwords of an account that other shards use, either XDG_STATE_HOME says
// where all of them count, or own_ledger that each counts for itself: then *limit, the failed logons of an account, is
// divided among the shards. False with a sentence in error[size].
bool shard_accounts_check(const struct plan *plan, bool own_ledger, unsigned *limit, char *error, size_t size);
