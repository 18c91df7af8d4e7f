// SPDX-License-Identifier: Apache-2.0
#include "runner/runner.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connection/event.h"
#include "connection/worker.h"
#include "runner/attempt.h"
#include "runner/guard.h"
#include "runner/interrupt.h"
#include "runner/trial_host.h"
#include "trial/redirected.h"

enum { REASON_MAX = 400 };

struct runner {
    const struct run_options *options;
    struct trial_host host;
    struct guard *guard;
    struct trial **trials;
    size_t count, capacity;
    double last_end; // event_clock() at which the latest trial ended
    enum stop stop;
    char why[REASON_MAX];
    uint64_t redirected_from; // of the trial that is run now
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
    if (!runner || !trial_host_start(&runner->host, error, size)) {
        free(runner);
        return NULL;
    }
    return runner;
}

static json_t *run_record(const struct run_options *options, const char *command)
{
    char started[32], target[HOST_MAX + 16];
    time_t now = time(NULL);
    struct tm tm;

    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    json_t *json = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "record", "run", "schema", JOURNAL_SCHEMA,
                             "rdpprobe", RDPPROBE_VERSION, "libraries", worker_versions(), "command", command,
                             "started", started, "target", target_text(&options->target, target, sizeof target));
    if (!json)
        return NULL;
    if (options->has_gateway)
        json_object_set_new(json, "gateway", json_string(target_text(&options->gateway, target, sizeof target)));
    json_object_set_new(json, "user", json_string(options->account.user ? options->account.user : ""));
    if (options->alias)
        json_object_set_new(json, "alias", json_string(options->alias));
    if (options->client_name)
        json_object_set_new(json, "client_name", json_string(options->client_name));
    if (options->load_balance_info)
        json_object_set_new(json, "load_balance_info", json_string(options->load_balance_info));
    json_object_set_new(json, "autologon", json_boolean(options->autologon));
    json_object_set_new(json, "deadline_ms", json_integer(options->deadline_ms));
    json_object_set_new(json, "settle_ms", json_integer(options->settle_ms));
    json_object_set_new(json, "pause_ms", json_integer(options->pause_ms));
    json_object_set_new(json, "max_failed_logons", json_integer(options->max_failed_logons));
    return json;
}

static bool write_record(struct runner *runner, json_t *record)
{
    struct journal *journal = runner->options->journal;
    bool ok = !journal || (record && journal_write(journal, record));
    if (!ok) {
        runner->stop = STOP_ENVIRONMENT;
        snprintf(runner->why, sizeof runner->why, "the journal cannot be written%s%.200s: %s",
                 journal->path[0] ? " to " : "", journal->path, strerror(errno));
    }
    json_decref(record);
    return ok;
}

bool runner_configure(struct runner *runner, const struct run_options *options, const char *command, char *error,
                      size_t size)
{
    runner->options = options;
    runner->guard = guard_new(GUARD_ONE_BY_ONE, guard_needed(options), error, size);
    if (!runner->guard)
        return false;
    if (!write_record(runner, run_record(options, command))) {
        snprintf(error, size, "%s", runner->why);
        return false;
    }
    return true;
}

void runner_end(struct runner *runner)
{
    if (!runner)
        return;
    trial_host_end(&runner->host);
    guard_free(runner->guard);
    for (size_t i = 0; i < runner->count; i++) {
        trial_clear(runner->trials[i]);
        free(runner->trials[i]);
    }
    free(runner->trials);
    free(runner);
}

enum stop runner_stop(const struct runner *runner, const char **why)
{
    if (why)
        *why = runner->why;
    return runner->stop;
}

size_t runner_trials(const struct runner *runner, const struct trial *const **trials)
{
    *trials = (const struct trial *const *)runner->trials;
    return runner->count;
}

static const struct trial *stopped(struct runner *runner, enum stop stop, const char *sentence)
{
    runner->stop = stop;
    snprintf(runner->why, sizeof runner->why, "%s", sentence);
    return NULL;
}

// ---- one trial ----

// Makes room for a further record.
static struct trial *new_record(struct runner *runner)
{
    if (runner->count == runner->capacity) {
        size_t capacity = runner->capacity ? runner->capacity * 2 : 32;
        struct trial **trials = realloc(runner->trials, capacity * sizeof(struct trial *));
        if (!trials)
            return NULL;
        runner->trials = trials;
        runner->capacity = capacity;
    }
    return calloc(1, sizeof(struct trial));
}

static unsigned count_repeat(const struct runner *runner, const struct variant *variant, enum phase until)
{
    unsigned repeat = 1;
    for (size_t i = 0; i < runner->count; i++)
        repeat += variant_equal(&runner->trials[i]->variant, variant) && runner->trials[i]->until == until;
    return repeat;
}

static bool take_end(struct zygote *zygote, struct attempt *attempt)
{
    struct worker_end end;
    while (zygote_take_end(zygote, &end)) {
        if (end.id == (uint32_t)attempt->trial.number)
            attempt_reap(attempt, &end);
    }
    return errno == EAGAIN;
}

// Reads the worker's events until it has ended. False where an interrupt cut it short or the zygote is gone.
static bool see_through(struct runner *runner, struct attempt *attempt)
{
    enum { WORKER, ZYGOTE, INTERRUPT, DESCRIPTORS };
    while (!attempt_over(attempt)) {
        struct pollfd wait[DESCRIPTORS] = {
            [WORKER] = {.fd = attempt->fd, .events = POLLIN},
            [ZYGOTE] = {.fd = zygote_descriptor(runner->host.zygote), .events = POLLIN},
            // Once the worker is through, its end is a matter of a moment.
            [INTERRUPT] = {.fd = attempt->fd < 0 && attempt->ended_well ? -1 : interrupt_descriptor(),
                           .events = POLLIN},
        };
        if (poll(wait, DESCRIPTORS, -1) < 0 && errno != EINTR)
            return false;
        if (wait[WORKER].revents)
            attempt_read(attempt);
        if (wait[ZYGOTE].revents && !take_end(runner->host.zygote, attempt))
            return false;
        if (interrupt_seen() && !attempt->ended_well)
            return false; // the zygote ends its worker when it is stopped
    }
    return true;
}

static bool run_worker(struct runner *runner, struct attempt *attempt)
{
    bool over =
        attempt_start(attempt, runner->host.zygote, (uint32_t)attempt->trial.number) && see_through(runner, attempt);
    int saved = errno;
    attempt_cut(attempt);
    errno = saved;
    return over;
}

static void pause_since_last(const struct runner *runner)
{
    double left = runner->last_end + runner->options->pause_ms - event_clock();
    while (runner->count && left > 0 && !interrupt_seen()) {
        struct timespec wait = {.tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left * 1e6) % 1000000000L};
        nanosleep(&wait, NULL);
        left = runner->last_end + runner->options->pause_ms - event_clock();
    }
}

static const struct trial *run_one(struct runner *runner, const struct variant *variant, enum phase until)
{
    const struct run_options *o = runner->options;
    struct attempt attempt;
    struct logon_permit permit;
    char sentence[REASON_MAX];

    if (runner->stop != STOP_NONE)
        return NULL;
    if (o->max_trials && runner->count >= o->max_trials) {
        snprintf(sentence, sizeof sentence, "the limit of %u trials (--max-trials) is reached", o->max_trials);
        return stopped(runner, STOP_BUDGET, sentence);
    }
    pause_since_last(runner);
    if (interrupt_seen())
        return stopped(runner, STOP_INTERRUPT, "interrupted");
    if (guard_begin(runner->guard, o, variant, until, &permit, sentence, sizeof sentence) != PERMIT_GRANTED)
        return stopped(runner, STOP_SAFETY, sentence);

    struct trial *trial = new_record(runner);
    bool ready = trial && attempt_init(&attempt, o, runner->host.scratch, runner->count + 1, variant, until,
                                       count_repeat(runner, variant, until));
    if (!ready) {
        free(trial);
        return stopped(runner, STOP_ENVIRONMENT, "memory is out");
    }
    bool ran = run_worker(runner, &attempt);
    int saved = errno;
    if (ran)
        attempt_finish(&attempt);
    bool recorded = guard_end(runner->guard, o, &permit, &attempt.trial, sentence, sizeof sentence);
    attempt_clear(&attempt, ran ? trial : NULL);
    if (!ran) { // nothing was tried
        free(trial);
        if (interrupt_seen())
            return stopped(runner, STOP_INTERRUPT, "interrupted");
        snprintf(sentence, sizeof sentence, "no trial can be run on this machine: %s", strerror(saved));
        return stopped(runner, STOP_ENVIRONMENT, sentence);
    }
    runner->trials[runner->count++] = trial;
    runner->last_end = event_clock();
    trial->redirected_from = runner->redirected_from;
    if (o->on_trial)
        o->on_trial(o->context, trial);
    if (!write_record(runner, trial_to_json(trial)))
        return NULL;
    if (!recorded)
        stopped(runner, STOP_SAFETY, sentence); // this trial stands, the next one may not be run
    return trial;
}

const struct trial *runner_trial(struct runner *runner, const struct variant *variant, enum phase until)
{
    // A licence to reuse must first be issued.
    if (license_needs_issue(variant->level[FACTOR_LICENSE]) && until >= PHASE_LICENSING &&
        !scratch_has_licenses(runner->host.scratch)) {
        struct variant first = variant_with(*variant, FACTOR_LICENSE, LICENSE_CLEAR);
        if (!run_one(runner, &first, until))
            return NULL;
    }
    return run_one(runner, variant, until);
}

const struct trial *runner_follow(struct runner *runner, const struct trial *trial, bool *followed)
{
    const struct run_options *here = runner->options;
    struct run_options there = *here;
    struct variant variant = trial->variant;
    const char *token;
    struct target from;
    const char *error;

    // A further hop starts from where the last one went.
    *followed = target_parse(trial->target, here->target.port, &from, &error) &&
                trial_redirected_to(trial, &from, &there.target, &token, &there.redirected_session);
    if (!*followed)
        return NULL;
    variant.level[FACTOR_LOAD_BALANCE] = *token ? LOAD_BALANCE_TOKEN : LOAD_BALANCE_OFF;
    there.load_balance_info = *token ? token : NULL;
    runner->options = &there;
    runner->redirected_from = trial->number;
    const struct trial *next = run_one(runner, &variant, trial->until);
    runner->redirected_from = 0;
    runner->options = here;
    return next;
}
