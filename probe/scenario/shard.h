// SPDX-License-Identifier: Apache-2.0
// Which part of a plan this process does: shard I of N, as given or as the environment of a scheduler says.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SHARDS_MAX = 100000 };

struct shard {
    unsigned index, count; // 1-based; 1 of 1 is everything
    const char *source;    // where it was taken from: "--shard", "CI_NODE_INDEX", …; static
};

// Everything: shard 1 of 1, source "none".
struct shard shard_whole(void);

// Reads "I/N" with 1 ≤ I ≤ N ≤ SHARDS_MAX; the source is then "--shard". False, leaving *shard alone, with a static
// clause in *error ("has no number before the '/'").
bool shard_parse(const char *text, struct shard *shard, const char **error);

// The shard that the environment names:
//   GitLab parallel          CI_NODE_INDEX (1-based) of CI_NODE_TOTAL
//   Kubernetes Indexed Job   JOB_COMPLETION_INDEX (0-based) of RDPPROBE_SHARDS, which must equal the job's completions
//   Slurm array              SLURM_ARRAY_TASK_ID of SLURM_ARRAY_TASK_MIN to _MAX, SLURM_ARRAY_TASK_COUNT of them in
//   even
//                            steps; so a single task that is submitted anew is 1 of 1: give it --shard
//   GNU parallel             PARALLEL_SEQ (1-based) of RDPPROBE_SHARDS
// True with *shard set where exactly one of them does. False with *shard left alone and *error NULL where none does,
// and with a sentence in *error (static storage of this thread, until the next call) where one says what makes no
// sense (no number, out of range, an index without a total or the other way round), or two of them do. PARALLEL_SEQ
// without RDPPROBE_SHARDS is no shard: GNU parallel sets it for every job, also where each has a scenario of its own.
bool shard_from_environment(struct shard *shard, const char **error);
