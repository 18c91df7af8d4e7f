// SPDX-License-Identifier: Apache-2.0
#include "report/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum merge_answer refuse_plan(const struct merge *merge, const struct run_identity *run, const char *file,
                                     char *error, size_t size)
{
    const struct run_identity *plan = &merge->plan;
    if (strcmp(run->fingerprint, plan->fingerprint) != 0)
        snprintf(
            error, size,
            "%.200s has the plan %.39s (%.100s) and %.200s the plan %.39s (%.100s): only shards of one plan can be "
            "merged",
            file, run->fingerprint, run->scenario, merge->first, plan->fingerprint, plan->scenario);
    else
        snprintf(error, size, "%.200s is one of %u shards and %.200s one of %u: they were not cut from one whole", file,
                 run->shards, merge->first, plan->shards);
    return MERGE_REFUSE;
}

static enum merge_answer take_run(struct merge *merge, const struct record *record, const char *file, char *error,
                                  size_t size)
{
    struct run_identity run = run_identity(record);
    if (!run.fingerprint[0]) {
        snprintf(error, size, "%.200s is no journal of matrix: its header has no fingerprint of a plan", file);
        return MERGE_REFUSE;
    }
    if (!merge->has_plan) {
        merge->has_plan = true;
        merge->plan = run;
        snprintf(merge->first, sizeof merge->first, "%s", file);
        merge->seen = calloc(run.shards / 8 + 1, 1);
    }
    if (!merge->seen) {
        snprintf(error, size, "memory is out");
        return MERGE_REFUSE;
    }
    if (strcmp(run.fingerprint, merge->plan.fingerprint) != 0 || run.shards != merge->plan.shards)
        return refuse_plan(merge, &run, file, error, size);
    unsigned char *byte = &merge->seen[(run.shard - 1) / 8];
    unsigned char bit = (unsigned char)(1u << (run.shard - 1) % 8);
    merge->seen_count += !(*byte & bit);
    *byte |= bit;
    return MERGE_KEEP;
}

static bool was_there(struct merge *merge, const struct record *record)
{
    char target[280];
    bool fresh;
    const struct json_text *m = record->member;
    struct count_row *row = count_table_row(&merge->variants, m[MEMBER_VARIANT].at, m[MEMBER_VARIANT].length, &fresh);
    return row && target_set_take(&merge->targets, target_key(record, target, sizeof target), record,
                                  (size_t)(row - merge->variants.rows), false);
}

enum merge_answer merge_take(struct merge *merge, const struct record *record, const char *file, char *error,
                             size_t size)
{
    if (record->kind == RECORD_RUN)
        return take_run(merge, record, file, error, size);
    if (!merge->has_plan) {
        snprintf(error, size, "%.200s does not begin with the header of a run, so nobody knows which shard it is",
                 file);
        return MERGE_REFUSE;
    }
    if (record->kind != RECORD_TRIAL || record->member[MEMBER_PURPOSE].length > 0 || !was_there(merge, record))
        return MERGE_KEEP;
    merge->again++;
    return MERGE_DROP;
}

static bool is_seen(const struct merge *merge, unsigned shard)
{
    return merge->seen[(shard - 1) / 8] >> (shard - 1) % 8 & 1;
}

bool merge_missing(const struct merge *merge, char *text, size_t size)
{
    unsigned shards = merge->plan.shards;
    if (!merge->has_plan || merge->seen_count == shards)
        return false;
    bool one = shards - merge->seen_count == 1;
    size_t used = (size_t)snprintf(text, size, "shard%s", one ? "" : "s");
    for (unsigned first = 1, n = 0; first <= shards; first++) {
        unsigned last = first;
        if (is_seen(merge, first))
            continue;
        while (last < shards && !is_seen(merge, last + 1))
            last++;
        if (used + 60 > size) { // a list that nobody would read
            used += (size_t)snprintf(text + used, size - used, ", …");
            break;
        }
        used += (size_t)snprintf(text + used, size - used, first == last ? "%s %u" : "%s %u-%u", n++ ? "," : "", first,
                                 last);
        first = last;
    }
    snprintf(text + used, size - used, " of %u %s missing", shards, one ? "is" : "are");
    return true;
}

void merge_clear(struct merge *merge)
{
    free(merge->seen);
    target_set_clear(&merge->targets);
    count_table_clear(&merge->variants);
    *merge = (struct merge){0};
}
