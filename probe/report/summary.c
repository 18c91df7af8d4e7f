// SPDX-License-Identifier: Apache-2.0
#include "report/summary.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "report/tally.h"

struct summary {
    FILE *file;
    struct tally tally; // of the run at hand
    json_t *notes, *verdict;
    uint64_t notes_left_out;
    unsigned runs;
    bool open;      // a run's object is
    bool any_unmet; // its list has an item
    bool complaint; // some run has
    uint64_t trial; // number of the trial at hand
    bool failed;    // sticky
};

static void put(struct summary *summary, const char *text)
{
    if (!summary->failed && fputs(text, summary->file) < 0)
        summary->failed = true;
}

// Writes a value on one line and frees it.
static void put_json(struct summary *summary, json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10)) : NULL;
    json_decref(json);
    if (text)
        put(summary, text);
    else
        summary->failed = true;
    free(text);
}

// Texts may come from anywhere; jansson refuses what is no UTF-8.
static json_t *text_json(const char *text)
{
    char clean[1100];
    return json_string(page_clean(text, clean, sizeof clean));
}

void *summary_begin(FILE *file)
{
    struct summary *summary = calloc(1, sizeof *summary);
    if (!summary)
        return NULL;
    summary->file = file;
    summary->notes = json_array();
    if (!summary->notes) {
        free(summary);
        return NULL;
    }
    tally_init(&summary->tally);
    put(summary, "{\"record\":\"summary\",\"schema\":1,\"runs\":[");
    return summary;
}

static void begin_run(struct summary *summary)
{
    put(summary, summary->runs++ ? ",\n{\"unmet\":[" : "\n{\"unmet\":[");
    summary->open = true;
    summary->any_unmet = false;
}

static json_t *table_json(const struct count_table *table, bool trials)
{
    json_t *json = json_object();
    for (size_t i = 0; i < table->count; i++) {
        const struct count_row *row = &table->rows[i];
        char clean[1100];
        page_clean(row->name, clean, sizeof clean);
        json_object_set_new(
            json, clean,
            trials ? json_pack("{s:I, s:I, s:I, s:f, s:f}", "trials", (json_int_t)row->trials, "connected",
                               (json_int_t)row->connected, "unmet", (json_int_t)row->unmet, "ms", row->ms, "ms_max",
                               row->ms_max)
                   : json_pack("{s:I, s:I}", "checked", (json_int_t)row->trials, "unmet", (json_int_t)row->unmet));
    }
    return json;
}

static void set_text(json_t *json, const char *name, const char *text)
{
    if (text[0])
        json_object_set_new(json, name, text_json(text));
}

static void set_number(json_t *json, const char *name, uint64_t number)
{
    json_object_set_new(json, name, json_integer((json_int_t)number));
}

static json_t *run_json(const struct tally *tally)
{
    const struct run_identity *run = &tally->run;
    json_t *json = json_object();
    set_text(json, "command", run->command);
    set_text(json, "scenario", run->scenario);
    set_text(json, "file", run->file);
    set_text(json, "fingerprint", run->fingerprint);
    set_text(json, "target", run->target);
    set_text(json, "started", run->started);
    set_text(json, "host", run->host);
    if (run->seed >= 0)
        set_number(json, "seed", (uint64_t)run->seed);
    set_number(json, "shards", run->shards);
    set_number(json, "shards_seen", tally->shards_seen ? tally->shards_seen : 1);
    set_number(json, "trials", tally->trials);
    set_number(json, "connected", tally->connected);
    set_number(json, "could_not_run", tally->could_not_run);
    set_number(json, "skipped", tally->skipped);
    set_number(json, "withdrawn", tally->withdrawn);
    set_number(json, "repeated", tally->again);
    set_number(json, "auxiliary", tally->auxiliary);
    if (tally->planned > 0)
        set_number(json, "planned", tally->planned);
    set_number(json, "unended", tally_unended(tally));
    set_number(json, "targets", tally->targets.count);
    set_number(json, "targets_unmet", tally->targets.unmet);
    set_number(json, "expectations", tally->expectations);
    set_number(json, "expectations_unmet", tally->unmet);
    set_number(json, "trials_unmet", tally->trials_unmet);
    set_number(json, "connections", tally->connections);
    set_number(json, "logons", tally->logons);
    set_number(json, "failed_logons", tally->failed_logons);
    json_object_set_new(json, "ms", json_real(tally->ms));
    json_object_set_new(json, "variants", table_json(&tally->variants, true));
    json_object_set_new(json, "groups", table_json(&tally->groups, true));
    json_object_set_new(json, "outcomes", table_json(&tally->outcomes, true));
    json_object_set_new(json, "tests", table_json(&tally->tests, false));
    set_text(json, "stop", tally->stop);
    set_text(json, "why", tally->why);
    return json;
}

static void end_run(struct summary *summary)
{
    struct tally *tally = &summary->tally;
    if (!summary->open)
        return;
    put(summary, summary->any_unmet ? "\n]" : "]");
    json_t *run = run_json(tally);
    if (summary->verdict)
        json_object_set_new(run, "verdict", summary->verdict);
    summary->verdict = NULL;
    const char *name;
    json_t *value;
    json_object_foreach(run, name, value)
    {
        put(summary, ",\n \"");
        put(summary, name);
        put(summary, "\":");
        put_json(summary, json_incref(value));
    }
    json_decref(run);
    put(summary, "}");
    summary->complaint =
        summary->complaint || tally_complains(tally) || tally->skipped || tally_unended(tally) > 0 || tally->stop[0];
    summary->failed = summary->failed || tally->failed;
    tally_clear(tally);
    tally_init(tally);
    summary->open = false;
}

static void on_unmet(void *context, const struct tally_trial *trial, const struct record_expectation *expectation)
{
    struct summary *summary = context;
    json_t *json = json_object();
    json_object_set_new(json, "target", text_json(trial->target));
    set_text(json, "group", trial->group);
    json_object_set_new(json, "variant", text_json(trial->variant));
    set_number(json, "repeat", (uint64_t)trial->repeat);
    set_number(json, "trial", summary->trial);
    json_object_set_new(json, "outcome", text_json(trial->ending));
    json_object_set_new(json, "expectation", text_json(expectation->text));
    json_object_set_new(json, "sentence", text_json(expectation->sentence));
    if (expectation->line)
        set_number(json, "line", expectation->line);
    put(summary, summary->any_unmet ? ",\n  " : "\n  ");
    put_json(summary, json);
    summary->any_unmet = true;
}

void summary_record(void *state, const struct record *record)
{
    struct summary *summary = state;
    struct tally_trial trial;
    if (record->kind == RECORD_RUN) {
        struct run_identity run = run_identity(record);
        if (summary->tally.runs == 0 || !run_goes_on(&summary->tally.run, &run))
            end_run(summary);
    }
    if (!summary->open)
        begin_run(summary);
    if (record->kind == RECORD_VERDICT) {
        json_decref(summary->verdict);
        summary->verdict = json_loadb(record->line, record->length, 0, NULL);
        json_object_del(summary->verdict, "record");
        json_object_del(summary->verdict, "schema");
    }
    summary->trial = (uint64_t)json_text_integer(record->member[MEMBER_TRIAL], 0);
    tally_add(&summary->tally, record, &trial, on_unmet, summary);
}

void summary_note(void *state, const char *sentence)
{
    struct summary *summary = state;
    summary->complaint = true;
    if (json_array_size(summary->notes) < TALLY_NOTES_MAX)
        json_array_append_new(summary->notes, text_json(sentence));
    else
        summary->notes_left_out++;
}

bool summary_end(void *state, bool keep)
{
    (void)keep; // most of it is written already
    struct summary *summary = state;
    end_run(summary);
    if (summary->notes_left_out)
        json_array_append_new(summary->notes, json_sprintf("and %" PRIu64 " more notes", summary->notes_left_out));
    put(summary, "],\n\"notes\":");
    put_json(summary, summary->notes);
    put(summary, summary->complaint ? ",\n\"met\":false}\n" : ",\n\"met\":true}\n");
    bool ok = !summary->failed && fflush(summary->file) == 0;
    json_decref(summary->verdict);
    tally_clear(&summary->tally);
    free(summary);
    return ok;
}
