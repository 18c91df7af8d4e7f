// SPDX-License-Identifier: Apache-2.0
#include "commands/fleet_journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "connection/sandbox.h"
#include "scenario/expectation.h"
#include "scenario/plan_identity.h"
#include "trial/until.h"

enum { HEX_MAX = 17 };

static char *hex(uint64_t number, char text[HEX_MAX])
{
    snprintf(text, HEX_MAX, "%016" PRIx64, number);
    return text;
}

// ---- what is done ----

bool fleet_progress_init(struct fleet_progress *progress, const struct plan *plan)
{
    size_t repeats = plan->scenario->repeats ? plan->scenario->repeats : 1;
    *progress = (struct fleet_progress){.steps = plan->variant_count * repeats};
    progress->done = calloc(plan->target_count * progress->steps / 8 + 1, 1);
    return progress->done != NULL;
}

void fleet_progress_clear(struct fleet_progress *progress)
{
    free(progress->done);
    *progress = (struct fleet_progress){0};
}

bool fleet_progress_done(const struct fleet_progress *progress, size_t target, size_t step)
{
    size_t bit = target * progress->steps + step;
    return progress->done[bit / 8] >> bit % 8 & 1;
}

static void set_done(struct fleet_progress *progress, size_t target, size_t step)
{
    size_t bit = target * progress->steps + step;
    progress->done[bit / 8] |= (uint8_t)(1u << bit % 8);
}

// ---- reading ----

struct known_target {
    uint64_t identity;
    size_t target; // of the plan
};

struct reading {
    const struct plan *plan;
    struct fleet_progress *progress;
    struct known_target *known;
    fleet_record_taker *take;
    void *context;
    bool begun;
    char *error;
    size_t size;
    bool refused;
};

static int compare_known(const void *a, const void *b)
{
    uint64_t x = ((const struct known_target *)a)->identity, y = ((const struct known_target *)b)->identity;
    return x < y ? -1 : x > y;
}

static bool refuse(struct reading *reading, const char *sentence)
{
    snprintf(reading->error, reading->size, "%s", sentence);
    reading->refused = true;
    return false;
}

static bool check_header(struct reading *reading, const json_t *record)
{
    char fingerprint[HEX_MAX], sentence[200];
    const char *own = json_string_value(json_object_get(record, "fingerprint"));
    const json_t *shard = json_object_get(record, "shard");
    json_int_t index = json_integer_value(json_object_get(shard, "index"));
    json_int_t count = json_integer_value(json_object_get(shard, "count"));
    if (!own)
        return refuse(reading, "it is no journal of a matrix run");
    if (strcmp(own, hex(reading->plan->fingerprint, fingerprint)) != 0)
        return refuse(reading,
                      "it was written by another plan: targets, variants, expectations or what else decides the trials "
                      "have changed since, so its trials and new ones do not go together");
    if (index != reading->plan->shard.index || count != reading->plan->shard.count) {
        snprintf(sentence, sizeof sentence,
                 "it is shard %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
                 " of this plan, and this run is shard %u of %u",
                 index, count, reading->plan->shard.index, reading->plan->shard.count);
        return refuse(reading, sentence);
    }
    reading->begun = true;
    return true;
}

static bool unmet(const json_t *expectations)
{
    for (size_t i = 0; i < json_array_size(expectations); i++) {
        if (json_is_false(json_object_get(json_array_get(expectations, i), "met")))
            return true;
    }
    return false;
}

static void note_trial(struct reading *reading, const json_t *record)
{
    struct fleet_progress *progress = reading->progress;
    const json_t *step = json_object_get(record, "step");
    const char *id = json_string_value(json_object_get(record, "target_id"));
    uint64_t number = (uint64_t)json_integer_value(json_object_get(record, "trial"));
    struct known_target key = {.identity = id ? strtoull(id, NULL, 16) : 0};
    const struct known_target *known =
        bsearch(&key, reading->known, reading->plan->target_count, sizeof key, compare_known);
    if (number > progress->number)
        progress->number = number;
    if (!known || !json_is_integer(step) || json_integer_value(step) < 0 ||
        (size_t)json_integer_value(step) >= progress->steps)
        return;
    size_t at = (size_t)json_integer_value(step);
    if (fleet_progress_done(progress, known->target, at))
        return;
    set_done(progress, known->target, at);
    progress->trials++;
    progress->unmet += unmet(json_object_get(record, "expectations"));
}

static bool read_record(const json_t *record, size_t line, void *context)
{
    struct reading *reading = context;
    const char *kind = json_string_value(json_object_get(record, "record"));
    (void)line;
    bool header = kind && strcmp(kind, "run") == 0;
    if (header && !check_header(reading, record))
        return false;
    if (reading->take)
        reading->take(reading->context, record);
    if (header)
        return true;
    if (!reading->begun)
        return refuse(reading, "it does not begin with the header of a run");
    if (kind && strcmp(kind, "trial") == 0)
        note_trial(reading, record);
    return true;
}

static bool read_progress(FILE *file, const struct plan *plan, struct fleet_progress *progress,
                          fleet_record_taker *take, void *context, char *error, size_t size)
{
    struct reading reading = {
        .plan = plan, .progress = progress, .take = take, .context = context, .error = error, .size = size};
    reading.known = calloc(plan->target_count + 1, sizeof *reading.known);
    if (!reading.known)
        return refuse(&reading, "memory is out");
    for (size_t i = 0; i < plan->target_count; i++)
        reading.known[i] =
            (struct known_target){target_identity(plan->scenario, &plan->scenario->targets[plan->targets[i]]), i};
    qsort(reading.known, plan->target_count, sizeof *reading.known, compare_known);
    bool ok = journal_read(file, read_record, &reading, error, size) && !reading.refused;
    if (ok && !reading.begun)
        ok = refuse(&reading, "it holds no record");
    free(reading.known);
    return ok;
}

bool fleet_journal_open(struct journal *journal, const char *path, FILE *copy, bool resume, const struct plan *plan,
                        struct fleet_progress *progress, fleet_record_taker *take, void *context, bool *usage,
                        char *error, size_t size)
{
    struct stat status;
    char clause[400] = "";
    FILE *file = NULL;
    *usage = false;
    *journal = (struct journal){0};
    if (resume && !(file = fopen(path, "re"))) {
        snprintf(error, size, "the journal %s cannot be read: %s", path, strerror(errno));
        *usage = true;
        return false;
    }
    bool ok = journal_open(journal, path, copy);
    if (!ok)
        snprintf(error, size, "the journal %s cannot be opened: %s", path, strerror(errno));
    if (ok && journal->file && flock(fileno(journal->file), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        snprintf(error, size, "another rdpprobe is writing the journal %s", path);
        ok = false;
    }
    if (ok && resume && !read_progress(file, plan, progress, take, context, clause, sizeof clause)) {
        snprintf(error, size, "the journal %s cannot be gone on with: %s", path, clause);
        ok = false;
        *usage = true;
    }
    if (ok && !resume && journal->file && fstat(fileno(journal->file), &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size > 0) {
        snprintf(error, size, "the journal %s has records already: --resume %s goes on with them, or name another file",
                 path, path);
        ok = false;
        *usage = true;
    }
    if (file)
        fclose(file);
    if (!ok)
        journal_close(journal);
    return ok;
}

// ---- writing ----

json_t *fleet_header(const struct plan *plan, const char *libraries, bool resumed)
{
    const struct scenario *s = plan->scenario;
    char started[32], fingerprint[HEX_MAX], host[256] = "";
    time_t now = time(NULL);
    struct tm tm;
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    gethostname(host, sizeof host - 1);
    json_t *json =
        json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:{s:i, s:i, s:s}, s:I, s:I, s:I, s:b}",
                  "record", "run", "schema", JOURNAL_SCHEMA, "rdpprobe", RDPPROBE_VERSION, "libraries", libraries,
                  "sandbox", sandbox_text(), "command", "matrix", "started", started, "host", host, "scenario", s->name,
                  "file", s->file, "fingerprint", hex(plan->fingerprint, fingerprint), "seed", (json_int_t)s->seed,
                  "shard", "index", (int)plan->shard.index, "count", (int)plan->shard.count, "source",
                  plan->shard.source, "targets", (json_int_t)plan->target_count, "variants",
                  (json_int_t)plan->variant_count, "trials", (json_int_t)plan->trials, "resumed", (int)resumed);
    return json;
}

// What tells the target from others with the same host and port.
static void add_difference(json_t *json, const struct scenario *scenario, const struct scenario_target *target)
{
    char text[2 * HOST_MAX + 2];
    if (target->credentials >= 0) {
        const struct credentials *c = &scenario->credentials[target->credentials];
        snprintf(text, sizeof text, "%s%s%s", c->domain, c->domain[0] ? "\\" : "", c->user);
        json_object_set_new(json, "user", json_string(text));
    }
    if (target->has_gateway)
        json_object_set_new(json, "gateway", json_string(target_text(&target->gateway, text, sizeof text)));
}

static void add_target(json_t *json, const struct plan *plan, const struct scenario_target *target, size_t step,
                       bool planned)
{
    char id[HEX_MAX];
    if (target->group[0])
        json_object_set_new(json, "group", json_string(target->group));
    if (target->shares_address)
        add_difference(json, plan->scenario, target);
    json_object_set_new(json, "target_id", json_string(hex(target_identity(plan->scenario, target), id)));
    if (planned)
        json_object_set_new(json, "step", json_integer((json_int_t)step));
    else
        json_object_set_new(json, "purpose", json_string("have a licence issued"));
    if (target->place.line)
        json_object_set_new(json, "line", json_integer(target->place.line));
}

static json_t *judge(const struct plan *plan, const struct scenario_target *target, const struct trial *trial,
                     char *first, size_t size)
{
    const struct scenario *s = plan->scenario;
    json_t *list = json_array();
    char sentence[600];
    for (size_t i = 0; i < s->expectation_count; i++) {
        const struct expectation *e = &s->expectations[i];
        if (!expectation_applies(e, target, &trial->variant))
            continue;
        bool met = expectation_met(e, trial, sentence, sizeof sentence);
        json_t *item = json_pack("{s:s, s:b}", "text", e->text, "met", (int)met);
        if (!met)
            json_object_set_new(item, "sentence", json_string(sentence));
        if (e->place.line)
            json_object_set_new(item, "line", json_integer(e->place.line));
        json_array_append_new(list, item);
        if (!met && !first[0])
            snprintf(first, size, "%s", sentence);
    }
    return list;
}

json_t *fleet_trial(const struct plan *plan, size_t target, size_t step, bool planned, const struct trial *trial,
                    char *first, size_t size)
{
    const struct scenario_target *t = &plan->scenario->targets[plan->targets[target]];
    json_t *json = trial_to_json(trial);
    first[0] = '\0';
    if (!json)
        return NULL;
    add_target(json, plan, t, step, planned);
    if (planned)
        json_object_set_new(json, "expectations", judge(plan, t, trial, first, size));
    return json;
}

json_t *fleet_skipped(const struct plan *plan, size_t target, size_t step, const struct variant *variant,
                      unsigned repeat, const char *why)
{
    const struct scenario_target *t = &plan->scenario->targets[plan->targets[target]];
    char text[HOST_MAX + 16];
    json_t *json = json_pack("{s:s, s:i, s:s, s:i, s:s}", "record", "skipped", "schema", JOURNAL_SCHEMA, "target",
                             target_text(&t->target, text, sizeof text), "repeat", (int)repeat, "why", why);
    if (json) {
        json_object_set_new(json, "variant", variant_to_json(variant));
        json_object_set_new(
            json, "until",
            json_string(until_name((struct until){plan->scenario->until, plan->scenario->at_challenge})));
        add_target(json, plan, t, step, true);
    }
    return json;
}

json_t *fleet_end(const struct fleet_progress *progress, size_t skipped, size_t withdrawn, const char *stop,
                  const char *why)
{
    json_t *json = json_pack("{s:s, s:i, s:I, s:I, s:I, s:I}", "record", "end", "schema", JOURNAL_SCHEMA, "trials",
                             (json_int_t)progress->trials, "unmet", (json_int_t)progress->unmet, "skipped",
                             (json_int_t)skipped, "withdrawn", (json_int_t)withdrawn);
    if (json && stop[0]) {
        json_object_set_new(json, "stop", json_string(stop));
        json_object_set_new(json, "why", json_string(why));
    }
    return json;
}
