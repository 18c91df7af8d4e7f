// SPDX-License-Identifier: Apache-2.0
#include "runner/runner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "connection/event.h"
#include "connection/request.h"
#include "connection/worker.h"
#include "runner/guard.h"
#include "runner/scratch.h"
#include "runner/zygote.h"
#include "trial/fact.h"
#include "trial/redirected.h"

enum { LINE_MAX_BYTES = 1 << 16, REASON_MAX = 400, INTERRUPT_LOOK_MS = 200 };

struct runner {
    const struct run_options *options;
    struct zygote *zygote;
    struct guard *guard;
    char scratch[SCRATCH_PATH];
    struct trial **trials;
    size_t count, capacity;
    double last_end; // event_clock() at which the latest trial ended
    enum stop stop;
    char why[REASON_MAX];
    uint64_t redirected_from; // of the trial that is run now
};

// Set by the handler; the handler resets itself, so that a second signal ends the program at once.
static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

// ---- accounts and options ----

static void wipe(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

bool account_set(struct account *account, const char *user, const char *domain, const char *password)
{
    *account = (struct account){.user = strdup(user ? user : ""),
                                .domain = strdup(domain ? domain : ""),
                                .password = strdup(password ? password : "")};
    if (account->user && account->domain && account->password)
        return true;
    account_clear(account);
    return false;
}

void account_clear(struct account *account)
{
    wipe(&account->password);
    free(account->user);
    free(account->domain);
    *account = (struct account){0};
}

struct run_options run_options_default(void)
{
    return (struct run_options){
        .deadline_ms = 20000, .settle_ms = 100, .pause_ms = 500, .max_failed_logons = 2};
}

const char *runner_versions(void)
{
    return worker_versions();
}

// ---- life ----

struct runner *runner_start(char *error, size_t size)
{
    struct runner *runner = calloc(1, sizeof *runner);
    if (!runner || !scratch_make(runner->scratch)) {
        snprintf(error, size, "no scratch directory can be made: %s", strerror(errno));
        free(runner);
        return NULL;
    }
    runner->zygote = zygote_start(runner->scratch, error, size);
    if (!runner->zygote) {
        runner_end(runner);
        return NULL;
    }
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
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
    runner->guard = guard_new(options, error, size);
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
    zygote_stop(runner->zygote); // removes the scratch directory, too
    scratch_remove(runner->scratch);
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

static struct trial *new_trial(struct runner *runner, const struct variant *variant, enum phase until)
{
    if (runner->count == runner->capacity) {
        size_t capacity = runner->capacity ? runner->capacity * 2 : 32;
        struct trial **trials = realloc(runner->trials, capacity * sizeof(struct trial *));
        if (!trials)
            return NULL;
        runner->trials = trials;
        runner->capacity = capacity;
    }
    struct trial *trial = malloc(sizeof *trial);
    if (!trial || !trial_init(trial)) {
        free(trial);
        return NULL;
    }
    trial->number = runner->count + 1;
    trial->variant = *variant;
    trial->until = until;
    trial->at_challenge = runner->options->at_challenge && until == PHASE_NLA;
    target_text(&runner->options->target, trial->target, sizeof trial->target);
    for (size_t i = 0; i < runner->count; i++)
        if (variant_equal(&runner->trials[i]->variant, variant) && runner->trials[i]->until == until)
            trial->repeat++;
    runner->trials[runner->count++] = trial;
    return trial;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static bool send_request(const struct runner *runner, const struct trial *trial, const char *config, int fd)
{
    const struct run_options *o = runner->options;
    bool password = trial->until >= PHASE_NLA && !trial->at_challenge;
    const struct connection_request request = {
        .variant = trial->variant,
        .until = trial->until,
        .at_challenge = trial->at_challenge,
        .target = o->target,
        .gateway = o->gateway,
        .user = or_empty(o->account.user),
        .domain = or_empty(o->account.domain),
        // A worker that stops before the logon gets no password at all, unless the gateway wants the same one.
        .password = password || o->has_gateway ? or_empty(o->account.password) : "",
        .gateway_user = or_empty(o->gateway_account.user),
        .gateway_domain = or_empty(o->gateway_account.domain),
        .gateway_password = or_empty(o->gateway_account.password),
        .gateway_token = or_empty(o->gateway_token),
        .client_name = or_empty(o->client_name),
        .load_balance_info = or_empty(o->load_balance_info),
        .config_path = config,
        .require_certificate = o->certificate_policy == CERTIFICATE_REQUIRE,
        .autologon = o->autologon,
        .settle_ms = o->settle_ms,
        .deadline_ms = o->deadline_ms,
    };
    return request_send(&request, fd);
}

// Reads the worker's events until it closes its end.
static void collect_events(struct trial *trial, int fd, bool *ended_well)
{
    char *buffer = malloc(LINE_MAX_BYTES);
    size_t used = 0;
    *ended_well = false;
    while (buffer) {
        ssize_t n = recv(fd, buffer + used, LINE_MAX_BYTES - used, 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN) && !interrupted)
            continue;
        if (n <= 0)
            break;
        used += (size_t)n;
        char *line = buffer, *end;
        while ((end = memchr(line, '\n', used - (size_t)(line - buffer)))) {
            size_t length = (size_t)(end - line);
            if (event_apply(trial, line, length) && memmem(line, length, "\"outcome\"", 9))
                *ended_well = true;
            line = end + 1;
        }
        used -= (size_t)(line - buffer);
        memmove(buffer, line, used);
        if (used == LINE_MAX_BYTES)
            break; // no event is that long
    }
    free(buffer);
}

static void fail(struct trial *trial, enum family family, uint32_t code, const char *name, const char *detail)
{
    trial->outcome.result = RESULT_FAILED;
    trial->outcome.family = family;
    trial->outcome.code = code;
    snprintf(trial->outcome.name, sizeof trial->outcome.name, "%s", name);
    snprintf(trial->outcome.detail, sizeof trial->outcome.detail, "%s", detail);
}

// What the worker could not say itself, because it was killed or died.
static void finish(struct trial *trial, const struct worker_end *end, bool ended_well, double ms, unsigned deadline_ms)
{
    char detail[120];
    const char *signal_name;

    trial->peak_kib = end->peak_kib;
    if (ended_well)
        return;
    event_finish(trial, ms);
    if (end->killed) {
        snprintf(detail, sizeof detail, "no end within the deadline of %g s", deadline_ms / 1000.0);
        fail(trial, FAMILY_TIMEOUT, 0, "DEADLINE", detail);
    } else if (WIFSIGNALED(end->status)) {
        signal_name = sigabbrev_np(WTERMSIG(end->status));
        snprintf(detail, sizeof detail, "the client library died of signal %d", WTERMSIG(end->status));
        fail(trial, FAMILY_CRASH, (uint32_t)WTERMSIG(end->status), signal_name ? signal_name : "", detail);
    } else {
        fail(trial, FAMILY_LOCAL, 0, "NO_WORKER", "this machine could not make a process for the trial");
    }
}

static bool run_worker(struct runner *runner, struct trial *trial, const char *config)
{
    const struct run_options *o = runner->options;
    struct worker_end end;
    bool ended_well = false;
    double start = event_clock();
    // A signal that comes right before recv() does not interrupt it, so that is looked at from time to time.
    const struct timeval look = {.tv_usec = INTERRUPT_LOOK_MS * 1000};

    int fd = zygote_spawn(runner->zygote, (uint32_t)trial->number, o->deadline_ms);
    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof look);
    if (send_request(runner, trial, config, fd))
        collect_events(trial, fd, &ended_well);
    close(fd);
    // A logon whose answer never came may have been refused.
    if (!ended_well && trial->logons && !fact_get(trial->facts, FACT_CREDENTIALS))
        trial->failed_logons = 1;
    if (!ended_well && interrupted)
        return false; // the zygote ends its worker when it is stopped
    do {
        if (!zygote_wait(runner->zygote, &end))
            return false;
    } while (end.id != (uint32_t)trial->number);
    finish(trial, &end, ended_well, event_clock() - start, o->deadline_ms);
    return true;
}

static void keep_license(struct runner *runner, const struct trial *trial, const char *config)
{
    if (fact_has(trial->facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE") ||
        fact_has(trial->facts, FACT_LICENSING_MESSAGES, "UPGRADE_LICENSE"))
        scratch_save_licenses(runner->scratch, config);
}

static void pause_since_last(const struct runner *runner)
{
    double left = runner->last_end + runner->options->pause_ms - event_clock();
    while (runner->count && left > 0 && !interrupted) {
        struct timespec wait = {.tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left * 1e6) % 1000000000L};
        nanosleep(&wait, NULL);
        left = runner->last_end + runner->options->pause_ms - event_clock();
    }
}

static const struct trial *run_one(struct runner *runner, const struct variant *variant, enum phase until)
{
    const struct run_options *o = runner->options;
    char config[SCRATCH_PATH], sentence[REASON_MAX];

    if (runner->stop != STOP_NONE)
        return NULL;
    if (o->max_trials && runner->count >= o->max_trials) {
        snprintf(sentence, sizeof sentence, "the limit of %u trials (--max-trials) is reached", o->max_trials);
        return stopped(runner, STOP_BUDGET, sentence);
    }
    pause_since_last(runner);
    if (interrupted)
        return stopped(runner, STOP_INTERRUPT, "interrupted");
    if (!guard_begin(runner->guard, variant, until, sentence, sizeof sentence))
        return stopped(runner, STOP_SAFETY, sentence);

    struct trial *trial = new_trial(runner, variant, until);
    if (!trial)
        return stopped(runner, STOP_ENVIRONMENT, "memory is out");
    bool ran = scratch_prepare(runner->scratch, (unsigned long)trial->number,
                               (enum license_level)variant->level[FACTOR_LICENSE], config) &&
               run_worker(runner, trial, config);
    int saved = errno;
    bool recorded = guard_end(runner->guard, trial, sentence, sizeof sentence);
    if (!ran) {
        runner->count--; // nothing was tried
        trial_clear(trial);
        free(trial);
        if (interrupted)
            return stopped(runner, STOP_INTERRUPT, "interrupted");
        snprintf(sentence, sizeof sentence, "no trial can be run on this machine: %s", strerror(saved));
        return stopped(runner, STOP_ENVIRONMENT, sentence);
    }
    keep_license(runner, trial, config);
    scratch_remove(config);
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
        !scratch_has_licenses(runner->scratch)) {
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
                trial_redirected_to(trial, &from, &there.target, &token);
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
