// SPDX-License-Identifier: Apache-2.0
#include "scenario/shard.h"

#include <stdio.h>
#include <stdlib.h>

static _Thread_local char sentence[320];

struct shard shard_whole(void)
{
    return (struct shard){.index = 1, .count = 1, .source = "none"};
}

// Reads decimal digits up to SHARDS_MAX from *text and goes on to what follows them.
static bool read_digits(const char **text, unsigned *number)
{
    const char *p = *text;
    unsigned n = 0;
    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        n = 10 * n + (unsigned)(*p - '0');
        if (n > SHARDS_MAX)
            return false;
    }
    *text = p;
    *number = n;
    return true;
}

bool shard_parse(const char *text, struct shard *shard, const char **error)
{
    unsigned index, count;
    if (!read_digits(&text, &index)) {
        *error = "does not begin with the number of a shard, as in 2/8";
        return false;
    }
    if (*text++ != '/') {
        *error = "has no '/' after the number of the shard, as in 2/8";
        return false;
    }
    if (!read_digits(&text, &count) || *text) {
        *error = "does not end with the number of shards (at most 100000), as in 2/8";
        return false;
    }
    if (index < 1) {
        *error = "counts from 0: the first shard is 1";
        return false;
    }
    if (index > count) {
        *error = "has a shard beyond their number";
        return false;
    }
    *shard = (struct shard){.index = index, .count = count, .source = "--shard"};
    return true;
}

enum reading { READ, UNSET, WRONG };

// An empty variable counts as not set: templates that pass one on unset make it so.
static enum reading read_variable(const char *name, unsigned *number)
{
    const char *text = getenv(name);
    if (!text || !*text)
        return UNSET;
    if (read_digits(&text, number) && !*text)
        return READ;
    snprintf(sentence, sizeof sentence, "%s is '%.40s', which is no number from 0 to %d", name, getenv(name),
             SHARDS_MAX);
    return WRONG;
}

// A variable that the index needs beside it.
static bool need(const char *index, const char *name, const char *why, unsigned *number)
{
    enum reading reading = read_variable(name, number);
    if (reading == UNSET)
        snprintf(sentence, sizeof sentence, "%s is set, but not %s%s", index, name, why);
    return reading == READ;
}

static enum reading settle(struct shard *shard, const char *source, unsigned first, unsigned given, unsigned count,
                           const char *total)
{
    if (count < 1) {
        snprintf(sentence, sizeof sentence, "%s is 0: there is at least one shard", total);
        return WRONG;
    }
    if (given < first || given - first >= count) {
        snprintf(sentence, sizeof sentence, "%s is %u, which is not from %u to %u as %s=%u has it", source, given,
                 first, first + count - 1, total, count);
        return WRONG;
    }
    *shard = (struct shard){.index = given - first + 1, .count = count, .source = source};
    return READ;
}

static enum reading from_gitlab(struct shard *shard)
{
    unsigned index, total;
    enum reading reading = read_variable("CI_NODE_INDEX", &index);
    // GitLab sets CI_NODE_TOTAL=1 for every job, and CI_NODE_INDEX only for those with `parallel`.
    if (reading != READ)
        return reading;
    if (!need("CI_NODE_INDEX", "CI_NODE_TOTAL", "", &total))
        return WRONG;
    return settle(shard, "CI_NODE_INDEX", 1, index, total, "CI_NODE_TOTAL");
}

static enum reading from_kubernetes(struct shard *shard)
{
    unsigned index, total;
    enum reading reading = read_variable("JOB_COMPLETION_INDEX", &index);
    if (reading != READ)
        return reading;
    if (!need("JOB_COMPLETION_INDEX", "RDPPROBE_SHARDS", ": set it to the job's completions", &total))
        return WRONG;
    return settle(shard, "JOB_COMPLETION_INDEX", 0, index, total, "RDPPROBE_SHARDS");
}

static enum reading from_slurm(struct shard *shard)
{
    static const char task[] = "SLURM_ARRAY_TASK_ID";
    unsigned id, first, last, count, step = 1;
    enum reading reading = read_variable(task, &id);
    if (reading != READ)
        return reading;
    if (!need(task, "SLURM_ARRAY_TASK_MIN", "", &first) || !need(task, "SLURM_ARRAY_TASK_COUNT", "", &count))
        return WRONG;
    reading = read_variable("SLURM_ARRAY_TASK_MAX", &last);
    if (reading == WRONG)
        return WRONG;
    // --array=0-15:4 counts in steps; --array=1,5,7 has no step and cannot be told from the environment.
    if (reading == READ && count > 1 && last > first) {
        step = (last - first) / (count - 1);
        if (step * (count - 1) != last - first) {
            snprintf(sentence, sizeof sentence,
                     "the Slurm array has %u tasks from %u to %u, which are no even steps: use --array=1-N or --shard",
                     count, first, last);
            return WRONG;
        }
    }
    if (id >= first && (id - first) % step) {
        snprintf(sentence, sizeof sentence,
                 "SLURM_ARRAY_TASK_ID is %u, which is no step of %u from %u: use --array=1-N or --shard", id, step,
                 first);
        return WRONG;
    }
    return settle(shard, task, first, id < first ? id : first + (id - first) / step, count, "SLURM_ARRAY_TASK_COUNT");
}

static enum reading from_parallel(struct shard *shard)
{
    unsigned sequence, total;
    enum reading reading = read_variable("RDPPROBE_SHARDS", &total);
    if (reading != READ)
        return reading;
    reading = read_variable("PARALLEL_SEQ", &sequence);
    return reading == READ ? settle(shard, "PARALLEL_SEQ", 1, sequence, total, "RDPPROBE_SHARDS") : reading;
}

bool shard_from_environment(struct shard *shard, const char **error)
{
    static enum reading (*const sources[])(struct shard *) = {from_gitlab, from_kubernetes, from_slurm, from_parallel};
    struct shard found[sizeof sources / sizeof *sources];
    unsigned number, n = 0;

    *error = NULL;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        enum reading reading = sources[i](&found[n]);
        if (reading == WRONG) {
            *error = sentence;
            return false;
        }
        n += reading == READ;
    }
    if (n > 1) {
        snprintf(sentence, sizeof sentence,
                 "both %s (shard %u of %u) and %s (shard %u of %u) name a shard: say which with --shard",
                 found[0].source, found[0].index, found[0].count, found[1].source, found[1].index, found[1].count);
        *error = sentence;
        return false;
    }
    if (n == 0) {
        if (read_variable("RDPPROBE_SHARDS", &number) != UNSET) {
            snprintf(sentence, sizeof sentence,
                     "RDPPROBE_SHARDS is set, but neither JOB_COMPLETION_INDEX nor "
                     "PARALLEL_SEQ says which of them this is");
            *error = sentence;
        }
        return false;
    }
    *shard = found[0];
    return true;
}
