// SPDX-License-Identifier: Apache-2.0
#include "report/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/outcome_text.h"

void tally_init(struct tally *tally)
{
    *tally = (struct tally){.first_targets.limit = TALLY_TARGETS_MAX};
    tally->run.shard = tally->run.shards = 1;
    tally->run.seed = tally->run.trials = -1;
}

static void count(struct tally *tally, struct count_row *row, const struct tally_trial *trial)
{
    if (!row) {
        tally->failed = true;
        return;
    }
    row->trials++;
    row->connected += trial->outcome.result == RESULT_CONNECTED;
    row->unmet += trial->unmet;
    row->ms += trial->ms;
    if (trial->ms > row->ms_max)
        row->ms_max = trial->ms;
}

static struct count_row *variant_row(struct tally *tally, struct json_text variant, char *text, size_t size)
{
    bool fresh;
    struct count_row *row = count_table_row(&tally->variants, variant.at, variant.length, &fresh);
    if (!row || (fresh && !count_row_name(row, record_variant(variant, text, size))))
        return NULL;
    if (tally->variants.overflowed && row == &tally->variants.rows[tally->variants.count - 1])
        record_variant(variant, text, size);
    else if (!fresh)
        snprintf(text, size, "%s", row->name);
    return row;
}

static void judge(struct tally *tally, const struct record *record, struct tally_trial *trial, tally_unmet *unmet,
                  void *context)
{
    struct record_expectation expectation;
    struct json_walk walk = json_walk(record->member[MEMBER_EXPECTATIONS]);
    while (record_expectation_next(&walk, &expectation)) {
        struct count_row *row = count_table_named(&tally->tests, expectation.text);
        trial->checked++;
        tally->failed = tally->failed || !row;
        if (row) {
            row->trials++;
            row->unmet += !expectation.met;
        }
        if (expectation.met)
            continue;
        trial->unmet++;
        if (unmet)
            unmet(context, trial, &expectation);
    }
}

static void name_ending(struct tally_trial *trial)
{
    char text[100];
    outcome_named(&trial->outcome, text, sizeof text);
    if (trial->outcome.result == RESULT_CONNECTED)
        snprintf(trial->ending, sizeof trial->ending, "%s", text);
    else
        snprintf(trial->ending, sizeof trial->ending, "%s in %s", text, phase_name(trial->outcome.phase));
}

// Which target, which trial of it. False if memory is out.
static bool place(struct tally *tally, const struct record *record, struct tally_trial *trial,
                  const struct count_row *variant)
{
    char key[280];
    if (!variant)
        return false;
    trial->again = target_set_take(&tally->targets, target_key(record, key, sizeof key), record,
                                   (size_t)(variant - tally->variants.rows), trial->unmet > 0);
    return !tally->targets.bits.failed;
}

static void add_planned(struct tally *tally, const struct record *record, struct tally_trial *trial, tally_unmet *unmet,
                        void *context)
{
    struct count_row *variant =
        variant_row(tally, record->member[MEMBER_VARIANT], trial->variant, sizeof trial->variant);
    judge(tally, record, trial, unmet, context);
    tally->failed = !place(tally, record, trial, variant) || tally->failed;
    tally->trials++;
    tally->connected += trial->outcome.result == RESULT_CONNECTED;
    tally->could_not_run += trial->could_not_run;
    tally->expectations += trial->checked;
    tally->unmet += trial->unmet;
    tally->trials_judged += trial->judged;
    tally->trials_unmet += trial->unmet > 0;
    tally->again += trial->again;
    count(tally, variant, trial);
    count(tally, count_table_named(&tally->groups, trial->group), trial);
    count(tally, count_table_named(&tally->outcomes, trial->ending), trial);
    count(tally, count_table_named(&tally->first_targets, trial->target), trial);
}

static void add_trial(struct tally *tally, const struct record *record, struct tally_trial *trial, tally_unmet *unmet,
                      void *context)
{
    const struct json_text *m = record->member;
    *trial = (struct tally_trial){.outcome = record_outcome(record),
                                  .repeat = json_text_integer(m[MEMBER_REPEAT], 1),
                                  .ms = json_text_real(m[MEMBER_MS], 0),
                                  .judged = m[MEMBER_EXPECTATIONS].length > 0,
                                  .auxiliary = m[MEMBER_PURPOSE].length > 0};
    record_target(record, trial->target, sizeof trial->target);
    json_text_string(m[MEMBER_GROUP], trial->group, sizeof trial->group);
    trial->could_not_run = record_could_not_run(&trial->outcome);
    name_ending(trial);
    tally->connections += (uint64_t)json_text_integer(m[MEMBER_CONNECTIONS], 0);
    tally->logons += (uint64_t)json_text_integer(m[MEMBER_LOGONS], 0);
    tally->failed_logons += (uint64_t)json_text_integer(m[MEMBER_FAILED_LOGONS], 0);
    tally->ms += trial->ms;
    if (trial->auxiliary)
        tally->auxiliary++;
    else
        add_planned(tally, record, trial, unmet, context);
}

static void add_run(struct tally *tally, const struct record *record)
{
    struct run_identity run = run_identity(record);
    if (tally->runs++ == 0) {
        tally->run = run;
        tally->shards = calloc(run.shards + 1, sizeof *tally->shards);
        tally->failed = tally->failed || !tally->shards;
    }
    tally->shard = tally->shards && run.shard <= tally->run.shards ? run.shard : 0;
    if (!tally->shard)
        return;
    struct shard_seen *shard = &tally->shards[tally->shard];
    if (!shard->seen && run.trials > 0)
        tally->planned += (uint64_t)run.trials;
    tally->shards_seen += !shard->seen;
    tally->shards_ended -= shard->ended;
    tally->skipped -= shard->skipped; // what was left out is due again
    *shard = (struct shard_seen){.seen = true};
    if (tally->stopped_shard == tally->shard) // it goes on
        tally->stop[0] = tally->why[0] = '\0';
}

static void add_end(struct tally *tally, const struct record *record)
{
    struct shard_seen *shard = tally->shard ? &tally->shards[tally->shard] : NULL;
    tally->withdrawn += (uint64_t)json_text_integer(record->member[MEMBER_WITHDRAWN], 0);
    tally->shards_ended += shard && !shard->ended;
    if (shard)
        shard->ended = true;
    if (tally->stop[0] || record->member[MEMBER_STOP].length == 0)
        return;
    json_text_string(record->member[MEMBER_STOP], tally->stop, sizeof tally->stop);
    json_text_string(record->member[MEMBER_WHY], tally->why, sizeof tally->why);
    tally->stopped_shard = tally->shard;
}

void tally_add(struct tally *tally, const struct record *record, struct tally_trial *trial, tally_unmet *unmet,
               void *context)
{
    switch (record->kind) {
    case RECORD_RUN:
        add_run(tally, record);
        break;
    case RECORD_TRIAL:
        add_trial(tally, record, trial, unmet, context);
        break;
    case RECORD_SKIPPED:
        tally->skipped++;
        if (tally->shard)
            tally->shards[tally->shard].skipped++;
        break;
    case RECORD_END:
        add_end(tally, record);
        break;
    case RECORD_VERDICT:
    case RECORD_OTHER:
        break;
    }
}

void tally_note(struct tally *tally, const char *sentence)
{
    char *copy = tally->note_count < TALLY_NOTES_MAX ? strdup(sentence) : NULL;
    if (copy)
        tally->notes[tally->note_count++] = copy;
    else
        tally->notes_left_out++;
}

bool tally_complains(const struct tally *tally)
{
    return tally->trials_judged > 0 ? tally->unmet > 0 || tally->could_not_run > 0 : tally->connected < tally->trials;
}

unsigned tally_unended(const struct tally *tally)
{
    return strcmp(tally->run.command, "matrix") == 0 ? tally->shards_seen - tally->shards_ended : 0;
}

char *tally_unended_text(const struct tally *tally, char *text, size_t size)
{
    unsigned unended = tally_unended(tally);
    uint64_t recorded = tally->trials - tally->again;
    text[0] = '\0';
    if (unended > 0 && tally->run.shards > 1)
        snprintf(text, size,
                 "the runs of %u of %u shards did not end: %" PRIu64 " of %" PRIu64 " planned trials are recorded",
                 unended, tally->shards_seen, recorded, tally->planned);
    else if (unended > 0)
        snprintf(text, size, "the run did not end: %" PRIu64 " of %" PRIu64 " planned trials are recorded", recorded,
                 tally->planned);
    return text;
}

void tally_clear(struct tally *tally)
{
    free(tally->shards);
    target_set_clear(&tally->targets);
    count_table_clear(&tally->variants);
    count_table_clear(&tally->groups);
    count_table_clear(&tally->outcomes);
    count_table_clear(&tally->tests);
    count_table_clear(&tally->first_targets);
    for (size_t i = 0; i < tally->note_count; i++)
        free(tally->notes[i]);
    *tally = (struct tally){0};
}
