// SPDX-License-Identifier: Apache-2.0
// Joins the journals of a plan's shards: none of another plan, none missing unnoticed, no trial twice.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/count_table.h"
#include "report/record.h"
#include "report/target_set.h"

// All zero before the first record. Memory grows with shards and variants, not with targets
// (report/target_set.h) or trials.
struct merge {
    struct run_identity plan; // of the first header
    bool has_plan;
    char first[256];     // the file it stood in
    unsigned char *seen; // bit set of shards
    unsigned seen_count;
    uint64_t again; // trials left out
    struct target_set targets;
    struct count_table variants;
};

enum merge_answer {
    MERGE_KEEP,
    MERGE_DROP,  // the trial was there before
    MERGE_REFUSE // it does not belong to the plan
};

// Takes a record of a file. MERGE_REFUSE comes with a sentence in error[size].
enum merge_answer merge_take(struct merge *merge, const struct record *record, const char *file, char *error,
                             size_t size);

// Says which shards are missing: "shards 2, 5-7 of 8 are missing". False where none is.
bool merge_missing(const struct merge *merge, char *text, size_t size);

void merge_clear(struct merge *merge);
