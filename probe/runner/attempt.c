// SPDX-License-Identifier: Apache-2.0
#include "runner/attempt.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connection/event.h"
#include "connection/picture/image.h"
#include "connection/request.h"
#include "connection/worker.h"
#include "trial/fact.h"

enum { BUFFER_FIRST = 16 * 1024 };

bool attempt_init(struct attempt *attempt, const struct run_options *options, const char *store, uint64_t number,
                  const struct variant *variant, enum phase until, unsigned repeat)
{
    struct trial *trial = &attempt->trial;
    *attempt = (struct attempt){.options = options, .store = store, .fd = -1};
    if (!trial_init(trial))
        return false;
    trial->number = number;
    trial->variant = *variant;
    trial->until = until;
    trial->repeat = repeat;
    trial->at_challenge = options->at_challenge && until == PHASE_NLA;
    target_text(&options->profile.target, trial->target, sizeof trial->target);
    return true;
}

static bool send_request(const struct attempt *attempt)
{
    const struct run_options *o = attempt->options;
    const struct trial *trial = &attempt->trial;
    struct connection_request request = {
        .profile = o->profile,
        .until = trial->until,
        .at_challenge = trial->at_challenge,
        .config_path = attempt->config,
        .screenshot = attempt->screenshot,
        .looks_for_tls = attempt->looks_for_tls,
        .requests_permit = attempt->requests_permit,
        .one_gateway_logon = attempt->one_gateway_logon,
        .capture = o->capture,
        .capture_fd = o->capture_fd,
    };
    request.profile.levels = trial->variant;
    // A worker that stops before the logon gets no password at all, unless the gateway wants the same one.
    if ((trial->until < PHASE_NLA || trial->at_challenge) && !o->profile.has_gateway)
        request.profile.secret[PROFILE_PASSWORD] = NULL;
    return request_send(&request, attempt->fd);
}

bool attempt_start(struct attempt *attempt, struct zygote *zygote, uint32_t id)
{
    const enum license_level license = (enum license_level)attempt->trial.variant.level[FACTOR_LICENSE];
    if (!scratch_prepare(attempt->store, (unsigned long)attempt->trial.number, license, attempt->config))
        return false;
    if (attempt->options->screenshot &&
        snprintf(attempt->screenshot, SCRATCH_PATH, "%s/screenshot.png", attempt->config) >= SCRATCH_PATH) {
        errno = ENAMETOOLONG;
        return false;
    }
    attempt->start = event_clock();
    attempt->fd = zygote_spawn(zygote, id, attempt->options->profile.deadline_ms);
    if (attempt->fd < 0)
        return false;
    // A worker that has died already says nothing, and its end tells.
    send_request(attempt);
    return true;
}

static bool make_room(struct attempt *attempt)
{
    if (attempt->used < attempt->capacity)
        return true;
    size_t capacity = attempt->capacity ? attempt->capacity * 2 : BUFFER_FIRST;
    char *buffer = capacity <= EVENT_LINE_MAX ? realloc(attempt->buffer, capacity) : NULL; // no event is longer
    if (!buffer)
        return false;
    attempt->buffer = buffer;
    attempt->capacity = capacity;
    return true;
}

static void apply_line(struct attempt *attempt, const char *line, size_t length)
{
    switch (event_apply(&attempt->trial, line, length)) {
    case EVENT_PERMIT_REQUESTED:
        attempt->asking = true;
        attempt->asked = event_clock();
        break;
    case EVENT_PERMIT_UNUSED:
        attempt->undecided = true;
        break;
    case EVENT_ENDED:
        attempt->ended_well = true;
        break;
    case EVENT_OBSERVED:
    case EVENT_UNKNOWN:
        break;
    }
}

static void apply_lines(struct attempt *attempt)
{
    char *line = attempt->buffer, *end;
    while ((end = memchr(line, '\n', attempt->used - (size_t)(line - attempt->buffer)))) {
        apply_line(attempt, line, (size_t)(end - line));
        line = end + 1;
    }
    attempt->used -= (size_t)(line - attempt->buffer);
    memmove(attempt->buffer, line, attempt->used);
}

bool attempt_read(struct attempt *attempt)
{
    while (attempt->fd >= 0) {
        ssize_t n = make_room(attempt) ? recv(attempt->fd, attempt->buffer + attempt->used,
                                              attempt->capacity - attempt->used, MSG_DONTWAIT)
                                       : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return true;
        if (n <= 0)
            break;
        attempt->bytes += (size_t)n;
        attempt->flooded = attempt->bytes > EVENT_STREAM_MAX;
        if (attempt->flooded)
            break;
        attempt->used += (size_t)n;
        apply_lines(attempt);
    }
    attempt_cut(attempt);
    return false;
}

void attempt_cut(struct attempt *attempt)
{
    struct trial *trial = &attempt->trial;
    if (attempt->fd < 0)
        return;
    close(attempt->fd);
    attempt->fd = -1;
    free(attempt->buffer);
    attempt->buffer = NULL;
    attempt->used = attempt->capacity = 0;
    if (attempt->ended_well)
        return;
    // Each account's by itself: what was verified is known at once.
    unsigned at_gateway = (unsigned)fact_integer(trial->facts, FACT_GATEWAY_LOGONS, 0);
    if (trial->logons > at_gateway && !fact_get(trial->facts, FACT_CREDENTIALS))
        trial->failed_logons++;
    if (at_gateway && strcmp(fact_text(trial->facts, FACT_GATEWAY_CREDENTIALS, ""), "verified") != 0)
        trial->failed_logons++;
}

void attempt_grant(struct attempt *attempt, struct zygote *zygote, uint32_t id)
{
    const char yes = EVENT_PERMIT;
    const double waited = event_clock() - attempt->asked;
    attempt->asking = false;
    attempt->start += waited;
    zygote_prolong(zygote, id, (unsigned)waited);
    send(attempt->fd, &yes, 1, MSG_NOSIGNAL | MSG_DONTWAIT); // a worker that has died tells by its end
}

void attempt_decline(struct attempt *attempt)
{
    attempt->undecided = true;
    attempt_cut(attempt);
}

void attempt_reap(struct attempt *attempt, const struct worker_end *end)
{
    attempt->end = *end;
    attempt->reaped = true;
}

bool attempt_over(const struct attempt *attempt)
{
    return attempt->reaped && attempt->fd < 0;
}

static void fail(struct trial *trial, enum family family, uint32_t code, const char *name, const char *detail)
{
    trial->outcome.result = RESULT_FAILED;
    trial->outcome.family = family;
    trial->outcome.side = side_of(family, trial->outcome.phase);
    trial->outcome.code = code;
    snprintf(trial->outcome.name, sizeof trial->outcome.name, "%s", name);
    snprintf(trial->outcome.detail, sizeof trial->outcome.detail, "%s", detail);
}

bool attempt_overdue(const struct attempt *attempt, double now)
{
    return !attempt->asking && now > attempt->start + attempt->options->profile.deadline_ms + ATTEMPT_GRACE_MS;
}

void attempt_lose(struct attempt *attempt)
{
    attempt_read(attempt);
    attempt_cut(attempt);
    attempt->lost = attempt->reaped = true;
}

enum { SLOW_PART = 4 }; // of the deadline: who was silent for less is slow

// Nobody ended the trial when it was due, or who ends trials died: that says nothing of the peer.
static void explain_lost(struct trial *trial, double ms, unsigned deadline_ms)
{
    char detail[160];
    if (ms > deadline_ms)
        snprintf(detail, sizeof detail, "no end within the deadline of %g s, and %s", deadline_ms / 1000.0,
                 "the process that ends trials did not answer: both were killed");
    else
        snprintf(detail, sizeof detail, "the process that makes and ends trials ended before the trial did");
    fail(trial, FAMILY_CRASH, 0, "SUPERVISOR", detail);
    fact_set(trial->facts, FACT_ENDED_BY, json_string("client"));
}

// What the worker could not say itself, because it was killed or died.
static void explain(struct trial *trial, const struct worker_end *end, unsigned deadline_ms)
{
    char detail[160];
    const char *signal_name;

    if (end->killed) {
        const char *step = fact_text(trial->facts, FACT_GATEWAY_STEP, "");
        bool there = trial->outcome.phase == PHASE_GATEWAY && step[0];
        // Of who goes on sending it is not known whether it would have been in time.
        int64_t silence = fact_integer(trial->facts, FACT_END_SILENCE, deadline_ms);
        bool slow = silence < deadline_ms / SLOW_PART;
        bool connects = there && strcmp(step, gateway_step_name(GATEWAY_STEP_CHANNEL)) == 0;
        snprintf(detail, sizeof detail, "no end within the deadline of %g s%s%s%s%s", deadline_ms / 1000.0,
                 there ? "; the gateway does not answer at step " : "", there ? step : "",
                 connects ? ", where it connects to the target" : "", slow ? "; the peer was still sending" : "");
        fail(trial, FAMILY_TIMEOUT, 0, "DEADLINE", detail);
        if (trial->outcome.phase == PHASE_TCP && trial->variant.level[FACTOR_GATEWAY] != GATEWAY_OFF)
            trial->outcome.side = SIDE_GATEWAY; // through a gateway TCP is made to nobody else
        fact_set(trial->facts, FACT_ENDED_BY, json_string("deadline"));
    } else if (WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGXCPU) {
        snprintf(detail, sizeof detail, "the client library used %d s of processor time without an end: stopped",
                 WORKER_CPU_SECONDS);
        fail(trial, FAMILY_CRASH, SIGXCPU, "XCPU", detail);
    } else if (WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGSYS) {
        const char *call = fact_text(trial->facts, FACT_END_BLOCKED_CALL, "");
        snprintf(detail, sizeof detail, "the sandbox stopped the client library, which called %.40s%s",
                 call[0] ? call : "something that it never needs", call[0] ? "()" : "");
        fail(trial, FAMILY_CRASH, SIGSYS, "SANDBOX", detail);
        fact_set(trial->facts, FACT_ENDED_BY, json_string("client"));
    } else if (WIFSIGNALED(end->status)) {
        signal_name = sigabbrev_np(WTERMSIG(end->status));
        snprintf(detail, sizeof detail, "the client library died of signal %d", WTERMSIG(end->status));
        fail(trial, FAMILY_CRASH, (uint32_t)WTERMSIG(end->status), signal_name ? signal_name : "", detail);
        fact_set(trial->facts, FACT_ENDED_BY, json_string("client"));
    } else {
        fail(trial, FAMILY_LOCAL, 0, "NO_WORKER", "this machine could not make a process for the trial");
    }
}

// The worker may write nowhere but in its scratch directory.
static void publish_screenshot(struct attempt *attempt)
{
    struct trial *trial = &attempt->trial;
    const char *file = attempt->options->screenshot;
    if (!attempt->screenshot[0] || access(attempt->screenshot, F_OK) != 0)
        return;
    if (image_publish(attempt->screenshot, file))
        fact_set(trial->facts, FACT_GRAPHICS_SCREENSHOT, json_string(file));
    else if (trial->outcome.result == RESULT_CONNECTED)
        fail(trial, FAMILY_LOCAL, 0, "SCREENSHOT_NOT_SAVED", strerror(errno));
}

void attempt_finish(struct attempt *attempt)
{
    struct trial *trial = &attempt->trial;
    trial->peak_kib = attempt->end.peak_kib;
    trial->cpu_ms = attempt->end.cpu_ms;
    const double ms = event_clock() - attempt->start;
    if (attempt->ended_well) // shortly before the deadline
        fact_remove(trial->facts, FACT_END_SILENCE);
    else
        event_finish(trial, ms);
    if (attempt->flooded && !attempt->ended_well)
        fail(trial, FAMILY_CRASH, 0, "FLOOD",
             "the trial's process reported more than a trial has to say: it was cut off");
    else if (!attempt->ended_well && attempt->lost)
        explain_lost(trial, ms, attempt->options->profile.deadline_ms);
    else if (!attempt->ended_well)
        explain(trial, &attempt->end, attempt->options->profile.deadline_ms);
    if (attempt->ended_well)
        publish_screenshot(attempt);
    if (fact_has(trial->facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE") ||
        fact_has(trial->facts, FACT_LICENSING_MESSAGES, "UPGRADE_LICENSE"))
        scratch_save_licenses(attempt->store, attempt->config);
    scratch_remove(attempt->config);
    attempt->config[0] = '\0';
}

void attempt_clear(struct attempt *attempt, struct trial *keep)
{
    if (!attempt->options)
        return;
    if (attempt->fd >= 0)
        close(attempt->fd);
    free(attempt->buffer);
    if (attempt->config[0])
        scratch_remove(attempt->config);
    if (keep)
        *keep = attempt->trial;
    else
        trial_clear(&attempt->trial);
    *attempt = (struct attempt){.fd = -1};
}
