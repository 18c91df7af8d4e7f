// SPDX-License-Identifier: Apache-2.0
#include "runner/engine.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "connection/event.h"
#include "runner/interrupt.h"
#include "runner/slots.h"
#include "runner/target_queue.h"
#include "runner/target_state.h"
#include "runner/trial_host.h"

enum {
    SENTENCE = 1024,
    BURST = 16,         // starts before ends are looked at again
    SWEEP_MS = 100,     // how often events of trials in flight are read
    PROGRESS_MS = 250,  // how often progress is told
    BUSY_MS = 5,        // how soon a zygote that was too busy is asked again
    PATIENCE_MS = 2000, // how long a server is kept waiting for a password: no longer than a slow domain controller
    FROM_ZYGOTE = -1,   // in place of a slot's index
    FROM_INTERRUPT = -2,
    ZYGOTES_MAX = 3 // that are lost one after the other without a trial's end between them
};

struct engine {
    struct trial_host host;
    struct engine_work work;
    struct guard *guard;
    struct target_queue *queue;
    struct target_state *targets;
    struct slots *slots;
    int epoll;
    struct engine_state state;
    unsigned askers; // trials in flight that ask before they use their account, or have asked
    double began, swept, told, busy_until;
    double heard; // when the zygote reported an end, or was made
    uint64_t number;
    unsigned further; // trials that the limit does not count
    bool interrupted;
    unsigned lost; // zygotes since the last trial that came to its end
    enum stop stop;
    char why[SENTENCE];
};

struct engine *engine_start(char *error, size_t size)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        snprintf(error, size, "memory is out");
    if (!engine || !trial_host_start(&engine->host, error, size)) {
        free(engine);
        return NULL;
    }
    engine->epoll = -1;
    return engine;
}

static void stop(struct engine *e, enum stop reason, const char *sentence)
{
    if (e->stop != STOP_NONE)
        return;
    e->stop = reason;
    snprintf(e->why, sizeof e->why, "%s", sentence);
}

// A ledger that cannot be written: what no ledger counts may not be tried.
static void stop_uncounted(struct engine *e, const char *sentence)
{
    stop(e, e->work.mode == GUARD_FLEET ? STOP_ENVIRONMENT : STOP_SAFETY, sentence);
}

// Lines the target up for its next trial, if it has one.
static void line_up(struct engine *e, struct target_state *target)
{
    struct engine_step step;
    if (target_next_step(target, &e->work, &step))
        queue_wait(e->queue, target->target, target_route(target, &e->work, &step.variant), target->not_before);
    else
        target_drop_store(target, &e->work, e->host.scratch);
}

// ---- a trial's beginning ----

static bool start_worker(struct engine *e, struct slot *slot, unsigned index, const struct engine_step *step)
{
    const uint32_t events = slot->permit.asks ? EPOLLRDHUP | EPOLLIN : EPOLLRDHUP;
    struct epoll_event event = {.events = events, .data.u64 = index};
    bool ready =
        attempt_init(&slot->attempt, &slot->options, slot->store, e->number, &step->variant, step->until, step->repeat);
    if (!ready)
        errno = ENOMEM;
    slot->attempt.looks_for_tls = !e->targets[slot->target].tls_looked_for;
    slot->attempt.requests_permit = slot->permit.asks;
    slot->attempt.one_gateway_logon = slot->permit.one_gateway_logon;
    // What a worker reports waits in its socket: waking up for each event would cost more than the trial's record. Only
    // who may ask is listened to.
    return ready && attempt_start(&slot->attempt, e->host.zygote, index) &&
           epoll_ctl(e->epoll, EPOLL_CTL_ADD, slot->attempt.fd, &event) == 0;
}

// Nothing was begun: tries again soon, or gives up where nothing else is in flight that would make room.
static void put_off(struct engine *e, struct slot *slot, unsigned index, uint32_t route, int problem)
{
    char sentence[SENTENCE];
    guard_end(e->guard, &slot->options, &slot->permit, &slot->attempt.trial, sentence, sizeof sentence);
    attempt_clear(&slot->attempt, NULL);
    // EPIPE: the zygote has died, which is seen to next.
    if (problem != EAGAIN && problem != EPIPE && problem != ECONNRESET && e->state.in_flight == 0) {
        snprintf(sentence, sizeof sentence, "no trial can be run on this machine: %s", strerror(problem));
        stop(e, STOP_ENVIRONMENT, sentence);
    }
    e->busy_until = event_clock() + BUSY_MS;
    queue_wait(e->queue, slot->target, route, e->busy_until);
    slots_give_back(e->slots, index);
}

// The step is left out for good; the target's next one is looked at at once.
static void forbid(struct engine *e, struct target_state *target, const struct engine_step *step, const char *sentence)
{
    char why[SENTENCE];
    e->state.stopped++;
    enum stop reason = e->work.stopped(e->work.context, target->target, target->step, step, sentence, why, sizeof why);
    if (reason != STOP_NONE)
        stop(e, reason, why);
    target_advance(target, true);
    target->not_before = 0;
    line_up(e, target);
}

// Nobody's account is touched by a trial that ends before NLA; a gateway, though, has a logon of its own.
static bool is_scan(const struct engine_step *step, const struct run_options *options)
{
    bool before = step->until < PHASE_NLA || (step->until == PHASE_NLA && options->at_challenge);
    return before && step->variant.level[FACTOR_GATEWAY] == GATEWAY_OFF;
}

// Fills a place with the trial that the target is to have now. False with errno where there is no store for it.
static bool prepare(struct engine *e, struct slot *slot, struct target_state *target, struct engine_step *step)
{
    slot->target = target->target;
    slot->step = target->step;
    slot->options = run_options_default();
    e->work.options(e->work.context, slot->target, &slot->options);
    if (!target_make_store(target, &e->work, e->host.scratch, slot->store))
        return false;
    slot->planned = target_plan_trial(target, slot->store, step);
    slot->scan = is_scan(step, &slot->options);
    return true;
}

static void count_start(struct engine *e, struct slot *slot)
{
    slot->used = true;
    slot->begun = event_clock();
    e->askers += slot->attempt.requests_permit;
    e->number++;
    e->state.started++;
    e->state.in_flight++;
    queue_started(e->queue, slot->target, slot->begun);
}

// Begins the trial of a target whose turn it is.
static void begin(struct engine *e, struct target_state *target)
{
    struct engine_step step;
    char sentence[SENTENCE];
    unsigned index;
    if (!target_next_step(target, &e->work, &step))
        return;
    const uint32_t route = target_route(target, &e->work, &step.variant);
    struct slot *slot = slots_take(e->slots, &index);
    if (!slot) {
        stop(e, STOP_ENVIRONMENT, "memory is out");
        return;
    }
    if (!prepare(e, slot, target, &step)) {
        snprintf(sentence, sizeof sentence, "no scratch directory can be made: %s", strerror(errno));
        stop(e, STOP_ENVIRONMENT, sentence);
        slots_give_back(e->slots, index);
        return;
    }
    enum permit_decision decision =
        guard_begin(e->guard, &slot->options, &step.variant, step.until, &slot->permit, sentence, sizeof sentence);
    if (decision != PERMIT_GRANTED) {
        slots_give_back(e->slots, index);
        if (decision == PERMIT_LATER)
            queue_park(e->queue, slot->target, route);
        else
            forbid(e, target, &step, sentence);
    } else if (start_worker(e, slot, index, &step)) {
        count_start(e, slot);
    } else {
        put_off(e, slot, index, route, errno);
    }
}

static void begin_some(struct engine *e)
{
    uint32_t target;
    char sentence[SENTENCE];
    double now = event_clock();
    if (now < e->busy_until)
        return;
    for (int i = 0; i < BURST && e->stop == STOP_NONE && slots_has_place(e->slots) && now >= e->busy_until; i++) {
        bool spent = e->work.max_trials && e->state.started >= (size_t)e->work.max_trials + e->further;
        if (spent && queue_waiting(e->queue)) {
            snprintf(sentence, sizeof sentence, "the limit of %u trials%s is reached", e->work.max_trials,
                     e->work.max_option);
            stop(e, STOP_BUDGET, sentence);
            return;
        }
        if (!queue_take(e->queue, now, &target))
            return;
        begin(e, &e->targets[target]);
    }
}

// ---- a trial that requests a permit to use its account ----

static void answer(struct engine *e, unsigned index)
{
    struct slot *slot = slots_in_use(e->slots, index);
    struct epoll_event event = {.events = EPOLLRDHUP, .data.u64 = index};
    char sentence[SENTENCE];
    if (!slot || !slot->attempt.asking || slot->attempt.fd < 0)
        return;
    enum permit_decision decision =
        guard_request(e->guard, &slot->options, &slot->permit, &slot->attempt.trial, sentence, sizeof sentence);
    if (decision == PERMIT_GRANTED) {
        attempt_grant(&slot->attempt, e->host.zygote, index);
        epoll_ctl(e->epoll, EPOLL_CTL_MOD, slot->attempt.fd, &event);
    } else if (decision == PERMIT_DECLINED || event_clock() > slot->attempt.asked + PATIENCE_MS) {
        attempt_decline(&slot->attempt);
    }
}

static void answer_all(struct engine *e)
{
    for (unsigned i = 0; i < slots_count(e->slots) && e->askers; i++)
        answer(e, i);
}

// ---- a trial's end ----

// When the target may have its next trial: after a pause, and no sooner after its last beginning than its rate says.
static double next_beginning(const struct engine *e, const struct slot *slot)
{
    const struct profile *profile = &slot->options.profile;
    const double pause = slot->scan ? profile->scan_pause_ms : profile->pause_ms;
    const double rested = event_clock() + pause, rate = e->work.target_rate;
    return rate > 0 ? fmax(rested, slot->begun + 1000 / rate) : rested;
}

// Gives the trial's place back; its target waits for its next turn.
static void leave(struct engine *e, const struct slot *slot, unsigned index)
{
    struct target_state *target = &e->targets[slot->target];
    target->not_before = next_beginning(e, slot);
    e->state.in_flight--;
    slots_give_back(e->slots, index);
    line_up(e, target);
}

// No password was sent, and the server was kept waiting: that is no trial. The step is due again.
static void take_back(struct engine *e, struct slot *slot, unsigned index)
{
    char sentence[SENTENCE];
    if (!guard_end(e->guard, &slot->options, &slot->permit, &slot->attempt.trial, sentence, sizeof sentence))
        stop_uncounted(e, sentence);
    attempt_clear(&slot->attempt, NULL);
    e->state.started--;
    e->state.withdrawn++;
    leave(e, slot, index);
}

static void complete(struct engine *e, struct slot *slot, unsigned index)
{
    char uncounted[SENTENCE], why[SENTENCE];
    attempt_finish(&slot->attempt);
    bool counted =
        guard_end(e->guard, &slot->options, &slot->permit, &slot->attempt.trial, uncounted, sizeof uncounted);
    e->state.ended++;
    e->lost = slot->attempt.lost ? e->lost : 0;
    if (fact_get(slot->attempt.trial.facts, FACT_NEGOTIATION_TLS_FIRST))
        e->targets[slot->target].tls_looked_for = true;
    enum stop reason =
        e->work.ended(e->work.context, slot->target, slot->step, slot->planned, &slot->attempt.trial, why, sizeof why);
    if (reason != STOP_NONE)
        stop(e, reason, why);
    if (!counted) // this trial stands, the next one may not be run
        stop_uncounted(e, uncounted);
    attempt_clear(&slot->attempt, NULL);
    target_advance(&e->targets[slot->target], slot->planned);
    leave(e, slot, index);
}

static void finish(struct engine *e, unsigned index)
{
    struct slot *slot = slots_at(e->slots, index);
    bool held = slot->permit.target.used || slot->permit.gateway.used;
    bool tried = !slot->attempt.undecided && !slot->attempt.asking;
    e->askers -= slot->attempt.requests_permit;
    if (tried)
        complete(e, slot, index);
    else
        take_back(e, slot, index);
    if (held)
        queue_wake(e->queue);
    if (held && tried)
        answer_all(e);
}

static void finish_if_over(struct engine *e, unsigned index)
{
    struct slot *slot = slots_in_use(e->slots, index);
    if (slot && attempt_over(&slot->attempt))
        finish(e, index);
}

// What was in flight has no end and is no trial, but its logons count. all: also where only the end of the worker's
// process is still missing.
static void abandon(struct engine *e, bool all)
{
    char ignored[SENTENCE];
    for (unsigned i = 0; i < slots_count(e->slots); i++) {
        struct slot *slot = slots_in_use(e->slots, i);
        if (!slot)
            continue;
        attempt_read(&slot->attempt);
        if (slot->attempt.ended_well && !all)
            continue;
        e->askers -= slot->attempt.requests_permit;
        attempt_cut(&slot->attempt);
        guard_end(e->guard, &slot->options, &slot->permit, &slot->attempt.trial, ignored, sizeof ignored);
        attempt_clear(&slot->attempt, NULL);
        slots_give_back(e->slots, i);
        e->state.in_flight--;
    }
}

static void heed_interrupt(struct engine *e)
{
    if (e->interrupted || !interrupt_seen())
        return;
    e->interrupted = true;
    stop(e, STOP_INTERRUPT, "interrupted");
    epoll_ctl(e->epoll, EPOLL_CTL_DEL, interrupt_descriptor(), NULL); // nobody reads it
    if (e->work.mode == GUARD_ONE_BY_ONE)
        abandon(e, false); // the zygote ends their workers when it is stopped
}

static bool listen_to(struct engine *e, int descriptor, int64_t from)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)from};
    return descriptor < 0 || epoll_ctl(e->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

static void renew_host(struct engine *e)
{
    char sentence[SENTENCE];
    if (++e->lost >= ZYGOTES_MAX)
        stop(e, STOP_ENVIRONMENT, "the process that makes the trials' processes died again and again");
    else if (!trial_host_renew(&e->host, sentence, sizeof sentence) ||
             !listen_to(e, zygote_descriptor(e->host.zygote), FROM_ZYGOTE))
        stop(e, STOP_ENVIRONMENT, sentence);
}

// The zygote is dead, stopped or hangs. It ends with its workers; each trial in flight has a record of that; and the
// run goes on with another one.
static void replace_zygote(struct engine *e)
{
    heed_interrupt(e); // the reason that people know
    epoll_ctl(e->epoll, EPOLL_CTL_DEL, zygote_descriptor(e->host.zygote), NULL);
    trial_host_kill(&e->host);
    e->heard = event_clock();
    if (e->interrupted)
        abandon(e, false);
    else
        renew_host(e);
    for (unsigned i = 0; i < slots_count(e->slots); i++) {
        struct slot *slot = slots_in_use(e->slots, i);
        if (slot)
            attempt_lose(&slot->attempt);
        finish_if_over(e, i);
    }
}

static void take_ends(struct engine *e)
{
    struct worker_end end;
    while (zygote_take_end(e->host.zygote, &end)) {
        e->heard = event_clock();
        struct slot *slot = slots_in_use(e->slots, end.id);
        if (!slot)
            continue;
        attempt_reap(&slot->attempt, &end);
        attempt_read(&slot->attempt);
        finish_if_over(e, end.id);
    }
    if (errno != EAGAIN)
        replace_zygote(e);
}

static void hear(struct engine *e, unsigned index)
{
    struct slot *slot = slots_in_use(e->slots, index);
    if (!slot)
        return;
    if (attempt_read(&slot->attempt))
        answer(e, index);
    else
        finish_if_over(e, index);
}

// The zygote of hundreds that end at once takes its time; one that reports nothing any more does not answer.
static bool is_overdue(const struct engine *e, double now)
{
    bool overdue = false;
    if (now < e->heard + ATTEMPT_GRACE_MS)
        return false;
    for (unsigned i = 0; i < slots_count(e->slots) && !overdue; i++) {
        const struct slot *slot = slots_in_use(e->slots, i);
        overdue = slot && attempt_overdue(&slot->attempt, now);
    }
    return overdue;
}

// Sockets hold a few hundred events; a worker waits where its own is full.
static void sweep(struct engine *e, double now)
{
    if (now < e->swept + SWEEP_MS)
        return;
    e->swept = now;
    for (unsigned i = 0; i < slots_count(e->slots); i++)
        hear(e, i);
    if (e->state.in_flight && is_overdue(e, now))
        take_ends(e); // that lie there already
    if (e->state.in_flight && is_overdue(e, now))
        replace_zygote(e);
    answer_all(e); // for accounts that other processes have given back, and for those who have waited long enough
    if (queue_parked(e->queue)) // for accounts that other processes have given back
        queue_wake(e->queue);
}

// ---- the loop ----

static void tell(struct engine *e, double now, bool at_once)
{
    if (!e->work.progress || (!at_once && now < e->told + PROGRESS_MS))
        return;
    e->told = now;
    e->state.seconds = (now - e->began) / 1000;
    e->work.progress(e->work.context, &e->state);
}

static int patience(const struct engine *e, double now)
{
    double until = INFINITY;
    if (e->stop == STOP_NONE && slots_has_place(e->slots))
        until = fmax(queue_next(e->queue, now), e->busy_until);
    if (e->state.in_flight || queue_parked(e->queue))
        until = fmin(until, e->swept + SWEEP_MS);
    if (e->work.progress)
        until = fmin(until, e->told + PROGRESS_MS);
    if (isinf(until))
        return -1;
    return until <= now ? 0 : (int)fmin(ceil(until - now), 60000);
}

static void wait_and_handle(struct engine *e)
{
    enum { EVENTS = 64 };
    struct epoll_event events[EVENTS];
    int count = epoll_wait(e->epoll, events, EVENTS, patience(e, event_clock()));
    bool ends = false;
    for (int i = 0; i < count; i++) {
        int64_t from = (int64_t)events[i].data.u64;
        ends = ends || from == FROM_ZYGOTE;
        if (from >= 0)
            hear(e, (unsigned)from);
    }
    if (ends)
        take_ends(e);
}

static bool is_over(const struct engine *e)
{
    return e->state.in_flight == 0 && (e->stop != STOP_NONE || queue_waiting(e->queue) == 0);
}

static void loop(struct engine *e)
{
    for (;;) {
        heed_interrupt(e);
        begin_some(e);
        if (is_over(e))
            break;
        wait_and_handle(e);
        double now = event_clock();
        sweep(e, now);
        tell(e, now, false);
    }
    tell(e, event_clock(), true);
}

static bool make_parts(struct engine *e)
{
    const struct engine_work *work = &e->work;
    e->queue = queue_new(work->targets, work->gateways + 1, work->rate, work->gateway_rate);
    e->targets = calloc((size_t)work->targets + 1, sizeof *e->targets);
    e->slots = slots_new(work->max_in_flight);
    for (uint32_t i = 0; e->targets && i < work->targets; i++)
        e->targets[i].target = i;
    return e->queue && e->targets && e->slots;
}

bool engine_configure(struct engine *e, const struct engine_work *work, char *error, size_t size)
{
    e->work = *work;
    e->number = work->first_number;
    e->guard = guard_new(work->mode, work->logons, error, size);
    if (!e->guard)
        return false;
    if (!make_parts(e)) {
        snprintf(error, size, "memory is out");
        return false;
    }
    e->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (e->epoll < 0 || !listen_to(e, zygote_descriptor(e->host.zygote), FROM_ZYGOTE) ||
        !listen_to(e, interrupt_descriptor(), FROM_INTERRUPT)) {
        snprintf(error, size, "trials cannot be waited for: %s", strerror(errno));
        return false;
    }
    return true;
}

enum stop engine_run(struct engine *e)
{
    if (e->stop != STOP_NONE)
        return e->stop;
    e->swept = event_clock();
    if (e->began == 0)
        e->began = e->swept;
    for (uint32_t i = 0; i < e->work.targets; i++)
        line_up(e, &e->targets[i]);
    loop(e);
    e->state.seconds = (event_clock() - e->began) / 1000;
    return e->stop;
}

void engine_allow_further(struct engine *e)
{
    e->further++;
}

enum stop engine_stop(const struct engine *e, const char **why)
{
    if (why)
        *why = e->why;
    return e->stop;
}

const struct engine_state *engine_state(const struct engine *e)
{
    return &e->state;
}

void engine_end(struct engine *e)
{
    if (!e)
        return;
    if (e->slots && e->guard)
        abandon(e, true);
    trial_host_end(&e->host);
    guard_free(e->guard);
    queue_free(e->queue);
    slots_free(e->slots);
    free(e->targets);
    if (e->epoll >= 0)
        close(e->epoll);
    free(e);
}
