// SPDX-License-Identifier: Apache-2.0
// The plan of a scenario: which variants every target gets, in what order, at what cost, and which shard does what.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/design_variants.h"
#include "scenario/scenario.h"
#include "scenario/shard.h"

// What the cost takes for limits that the scenario leaves open.
enum { PLAN_DEADLINE_MS = 20000, PLAN_PAUSE_MS = 200, PLAN_IN_FLIGHT = 64 };

struct plan {
    const struct scenario *scenario; // borrowed
    struct shard shard;
    struct design_variants design;  // owner of the next two, and of what was excluded
    const struct variant *variants; // pre-authentication ones and cheap ones first (design_variants_make)
    size_t variant_count;
    size_t *targets; // indices of the scenario's targets that are in this shard, ascending
    size_t target_count;
    uint64_t fingerprint; // of scenario, seed, variants and all targets; the same for every shard (plan_fingerprint)

    // Cost of this shard, at most.
    size_t trials;  // repeats × variants × targets, less what is skipped
    size_t skipped; // those that the target cannot have (plan_applies), repeats counted
    size_t
        connections;  // TCP connections: two for a gateway that is no websocket; with those that get a licence to reuse
    size_t logons;    // passwords sent to targets and gateways
    double longest_s; // if every trial used up its deadline, with pauses, rates and the limit of trials in flight
};

// Makes the plan. NULL with a sentence in error[size] (nothing is allowed by the constraints, …).
struct plan *plan_new(const struct scenario *scenario, struct shard shard, char *error, size_t size);

void plan_free(struct plan *plan); // safe on NULL

// Whether a target can have a variant at all: one through a gateway needs the target to have one, and one by IPv6
// address that its host is not an IPv4 literal (or the other way round). If not, *why, where given, gets a static
// clause.
bool plan_applies(const struct scenario *scenario, const struct scenario_target *target, const struct variant *variant,
                  const char **why);

// The shard a target belongs to (1..count), by a hash of its identity: host, port, gateway, account name. It depends on
// nothing else, so that further targets move none.
unsigned plan_shard_of(const struct scenario *scenario, const struct scenario_target *target, unsigned count);
