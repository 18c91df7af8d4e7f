// SPDX-License-Identifier: Apache-2.0
// The plan of a scenario: which variants every target gets, in what order, at what cost, and which shard does what.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/scenario.h"

struct shard {
    unsigned index, count; // 1-based; 1 of 1 is everything
    const char *source;    // where it was taken from: "--shard", "CI_NODE_INDEX", …; static
};

struct plan {
    const struct scenario *scenario; // borrowed
    struct variant *variants;        // the rows of the design, pre-authentication ones and cheap ones first
    size_t variant_count;
    size_t *targets; // indices of the scenario's targets that are in this shard
    size_t target_count;
    uint64_t fingerprint;       // of scenario, seed, variants and all targets; the same for every shard
    size_t connections, logons; // cost, at most
    double longest_s;           // if every trial used up its deadline
};

// Makes the plan. NULL with a sentence in error[size] (nothing is allowed by the constraints, …).
struct plan *plan_new(const struct scenario *scenario, struct shard shard, char *error, size_t size);

void plan_free(struct plan *plan); // safe on NULL

// The shard a target belongs to (1..count), by a hash of its identity: host, port, gateway, account name.
unsigned plan_shard_of(const struct scenario *scenario, const struct scenario_target *target, unsigned count);

// Reads "I/N". False with a static clause in *error.
bool shard_parse(const char *text, struct shard *shard, const char **error);

// The shard that the environment names: GitLab (CI_NODE_INDEX, CI_NODE_TOTAL), Kubernetes Indexed Job
// (JOB_COMPLETION_INDEX with RDPPROBE_SHARDS), Slurm array (SLURM_ARRAY_TASK_ID, _MIN, _COUNT), GNU parallel
// (PARALLEL_SEQ with RDPPROBE_SHARDS). False if it names none; *error is then set where it names one that makes no
// sense.
bool shard_from_environment(struct shard *shard, const char **error);

// Writes the rows of a covering array: every allowed combination of levels of any `strength` factors occurs in some
// row. levels and allowed describe the model; seeded and reproducible. Returns the number of rows (caller frees *rows),
// or 0 with memory out or nothing allowed.
size_t design_covering(const unsigned levels[FACTOR_COUNT], const struct variant *base, unsigned strength,
                       uint64_t seed, bool (*allowed)(const void *context, const struct variant *variant),
                       const void *context, struct variant **rows);
