// SPDX-License-Identifier: Apache-2.0
#include "runner/runner.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connection/sandbox.h"
#include "connection/worker.h"
#include "runner/engine.h"
#include "runner/interrupt.h"
#include "trial/redirected.h"

// One target, whose next step is what the caller wants now.
struct runner {
    struct engine *engine;
    const struct run_options *options; // of the trial that is run now
    struct engine_step wanted;
    bool wants;
    uint64_t redirected_from;   // of the trial that is run now
    const struct trial *latest; // the record of what was wanted, where it came to one
    struct trial **trials;
    size_t count, capacity;
};

const char *runner_versions(void)
{
    return worker_versions();
}

// ---- life ----

struct runner *runner_start(char *error, size_t size)
{
    struct runner *runner = calloc(1, sizeof *runner);
    if (!runner)
        snprintf(error, size, "memory is out");
    if (!runner || !(runner->engine = engine_start(error, size))) {
        free(runner);
        return NULL;
    }
    return runner;
}

static json_t *run_record(const struct run_options *options, const char *command)
{
    char started[32];
    time_t now = time(NULL);
    struct tm tm;

    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    json_t *json = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "record", "run", "schema", JOURNAL_SCHEMA,
                             "rdpprobe", RDPPROBE_VERSION, "libraries", worker_versions(), "sandbox", sandbox_text(),
                             "command", command, "started", started);
    if (json && profile_put_run_members(&options->profile, json) &&
        (!options->experiment || json_object_set(json, "experiment", options->experiment) == 0))
        return json;
    json_decref(json);
    return NULL;
}

static bool write_record(const struct runner *runner, json_t *record, char *why, size_t size)
{
    struct journal *journal = runner->options->journal;
    bool ok = !journal || (record && journal_write(journal, record));
    if (!ok)
        snprintf(why, size, "the journal cannot be written%s%.200s: %s", journal->path[0] ? " to " : "", journal->path,
                 strerror(errno));
    json_decref(record);
    return ok;
}

// ---- what the engine asks ----

static enum engine_answer answer_step(void *context, uint32_t target, uint32_t step, struct engine_step *set)
{
    const struct runner *runner = context;
    (void)target;
    (void)step;
    *set = runner->wanted;
    return runner->wants ? STEP_RUN : STEP_NONE;
}

static void answer_options(void *context, uint32_t target, struct run_options *options)
{
    (void)target;
    *options = *((const struct runner *)context)->options;
}

static bool make_room(struct runner *runner)
{
    if (runner->count < runner->capacity)
        return true;
    size_t capacity = runner->capacity ? runner->capacity * 2 : 32;
    struct trial **trials = realloc(runner->trials, capacity * sizeof *trials);
    if (!trials)
        return false;
    runner->trials = trials;
    runner->capacity = capacity;
    return true;
}

static unsigned count_repeat(const struct runner *runner, const struct trial *trial)
{
    unsigned repeat = 1;
    for (size_t i = 0; i < runner->count; i++)
        repeat +=
            variant_equal(&runner->trials[i]->variant, &trial->variant) && runner->trials[i]->until == trial->until;
    return repeat;
}

// Keeps the record.
static enum stop take_trial(void *context, uint32_t target, uint32_t step, bool planned, struct trial *ended, char *why,
                            size_t size)
{
    struct runner *runner = context;
    const struct run_options *o = runner->options;
    struct trial *trial = make_room(runner) ? malloc(sizeof *trial) : NULL;
    (void)target;
    (void)step;
    if (!trial) {
        snprintf(why, size, "memory is out");
        return STOP_ENVIRONMENT;
    }
    *trial = *ended;
    *ended = (struct trial){0};
    trial->repeat = count_repeat(runner, trial);
    trial->redirected_from = runner->redirected_from;
    trial->ms = trial_ms(trial->ms); // so that sums and texts are the same from the record
    runner->trials[runner->count++] = trial;
    if (o->on_trial)
        o->on_trial(o->context, trial);
    runner->wants = runner->wants && !planned;
    if (!write_record(runner, trial_to_json(trial), why, size))
        return STOP_ENVIRONMENT;
    if (planned)
        runner->latest = trial;
    return STOP_NONE;
}

static enum stop take_forbidden(void *context, uint32_t target, uint32_t step, const struct engine_step *what,
                                const char *sentence, char *why, size_t size)
{
    (void)context;
    (void)target;
    (void)step;
    (void)what;
    snprintf(why, size, "%s", sentence);
    return STOP_SAFETY;
}

// ---- the run ----

bool runner_configure(struct runner *runner, const struct run_options *options, const char *command, char *error,
                      size_t size)
{
    runner->options = options;
    const struct engine_work work = {
        .mode = GUARD_ONE_BY_ONE,
        .targets = 1,
        .max_in_flight = 1,
        .max_trials = options->profile.max_trials,
        .max_option = " (--max-trials)",
        .first_number = 1,
        .logons = guard_needed(options),
        .context = runner,
        .step = answer_step,
        .options = answer_options,
        .ended = take_trial,
        .stopped = take_forbidden,
    };
    return engine_configure(runner->engine, &work, error, size) &&
           write_record(runner, run_record(options, command), error, size);
}

void runner_end(struct runner *runner)
{
    if (!runner)
        return;
    engine_end(runner->engine);
    for (size_t i = 0; i < runner->count; i++) {
        trial_clear(runner->trials[i]);
        free(runner->trials[i]);
    }
    free(runner->trials);
    free(runner);
}

enum stop runner_stop(const struct runner *runner, const char **why)
{
    return engine_stop(runner->engine, why);
}

size_t runner_trials(const struct runner *runner, const struct trial *const **trials)
{
    *trials = (const struct trial *const *)runner->trials;
    return runner->count;
}

static const struct trial *run_step(struct runner *runner, const struct engine_step *step)
{
    runner->wanted = *step;
    runner->wants = true;
    runner->latest = NULL;
    engine_run(runner->engine);
    runner->wants = false;
    return runner->latest;
}

// What a broker says of the next connection stands in place of the variant's: a token goes in the cookie's place, a
// session in that of the administrative one, and a host is addressed as it is named.
static void lead_on(struct variant *variant, const char *token, uint32_t session, bool elsewhere)
{
    variant->level[FACTOR_LOAD_BALANCE] = *token ? LOAD_BALANCE_TOKEN : LOAD_BALANCE_OFF;
    if (*token)
        variant->level[FACTOR_COOKIE] = COOKIE_SHORTENED;
    if (session)
        variant->level[FACTOR_ADMIN] = ADMIN_OFF;
    if (elsewhere)
        variant->level[FACTOR_ADDRESS] = ADDRESS_NAME;
}

// Runs the further connection that a redirection asks for. NULL with *followed false where the trial was sent nowhere.
static const struct trial *follow(struct runner *runner, const struct trial *trial, bool *followed)
{
    const struct run_options *here = runner->options;
    struct run_options there = *here;
    struct engine_step step = {.variant = trial->variant, .until = trial->until, .as_it_is = true};
    const char *token, *error;
    struct target from, *to = &there.profile.target;

    // A further hop starts from where the last one went.
    *followed = target_parse(trial->target, here->profile.target.port, &from, &error) &&
                trial_redirected_to(trial, &from, to, &token, &there.profile.redirected_session);
    if (!*followed)
        return NULL;
    lead_on(&step.variant, token, there.profile.redirected_session, strcmp(from.host, to->host) != 0);
    snprintf(there.profile.operand[FACTOR_LOAD_BALANCE], OPERAND_MAX, "%s", token);
    runner->options = &there;
    runner->redirected_from = trial->number;
    engine_allow_further(runner->engine);
    const struct trial *next = run_step(runner, &step);
    runner->redirected_from = 0;
    runner->options = here;
    return next;
}

const struct trial *runner_trial(struct runner *runner, const struct variant *variant, enum phase until)
{
    const struct engine_step step = {.variant = *variant, .until = until};
    const struct trial *trial = run_step(runner, &step);
    bool followed = runner->options->follow_redirect;
    for (unsigned i = 0; followed && trial && i < REDIRECTIONS_MAX; i++) {
        const struct trial *next = follow(runner, trial, &followed);
        if (followed)
            trial = next;
    }
    return trial;
}

void runner_rest(double ms)
{
    struct pollfd interrupted = {.fd = interrupt_descriptor(), .events = POLLIN};
    poll(&interrupted, 1, (int)ms);
}
