// SPDX-License-Identifier: Apache-2.0
#include "commands/option_matrix.h"

#include <stdio.h>

#include "commands/option_value.h"
#include "report/report_set.h"
#include "scenario/shard.h"

bool option_take_max_in_flight(struct options *o, const char *text, char *error, size_t size)
{
    enum { IN_FLIGHT_MAX = 10000 };
    if (!option_read_count(text, &o->max_in_flight, error, size))
        return false;
    return o->max_in_flight <= IN_FLIGHT_MAX || option_refuse(error, size, "takes a number from 1 to 10000");
}

bool option_take_rate(struct options *o, const char *text, char *error, size_t size)
{
    return option_read_rate(text, &o->rate, error, size);
}

bool option_take_gateway_rate(struct options *o, const char *text, char *error, size_t size)
{
    return option_read_rate(text, &o->gateway_rate, error, size);
}

bool option_take_target_rate(struct options *o, const char *text, char *error, size_t size)
{
    return option_read_rate(text, &o->target_rate, error, size);
}

bool option_take_shard(struct options *o, const char *text, char *error, size_t size)
{
    struct shard shard;
    const char *clause;
    if (!shard_parse(text, &shard, &clause)) {
        snprintf(error, size, "'%s' %s: it takes I/N, such as 2/8", text, clause);
        return false;
    }
    o->has_shard = true;
    o->shard = shard.index;
    o->shards = shard.count;
    return true;
}

bool option_take_own_ledger(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->own_ledger = true;
    return true;
}

bool option_take_resume(struct options *o, const char *text, char *error, size_t size)
{
    if (!text[0])
        return option_refuse(error, size, "names no file");
    o->resume = text;
    return true;
}

bool option_take_dry_run(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->dry_run = true;
    return true;
}

bool option_take_report(struct options *o, const char *text, char *error, size_t size)
{
    const struct format *format;
    const char *path;
    if (!report_parse(text, &format, &path, error, size))
        return false;
    if (o->report_count == REPORT_OPTIONS_MAX)
        return option_refuse(error, size, "was given too often");
    o->reports[o->report_count++] = text;
    return true;
}
