// SPDX-License-Identifier: Apache-2.0
#include "report/record.h"

#include <stdio.h>
#include <string.h>

#include "trial/factor.h"
#include "trial/journal.h"
#include "trial/outcome_record.h"

static const char *const members[MEMBER_COUNT] = {
    [MEMBER_RECORD] = "record",
    [MEMBER_SCHEMA] = "schema",
    [MEMBER_COMMAND] = "command",
    [MEMBER_STARTED] = "started",
    [MEMBER_HOST] = "host",
    [MEMBER_SCENARIO] = "scenario",
    [MEMBER_FILE] = "file",
    [MEMBER_FINGERPRINT] = "fingerprint",
    [MEMBER_SHARD] = "shard",
    [MEMBER_SEED] = "seed",
    [MEMBER_TRIALS] = "trials",
    [MEMBER_LIBRARIES] = "libraries",
    [MEMBER_TRIAL] = "trial",
    [MEMBER_TARGET] = "target",
    [MEMBER_GROUP] = "group",
    [MEMBER_REPEAT] = "repeat",
    [MEMBER_VARIANT] = "variant",
    [MEMBER_UNTIL] = "until",
    [MEMBER_IN_EFFECT] = "in_effect",
    [MEMBER_OUTCOME] = "outcome",
    [MEMBER_PHASES] = "phases",
    [MEMBER_FACTS] = "facts",
    [MEMBER_EXPECTATIONS] = "expectations",
    [MEMBER_CONNECTIONS] = "connections",
    [MEMBER_LOGONS] = "logons",
    [MEMBER_FAILED_LOGONS] = "failed_logons",
    [MEMBER_MS] = "ms",
    [MEMBER_LINE] = "line",
    [MEMBER_TARGET_ID] = "target_id",
    [MEMBER_USER] = "user",
    [MEMBER_GATEWAY] = "gateway",
    [MEMBER_STEP] = "step",
    [MEMBER_PURPOSE] = "purpose",
    [MEMBER_WHY] = "why",
    [MEMBER_STOP] = "stop",
    [MEMBER_WITHDRAWN] = "withdrawn",
    [MEMBER_VERDICT] = "verdict",
    [MEMBER_REASON] = "reason",
};

static enum record_kind kind_of(struct json_text name)
{
    static const char *const kinds[] = {[RECORD_RUN] = "run",
                                        [RECORD_TRIAL] = "trial",
                                        [RECORD_SKIPPED] = "skipped",
                                        [RECORD_VERDICT] = "verdict",
                                        [RECORD_END] = "end"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (json_text_is(name, kinds[i]))
            return (enum record_kind)i;
    }
    return RECORD_OTHER;
}

bool record_read(const char *line, size_t length, struct record *record, const char **error)
{
    struct json_text whole, name, value;
    *record = (struct record){.line = line, .length = length};
    if (!json_text_value(line, length, &whole) || whole.at[0] != '{') {
        *error = "is no JSON object";
        return false;
    }
    struct json_walk walk = json_walk(whole);
    while (json_walk_next(&walk, &name, &value)) {
        for (int i = 0; i < MEMBER_COUNT; i++) {
            if (json_text_is(name, members[i])) {
                record->member[i] = value;
                break;
            }
        }
    }
    if (walk.failed) {
        *error = "is no JSON object";
        return false;
    }
    if (json_text_integer(record->member[MEMBER_SCHEMA], 0) != JOURNAL_SCHEMA) {
        *error = "is no record of this journal format, which has \"schema\":1";
        return false;
    }
    record->kind = kind_of(record->member[MEMBER_RECORD]);
    return true;
}

static unsigned small(struct json_text value, unsigned fallback)
{
    int64_t number = json_text_integer(value, fallback);
    return number >= 0 && number <= 1000000 ? (unsigned)number : fallback;
}

// {"index":2,"count":8,"source":"--shard"}; what makes no sense is the whole.
static void read_shard(struct json_text shard, struct run_identity *run)
{
    run->shard = small(json_text_member(shard, "index"), 1);
    run->shards = small(json_text_member(shard, "count"), 1);
    json_text_string(json_text_member(shard, "source"), run->shard_source, sizeof run->shard_source);
    if (run->shard < 1 || run->shard > run->shards)
        run->shard = run->shards = 1;
}

struct run_identity run_identity(const struct record *record)
{
    const struct json_text *m = record->member;
    struct run_identity run = {.shard = 1, .shards = 1};
    json_text_string(m[MEMBER_COMMAND], run.command, sizeof run.command);
    json_text_string(m[MEMBER_SCENARIO], run.scenario, sizeof run.scenario);
    json_text_string(m[MEMBER_FILE], run.file, sizeof run.file);
    json_text_string(m[MEMBER_FINGERPRINT], run.fingerprint, sizeof run.fingerprint);
    json_text_string(m[MEMBER_TARGET], run.target, sizeof run.target);
    json_text_string(m[MEMBER_STARTED], run.started, sizeof run.started);
    json_text_string(m[MEMBER_HOST], run.host, sizeof run.host);
    read_shard(m[MEMBER_SHARD], &run);
    run.seed = json_text_integer(m[MEMBER_SEED], -1);
    run.trials = json_text_integer(m[MEMBER_TRIALS], -1);
    if (strcmp(run.file, "-") == 0) // standard input is no file that a reader could open
        run.file[0] = '\0';
    if (!run.scenario[0])
        snprintf(run.scenario, sizeof run.scenario, "%.127s", run.file);
    return run;
}

bool run_goes_on(const struct run_identity *first, const struct run_identity *second)
{
    return first->fingerprint[0] && strcmp(first->fingerprint, second->fingerprint) == 0 &&
           strcmp(first->command, second->command) == 0;
}

struct outcome record_outcome(const struct record *record)
{
    struct json_text name, value;
    struct outcome outcome = {.result = RESULT_FAILED, .family = FAMILY_LOCAL};
    struct json_walk walk = json_walk(record->member[MEMBER_OUTCOME]);
    char member[32], text[sizeof outcome.detail];
    while (walk.object && json_walk_next(&walk, &name, &value)) {
        json_text_string(name, member, sizeof member);
        if (value.at[0] == '"')
            outcome_take_text(&outcome, member, json_text_string(value, text, sizeof text));
        else
            outcome_take_number(&outcome, member, json_text_integer(value, 0));
    }
    outcome_settle(&outcome);
    return outcome;
}

bool record_could_not_run(const struct outcome *outcome)
{
    return outcome_is_of_this_machine(outcome) ||
           (outcome->result == RESULT_FAILED && outcome->family == FAMILY_CRASH);
}

char *record_target(const struct record *record, char *text, size_t size)
{
    const struct json_text *m = record->member;
    char user[200], gateway[200];
    json_text_string(m[MEMBER_TARGET], text, size);
    if (m[MEMBER_USER].length > 0) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, " as %s", json_text_string(m[MEMBER_USER], user, sizeof user));
    }
    if (m[MEMBER_GATEWAY].length > 0) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, " through %s", json_text_string(m[MEMBER_GATEWAY], gateway, sizeof gateway));
    }
    return text;
}

char *record_variant(struct json_text variant, char *text, size_t size)
{
    struct json_text name, value;
    struct json_walk walk = json_walk(variant);
    size_t used = 0;
    text[0] = '\0';
    while (walk.object && json_walk_next(&walk, &name, &value)) {
        char factor[64], level[64];
        enum factor known;
        json_text_string(name, factor, sizeof factor);
        json_text_string(value, level, sizeof level);
        bool is_known = factor_from_name(factor, &known);
        if (is_known && known != FACTOR_SECURITY && strcmp(level, level_name(known, 0)) == 0)
            continue;
        int n = snprintf(text + used, size - used, "%s%s=%s", used ? " " : "", factor, level);
        used += n > 0 ? (size_t)n : 0;
        if (used >= size)
            used = size - 1;
    }
    return text;
}

bool record_expectation_next(struct json_walk *walk, struct record_expectation *expectation)
{
    struct json_text none, item, name, value;
    if (walk->object || !json_walk_next(walk, &none, &item))
        return false;
    expectation->text[0] = expectation->sentence[0] = '\0';
    expectation->met = false;
    expectation->line = 0;
    struct json_walk members_walk = json_walk(item);
    while (members_walk.object && json_walk_next(&members_walk, &name, &value)) {
        if (json_text_is(name, "text"))
            json_text_string(value, expectation->text, sizeof expectation->text);
        else if (json_text_is(name, "met"))
            expectation->met = json_text_true(value);
        else if (json_text_is(name, "sentence"))
            json_text_string(value, expectation->sentence, sizeof expectation->sentence);
        else if (json_text_is(name, "line"))
            expectation->line = small(value, 0);
    }
    return true;
}

static void add_trial(struct record_sum *sum, const struct record *record)
{
    struct json_text none, item;
    struct json_walk walk = json_walk(record->member[MEMBER_EXPECTATIONS]);
    if (record->member[MEMBER_PURPOSE].length > 0)
        return;
    sum->judged = sum->judged || record->member[MEMBER_EXPECTATIONS].length > 0;
    while (!walk.object && json_walk_next(&walk, &none, &item)) {
        sum->unmet = sum->unmet || !json_text_true(json_text_member(item, "met"));
    }
    if (!sum->isolate)
        sum->failed =
            sum->failed || !json_text_is(json_text_member(record->member[MEMBER_OUTCOME], "result"), "connected");
}

void record_sum_add(struct record_sum *sum, const struct record *record)
{
    switch (record->kind) {
    case RECORD_RUN:
        sum->isolate = json_text_is(record->member[MEMBER_COMMAND], "isolate");
        sum->open = json_text_is(record->member[MEMBER_COMMAND], "matrix");
        sum->stopped = sum->skipped = false;
        break;
    case RECORD_TRIAL:
        add_trial(sum, record);
        break;
    case RECORD_SKIPPED:
        sum->skipped = true;
        break;
    case RECORD_VERDICT:
        sum->verdict = sum->verdict || !json_text_is(record->member[MEMBER_VERDICT], "not-reproduced");
        break;
    case RECORD_END:
        sum->open = false;
        sum->stopped = record->member[MEMBER_STOP].length > 0;
        break;
    case RECORD_OTHER:
        break;
    }
}

bool record_sum_complains(const struct record_sum *sum)
{
    return sum->unmet || sum->verdict || (!sum->judged && sum->failed);
}
