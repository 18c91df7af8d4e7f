// SPDX-License-Identifier: Apache-2.0
// Hashes that are the same on every machine: of a target's identity, and of a whole plan.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "scenario/design_variants.h"
#include "scenario/scenario.h"

// Hash of what a target is: host, port, gateway, account name. Letter case and the way in which the account's domain is
// written do not matter.
uint64_t target_identity(const struct scenario *scenario, const struct scenario_target *target);

// Hash of all that decides which trials a plan has and how they are judged: variants and their order, seed, repeats,
// where a trial stops and how long it may take, expectations, and all targets with groups and accounts (their order
// does not matter). What only paces a run, the file's name and where secrets lie may differ from machine to machine and
// are left out. 0 if memory is out, and only then.
uint64_t plan_fingerprint(const struct scenario *scenario, const struct design_variants *variants);
