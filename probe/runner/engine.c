// SPDX-License-Identifier: Apache-2.0
#include "runner/engine.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
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
    SPARE_DESCRIPTORS = 64,
    FROM_ZYGOTE = -1, // in place of a slot's index
    FROM_INTERRUPT = -2
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
    uint64_t number;
    bool interrupted;
    bool lost; // the zygote is gone, and all workers with it
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

static void stop(struct engine *s, enum stop reason, const char *sentence)
{
    if (s->stop != STOP_NONE)
        return;
    s->stop = reason;
    snprintf(s->why, sizeof s->why, "%s", sentence);
}

// A ledger that cannot be written: what no ledger counts may not be tried.
static void stop_uncounted(struct engine *s, const char *sentence)
{
    stop(s, s->work.mode == GUARD_FLEET ? STOP_ENVIRONMENT : STOP_SAFETY, sentence);
}

// Lines the target up for its next trial, if it has one.
static void line_up(struct engine *s, struct target_state *target)
{
    struct engine_step step;
    if (target_next_step(target, &s->work, &step))
        queue_wait(s->queue, target->target, target_route(target, &s->work, &step.variant), target->not_before);
    else
        target_drop_store(target, &s->work, s->host.scratch);
}

// ---- a trial's beginning ----

static bool start_worker(struct engine *s, struct slot *slot, unsigned index, const struct engine_step *step)
{
    const uint32_t events = slot->permit.asks ? EPOLLRDHUP | EPOLLIN : EPOLLRDHUP;
    struct epoll_event event = {.events = events, .data.u64 = index};
    bool ready =
        attempt_init(&slot->attempt, &slot->options, slot->store, s->number, &step->variant, step->until, step->repeat);
    if (!ready)
        errno = ENOMEM;
    slot->attempt.requests_permit = slot->permit.asks;
    // What a worker reports waits in its socket: waking up for each event would cost more than the trial's record. Only
    // who may ask is listened to.
    return ready && attempt_start(&slot->attempt, s->host.zygote, index) &&
           epoll_ctl(s->epoll, EPOLL_CTL_ADD, slot->attempt.fd, &event) == 0;
}

// Nothing was begun: tries again soon, or gives up where nothing else is in flight that would make room.
static void put_off(struct engine *s, struct slot *slot, unsigned index, uint32_t route, int problem)
{
    char sentence[SENTENCE];
    guard_end(s->guard, &slot->options, &slot->permit, &slot->attempt.trial, sentence, sizeof sentence);
    attempt_clear(&slot->attempt, NULL);
    if (problem != EAGAIN && s->state.in_flight == 0) {
        snprintf(sentence, sizeof sentence, "no trial can be run on this machine: %s", strerror(problem));
        stop(s, STOP_ENVIRONMENT, sentence);
    }
    s->busy_until = event_clock() + BUSY_MS;
    queue_wait(s->queue, slot->target, route, s->busy_until);
    slots_give_back(s->slots, index);
}

// The step is left out for good; the target's next one is looked at at once.
static void forbid(struct engine *s, struct target_state *target, const struct engine_step *step, const char *sentence)
{
    char why[SENTENCE];
    s->state.stopped++;
    enum stop reason = s->work.stopped(s->work.context, target->target, target->step, step, sentence, why, sizeof why);
    if (reason != STOP_NONE)
        stop(s, reason, why);
    target_advance(target, true);
    target->not_before = 0;
    line_up(s, target);
}

// Fills a place with the trial that the target is to have now. False with errno where there is no store for it.
static bool prepare(struct engine *s, struct slot *slot, struct target_state *target, struct engine_step *step)
{
    slot->target = target->target;
    slot->step = target->step;
    slot->options = run_options_default();
    s->work.options(s->work.context, slot->target, &slot->options);
    if (!target_make_store(target, &s->work, s->host.scratch, slot->store))
        return false;
    slot->planned = target_plan_trial(target, slot->store, step);
    return true;
}

static void count_start(struct engine *s, struct slot *slot)
{
    slot->used = true;
    slot->begun = event_clock();
    s->askers += slot->attempt.requests_permit;
    s->number++;
    s->state.started++;
    s->state.in_flight++;
    queue_started(s->queue, slot->target, slot->begun);
}

// Begins the trial of a target whose turn it is.
static void begin(struct engine *s, struct target_state *target)
{
    struct engine_step step;
    char sentence[SENTENCE];
    unsigned index;
    if (!target_next_step(target, &s->work, &step))
        return;
    const uint32_t route = target_route(target, &s->work, &step.variant);
    struct slot *slot = slots_take(s->slots, &index);
    if (!slot) {
        stop(s, STOP_ENVIRONMENT, "memory is out");
        return;
    }
    if (!prepare(s, slot, target, &step)) {
        snprintf(sentence, sizeof sentence, "no scratch directory can be made: %s", strerror(errno));
        stop(s, STOP_ENVIRONMENT, sentence);
        slots_give_back(s->slots, index);
        return;
    }
    enum permit_decision decision =
        guard_begin(s->guard, &slot->options, &step.variant, step.until, &slot->permit, sentence, sizeof sentence);
    if (decision != PERMIT_GRANTED) {
        slots_give_back(s->slots, index);
        if (decision == PERMIT_LATER)
            queue_park(s->queue, slot->target, route);
        else
            forbid(s, target, &step, sentence);
    } else if (start_worker(s, slot, index, &step)) {
        count_start(s, slot);
    } else {
        put_off(s, slot, index, route, errno);
    }
}

static void begin_some(struct engine *s)
{
    uint32_t target;
    char sentence[SENTENCE];
    double now = event_clock();
    if (now < s->busy_until)
        return;
    for (int i = 0; i < BURST && s->stop == STOP_NONE && slots_has_place(s->slots) && now >= s->busy_until; i++) {
        if (s->work.max_trials && s->state.started >= s->work.max_trials && queue_waiting(s->queue)) {
            snprintf(sentence, sizeof sentence, "the limit of %u trials%s is reached", s->work.max_trials,
                     s->work.max_option);
            stop(s, STOP_BUDGET, sentence);
            return;
        }
        if (!queue_take(s->queue, now, &target))
            return;
        begin(s, &s->targets[target]);
    }
}

// ---- a trial that requests a permit to use its account ----

static void answer(struct engine *s, unsigned index)
{
    struct slot *slot = slots_in_use(s->slots, index);
    struct epoll_event event = {.events = EPOLLRDHUP, .data.u64 = index};
    char sentence[SENTENCE];
    if (!slot || !slot->attempt.asking || slot->attempt.fd < 0)
        return;
    enum permit_decision decision = guard_request(s->guard, &slot->options, &slot->permit, sentence, sizeof sentence);
    if (decision == PERMIT_GRANTED) {
        attempt_grant(&slot->attempt, s->host.zygote, index);
        epoll_ctl(s->epoll, EPOLL_CTL_MOD, slot->attempt.fd, &event);
    } else if (decision == PERMIT_DECLINED || event_clock() > slot->attempt.asked + PATIENCE_MS) {
        attempt_decline(&slot->attempt);
    }
}

static void answer_all(struct engine *s)
{
    for (unsigned i = 0; i < slots_count(s->slots) && s->askers; i++)
        answer(s, i);
}

// ---- a trial's end ----

// When the target may have its next trial: after a pause, and no sooner after its last beginning than its rate says.
static double next_beginning(const struct engine *s, const struct slot *slot)
{
    const double rested = event_clock() + slot->options.pause_ms, rate = s->work.target_rate;
    return rate > 0 ? fmax(rested, slot->begun + 1000 / rate) : rested;
}

// Gives the trial's place back; its target waits for its next turn.
static void leave(struct engine *s, const struct slot *slot, unsigned index)
{
    struct target_state *target = &s->targets[slot->target];
    target->not_before = next_beginning(s, slot);
    s->state.in_flight--;
    slots_give_back(s->slots, index);
    line_up(s, target);
}

// No password was sent, and the server was kept waiting: that is no trial. The step is due again.
static void take_back(struct engine *s, struct slot *slot, unsigned index)
{
    char sentence[SENTENCE];
    if (!guard_end(s->guard, &slot->options, &slot->permit, &slot->attempt.trial, sentence, sizeof sentence))
        stop_uncounted(s, sentence);
    attempt_clear(&slot->attempt, NULL);
    s->state.started--;
    s->state.withdrawn++;
    leave(s, slot, index);
}

static void complete(struct engine *s, struct slot *slot, unsigned index)
{
    char uncounted[SENTENCE], why[SENTENCE];
    attempt_finish(&slot->attempt);
    bool counted =
        guard_end(s->guard, &slot->options, &slot->permit, &slot->attempt.trial, uncounted, sizeof uncounted);
    s->state.ended++;
    enum stop reason =
        s->work.ended(s->work.context, slot->target, slot->step, slot->planned, &slot->attempt.trial, why, sizeof why);
    if (reason != STOP_NONE)
        stop(s, reason, why);
    if (!counted) // this trial stands, the next one may not be run
        stop_uncounted(s, uncounted);
    attempt_clear(&slot->attempt, NULL);
    target_advance(&s->targets[slot->target], slot->planned);
    leave(s, slot, index);
}

static void finish(struct engine *s, unsigned index)
{
    struct slot *slot = slots_at(s->slots, index);
    bool held = slot->permit.target.used || slot->permit.gateway.used;
    bool tried = !slot->attempt.undecided && !slot->attempt.asking;
    s->askers -= slot->attempt.requests_permit;
    if (tried)
        complete(s, slot, index);
    else
        take_back(s, slot, index);
    if (held)
        queue_wake(s->queue);
    if (held && tried)
        answer_all(s);
}

static void finish_if_over(struct engine *s, unsigned index)
{
    struct slot *slot = slots_in_use(s->slots, index);
    if (slot && attempt_over(&slot->attempt))
        finish(s, index);
}

// What was in flight has no end and is no trial, but its logons count. all: also where only the end of the worker's
// process is still missing.
static void abandon(struct engine *s, bool all)
{
    char ignored[SENTENCE];
    for (unsigned i = 0; i < slots_count(s->slots); i++) {
        struct slot *slot = slots_in_use(s->slots, i);
        if (!slot)
            continue;
        attempt_read(&slot->attempt);
        if (slot->attempt.ended_well && !all)
            continue;
        s->askers -= slot->attempt.requests_permit;
        attempt_cut(&slot->attempt);
        guard_end(s->guard, &slot->options, &slot->permit, &slot->attempt.trial, ignored, sizeof ignored);
        attempt_clear(&slot->attempt, NULL);
        slots_give_back(s->slots, i);
        s->state.in_flight--;
    }
}

static void heed_interrupt(struct engine *s)
{
    if (s->interrupted || !interrupt_seen())
        return;
    s->interrupted = true;
    stop(s, STOP_INTERRUPT, "interrupted");
    epoll_ctl(s->epoll, EPOLL_CTL_DEL, interrupt_descriptor(), NULL); // nobody reads it
    if (s->work.mode == GUARD_ONE_BY_ONE)
        abandon(s, false); // the zygote ends their workers when it is stopped
}

static void take_ends(struct engine *s)
{
    struct worker_end end;
    while (zygote_take_end(s->host.zygote, &end)) {
        struct slot *slot = slots_in_use(s->slots, end.id);
        if (!slot)
            continue;
        attempt_reap(&slot->attempt, &end);
        attempt_read(&slot->attempt);
        finish_if_over(s, end.id);
    }
    s->lost = errno != EAGAIN;
    if (s->lost) {
        heed_interrupt(s); // the reason that people know
        stop(s, STOP_ENVIRONMENT, "the process that makes the trials' processes has died");
    }
}

static void hear(struct engine *s, unsigned index)
{
    struct slot *slot = slots_in_use(s->slots, index);
    if (!slot)
        return;
    if (attempt_read(&slot->attempt))
        answer(s, index);
    else
        finish_if_over(s, index);
}

// Sockets hold a few hundred events; a worker waits where its own is full.
static void sweep(struct engine *s, double now)
{
    if (now < s->swept + SWEEP_MS)
        return;
    s->swept = now;
    for (unsigned i = 0; i < slots_count(s->slots); i++)
        hear(s, i);
    answer_all(s); // for accounts that other processes have given back, and for those who have waited long enough
    if (queue_parked(s->queue)) // for accounts that other processes have given back
        queue_wake(s->queue);
}

// ---- the loop ----

static void tell(struct engine *s, double now, bool at_once)
{
    if (!s->work.progress || (!at_once && now < s->told + PROGRESS_MS))
        return;
    s->told = now;
    s->state.seconds = (now - s->began) / 1000;
    s->work.progress(s->work.context, &s->state);
}

static int patience(const struct engine *s, double now)
{
    double until = INFINITY;
    if (s->stop == STOP_NONE && slots_has_place(s->slots))
        until = fmax(queue_next(s->queue, now), s->busy_until);
    if (s->state.in_flight || queue_parked(s->queue))
        until = fmin(until, s->swept + SWEEP_MS);
    if (s->work.progress)
        until = fmin(until, s->told + PROGRESS_MS);
    if (isinf(until))
        return -1;
    return until <= now ? 0 : (int)fmin(ceil(until - now), 60000);
}

static void wait_and_handle(struct engine *s)
{
    enum { EVENTS = 64 };
    struct epoll_event events[EVENTS];
    int count = epoll_wait(s->epoll, events, EVENTS, patience(s, event_clock()));
    bool ends = false;
    for (int i = 0; i < count; i++) {
        int64_t from = (int64_t)events[i].data.u64;
        ends = ends || from == FROM_ZYGOTE;
        if (from >= 0)
            hear(s, (unsigned)from);
    }
    if (ends)
        take_ends(s);
}

static bool is_over(const struct engine *s)
{
    return s->state.in_flight == 0 && (s->stop != STOP_NONE || queue_waiting(s->queue) == 0);
}

static void loop(struct engine *s)
{
    for (;;) {
        heed_interrupt(s);
        begin_some(s);
        if (is_over(s))
            break;
        wait_and_handle(s);
        double now = event_clock();
        sweep(s, now);
        tell(s, now, false);
        if (s->lost)
            abandon(s, true);
    }
    tell(s, event_clock(), true);
}

static bool listen_to(struct engine *s, int descriptor, int64_t from)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)from};
    return descriptor < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

// A descriptor for each trial in flight: as many as may be.
static unsigned allow_descriptors(unsigned wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted;
    rlim_t need = (rlim_t)wanted + SPARE_DESCRIPTORS;
    if (limit.rlim_cur < need) {
        limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > need ? need : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= need)
        return wanted;
    return limit.rlim_cur > 2 * SPARE_DESCRIPTORS ? (unsigned)limit.rlim_cur - SPARE_DESCRIPTORS : SPARE_DESCRIPTORS;
}

static bool make_parts(struct engine *s)
{
    const struct engine_work *work = &s->work;
    s->queue = queue_new(work->targets, work->gateways + 1, work->rate, work->gateway_rate);
    s->targets = calloc((size_t)work->targets + 1, sizeof *s->targets);
    s->slots = slots_new(allow_descriptors(work->max_in_flight));
    for (uint32_t i = 0; s->targets && i < work->targets; i++)
        s->targets[i].target = i;
    return s->queue && s->targets && s->slots;
}

bool engine_configure(struct engine *s, const struct engine_work *work, char *error, size_t size)
{
    s->work = *work;
    s->number = work->first_number;
    s->guard = guard_new(work->mode, work->logons, error, size);
    if (!s->guard)
        return false;
    if (!make_parts(s)) {
        snprintf(error, size, "memory is out");
        return false;
    }
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (s->epoll < 0 || !listen_to(s, zygote_descriptor(s->host.zygote), FROM_ZYGOTE) ||
        !listen_to(s, interrupt_descriptor(), FROM_INTERRUPT)) {
        snprintf(error, size, "trials cannot be waited for: %s", strerror(errno));
        return false;
    }
    return true;
}

enum stop engine_run(struct engine *s)
{
    if (s->stop != STOP_NONE)
        return s->stop;
    s->swept = event_clock();
    if (s->began == 0)
        s->began = s->swept;
    for (uint32_t i = 0; i < s->work.targets; i++)
        line_up(s, &s->targets[i]);
    loop(s);
    s->state.seconds = (event_clock() - s->began) / 1000;
    return s->stop;
}

enum stop engine_stop(const struct engine *s, const char **why)
{
    if (why)
        *why = s->why;
    return s->stop;
}

const struct engine_state *engine_state(const struct engine *s)
{
    return &s->state;
}

void engine_end(struct engine *s)
{
    if (!s)
        return;
    if (s->slots && s->guard)
        abandon(s, true);
    trial_host_end(&s->host);
    guard_free(s->guard);
    queue_free(s->queue);
    slots_free(s->slots);
    free(s->targets);
    if (s->epoll >= 0)
        close(s->epoll);
    free(s);
}
