// SPDX-License-Identifier: Apache-2.0
#include "runner/schedule.h"

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

// What is kept of each target.
struct target_state {
    uint32_t step;
    bool issued;    // a trial to have a licence issued was made for this step
    bool has_store; // a scratch directory of its own
};

struct schedule {
    struct trial_host host;
    const struct schedule_work *work;
    struct guard *guard;
    struct target_queue *queue;
    struct target_state *targets;
    struct slots *slots;
    int epoll;
    struct schedule_state state;
    unsigned askers; // trials in flight that ask before they use their account, or have asked
    double begin, swept, told, busy_until;
    uint64_t number;
    bool lost; // the zygote is gone, and all workers with it
    enum stop stop;
    char why[SENTENCE];
};

struct schedule *schedule_start(char *error, size_t size)
{
    struct schedule *schedule = calloc(1, sizeof *schedule);
    if (!schedule)
        snprintf(error, size, "memory is out");
    if (!schedule || !trial_host_start(&schedule->host, error, size)) {
        free(schedule);
        return NULL;
    }
    schedule->epoll = -1;
    return schedule;
}

const char *schedule_scratch(const struct schedule *schedule)
{
    return schedule->host.scratch;
}

static void stop(struct schedule *s, enum stop reason, const char *sentence)
{
    if (s->stop != STOP_NONE)
        return;
    s->stop = reason;
    snprintf(s->why, sizeof s->why, "%s", sentence);
}

// ---- targets ----

static uint32_t route_of(const struct schedule *s, uint32_t target, const struct variant *variant)
{
    return variant->level[FACTOR_GATEWAY] == GATEWAY_OFF ? 0 : s->work->gateway(s->work->context, target);
}

// The next step of a target that is to be run; false if there is none.
static bool find_step(struct schedule *s, uint32_t target, struct schedule_step *step)
{
    struct target_state *state = &s->targets[target];
    for (;; state->step++, state->issued = false) {
        enum schedule_answer answer = s->work->step(s->work->context, target, state->step, step);
        if (answer != STEP_SKIP)
            return answer == STEP_RUN;
    }
}

static void name_store(const struct schedule *s, uint32_t target, char store[SCRATCH_PATH])
{
    int n = s->work->licenses ? snprintf(store, SCRATCH_PATH, "%s/target-%u", s->host.scratch, target)
                              : snprintf(store, SCRATCH_PATH, "%s", s->host.scratch);
    if (n >= SCRATCH_PATH)
        store[0] = '\0';
}

static void drop_store(struct schedule *s, uint32_t target)
{
    char store[SCRATCH_PATH];
    if (!s->targets[target].has_store)
        return;
    name_store(s, target, store);
    scratch_remove(store);
    s->targets[target].has_store = false;
}

// Lines the target up for its next trial, if it has one.
static void line_up(struct schedule *s, uint32_t target, double not_before)
{
    struct schedule_step step;
    if (find_step(s, target, &step))
        queue_wait(s->queue, target, route_of(s, target, &step.variant), not_before);
    else
        drop_store(s, target);
}

// ---- a trial's beginning ----

static bool prepare_store(struct schedule *s, struct slot *slot)
{
    struct target_state *state = &s->targets[slot->target];
    name_store(s, slot->target, slot->store);
    if (!s->work->licenses || state->has_store)
        return slot->store[0];
    state->has_store = slot->store[0] && scratch_make_part(slot->store);
    return state->has_store;
}

// The step itself, or before it the same with license=clear where a licence is to be presented and none was issued.
static void plan_trial(struct schedule *s, struct slot *slot, struct schedule_step *step)
{
    slot->planned = !license_needs_issue(step->variant.level[FACTOR_LICENSE]) || step->until < PHASE_LICENSING ||
                    s->targets[slot->target].issued || scratch_has_licenses(slot->store);
    if (!slot->planned)
        step->variant = variant_with(step->variant, FACTOR_LICENSE, LICENSE_CLEAR);
}

static bool start_worker(struct schedule *s, struct slot *slot, unsigned index, const struct schedule_step *step)
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
static void put_off(struct schedule *s, struct slot *slot, unsigned index, uint32_t route, int problem)
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
static void forbid(struct schedule *s, uint32_t target, const struct schedule_step *step, const char *sentence)
{
    char why[SENTENCE];
    struct target_state *state = &s->targets[target];
    s->state.stopped++;
    if (!s->work->stopped(s->work->context, target, state->step, step, sentence, why, sizeof why))
        stop(s, STOP_ENVIRONMENT, why);
    state->step++;
    state->issued = false;
    line_up(s, target, 0);
}

// Begins the trial of a target whose turn it is.
static void begin(struct schedule *s, uint32_t target)
{
    struct schedule_step step;
    char sentence[SENTENCE];
    unsigned index;
    if (!find_step(s, target, &step))
        return;
    const uint32_t route = route_of(s, target, &step.variant);
    struct slot *slot = slots_take(s->slots, &index);
    if (!slot) {
        stop(s, STOP_ENVIRONMENT, "memory is out");
        return;
    }
    slot->target = target;
    slot->step = s->targets[target].step;
    slot->options = run_options_default();
    s->work->options(s->work->context, target, &slot->options);
    if (!prepare_store(s, slot)) {
        snprintf(sentence, sizeof sentence, "no scratch directory can be made: %s", strerror(errno));
        stop(s, STOP_ENVIRONMENT, sentence);
        slots_give_back(s->slots, index);
        return;
    }
    plan_trial(s, slot, &step);
    enum permit_decision decision =
        guard_begin(s->guard, &slot->options, &step.variant, step.until, &slot->permit, sentence, sizeof sentence);
    if (decision != PERMIT_GRANTED) {
        slots_give_back(s->slots, index);
        if (decision == PERMIT_LATER)
            queue_park(s->queue, target, route);
        else
            forbid(s, target, &step, sentence);
        return;
    }
    if (!start_worker(s, slot, index, &step)) {
        put_off(s, slot, index, route, errno);
        return;
    }
    slot->used = true;
    s->askers += slot->attempt.requests_permit;
    s->number++;
    s->state.started++;
    s->state.in_flight++;
    slot->begun = event_clock();
    queue_started(s->queue, target, slot->begun);
}

static void begin_some(struct schedule *s)
{
    uint32_t target;
    char sentence[SENTENCE];
    double now = event_clock();
    if (now < s->busy_until)
        return;
    for (int i = 0; i < BURST && s->stop == STOP_NONE && slots_has_place(s->slots) && now >= s->busy_until; i++) {
        if (s->work->max_trials && s->state.started >= s->work->max_trials && queue_waiting(s->queue)) {
            snprintf(sentence, sizeof sentence, "the limit of %u trials is reached", s->work->max_trials);
            stop(s, STOP_BUDGET, sentence);
            return;
        }
        if (!queue_take(s->queue, now, &target))
            return;
        begin(s, target);
    }
}

// ---- a trial that requests a permit to use its account ----

static void answer(struct schedule *s, unsigned index)
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

static void answer_all(struct schedule *s)
{
    for (unsigned i = 0; i < slots_count(s->slots) && s->askers; i++)
        answer(s, i);
}

// ---- a trial's end ----

// When the target may have its next trial: after a pause, and no sooner after its last beginning than its rate says.
static double next_beginning(const struct schedule *s, const struct slot *slot)
{
    const double rested = event_clock() + slot->options.pause_ms, rate = s->work->target_rate;
    return rate > 0 ? fmax(rested, slot->begun + 1000 / rate) : rested;
}

// No password was sent, and the server was kept waiting: that is no trial. The step is due again.
static void take_back(struct schedule *s, struct slot *slot, unsigned index)
{
    char sentence[SENTENCE];
    if (!guard_end(s->guard, &slot->options, &slot->permit, &slot->attempt.trial, sentence, sizeof sentence))
        stop(s, STOP_ENVIRONMENT, sentence);
    attempt_clear(&slot->attempt, NULL);
    s->state.started--;
    s->state.in_flight--;
    s->state.withdrawn++;
    line_up(s, slot->target, next_beginning(s, slot));
    slots_give_back(s->slots, index);
}

static void finish(struct schedule *s, unsigned index)
{
    struct slot *slot = slots_at(s->slots, index);
    struct target_state *state = &s->targets[slot->target];
    char sentence[SENTENCE];
    bool held = slot->permit.target.used || slot->permit.gateway.used;

    s->askers -= slot->attempt.requests_permit;
    if (slot->attempt.undecided || slot->attempt.asking) {
        take_back(s, slot, index);
        if (held)
            queue_wake(s->queue);
        return;
    }
    attempt_finish(&slot->attempt);
    if (!guard_end(s->guard, &slot->options, &slot->permit, &slot->attempt.trial, sentence, sizeof sentence))
        stop(s, STOP_ENVIRONMENT, sentence); // what no ledger counts may not be tried
    s->state.ended++;
    s->state.in_flight--;
    if (!s->work->ended(s->work->context, slot->target, slot->step, slot->planned, &slot->attempt.trial, sentence,
                        sizeof sentence))
        stop(s, STOP_ENVIRONMENT, sentence);
    attempt_clear(&slot->attempt, NULL);
    state->issued = !slot->planned;
    state->step += slot->planned;
    line_up(s, slot->target, next_beginning(s, slot));
    slots_give_back(s->slots, index);
    if (held) {
        queue_wake(s->queue);
        answer_all(s);
    }
}

static void finish_if_over(struct schedule *s, unsigned index)
{
    struct slot *slot = slots_in_use(s->slots, index);
    if (slot && attempt_over(&slot->attempt))
        finish(s, index);
}

static void take_ends(struct schedule *s)
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
    if (s->lost)
        stop(s, STOP_ENVIRONMENT, "the process that makes the trials' processes has died");
}

// What was in flight has no end and is no trial, but its logons count.
static void abandon(struct schedule *s)
{
    char ignored[SENTENCE];
    for (unsigned i = 0; i < slots_count(s->slots); i++) {
        struct slot *slot = slots_in_use(s->slots, i);
        if (!slot)
            continue;
        attempt_read(&slot->attempt);
        attempt_cut(&slot->attempt);
        guard_end(s->guard, &slot->options, &slot->permit, &slot->attempt.trial, ignored, sizeof ignored);
        attempt_clear(&slot->attempt, NULL);
        slots_give_back(s->slots, i);
    }
    s->state.in_flight = 0;
}

static void hear(struct schedule *s, unsigned index)
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
static void sweep(struct schedule *s, double now)
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

static void tell(struct schedule *s, double now, bool at_once)
{
    if (!s->work->progress || (!at_once && now < s->told + PROGRESS_MS))
        return;
    s->told = now;
    s->state.seconds = (now - s->begin) / 1000;
    s->work->progress(s->work->context, &s->state);
}

static int patience(const struct schedule *s, double now)
{
    double until = INFINITY;
    if (s->stop == STOP_NONE && slots_has_place(s->slots))
        until = fmax(queue_next(s->queue, now), s->busy_until);
    if (s->state.in_flight || queue_parked(s->queue))
        until = fmin(until, s->swept + SWEEP_MS);
    if (s->work->progress)
        until = fmin(until, s->told + PROGRESS_MS);
    if (isinf(until))
        return -1;
    return until <= now ? 0 : (int)fmin(ceil(until - now), 60000);
}

static void wait_and_handle(struct schedule *s)
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

static bool is_over(const struct schedule *s)
{
    return s->state.in_flight == 0 && (s->stop != STOP_NONE || queue_waiting(s->queue) == 0);
}

static void loop(struct schedule *s)
{
    for (;;) {
        if (interrupt_seen() && s->stop == STOP_NONE) {
            stop(s, STOP_INTERRUPT, "interrupted");
            epoll_ctl(s->epoll, EPOLL_CTL_DEL, interrupt_descriptor(), NULL); // nobody reads it
        }
        begin_some(s);
        if (is_over(s))
            break;
        wait_and_handle(s);
        double now = event_clock();
        sweep(s, now);
        tell(s, now, false);
        if (s->lost)
            abandon(s);
    }
    tell(s, event_clock(), true);
}

static bool listen_to(struct schedule *s, int descriptor, int64_t from)
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

static bool set_up(struct schedule *s, const struct schedule_work *work, char *error, size_t size)
{
    s->work = work;
    s->number = work->first_number;
    s->guard = guard_new(GUARD_FLEET, work->logons, error, size);
    if (!s->guard)
        return false;
    s->queue = queue_new(work->targets, work->gateways + 1, work->rate, work->gateway_rate);
    s->targets = calloc((size_t)work->targets + 1, sizeof *s->targets);
    s->slots = slots_new(allow_descriptors(work->max_in_flight));
    if (!s->queue || !s->targets || !s->slots) {
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

enum stop schedule_run(struct schedule *s, const struct schedule_work *work, struct schedule_state *state, char *error,
                       size_t size)
{
    *state = (struct schedule_state){0};
    if (!set_up(s, work, error, size))
        return STOP_ENVIRONMENT;
    s->begin = s->swept = event_clock();
    for (uint32_t i = 0; i < work->targets; i++)
        line_up(s, i, 0);
    loop(s);
    s->state.seconds = (event_clock() - s->begin) / 1000;
    *state = s->state;
    snprintf(error, size, "%s", s->why);
    return s->stop;
}

void schedule_end(struct schedule *s)
{
    if (!s)
        return;
    if (s->slots && s->guard)
        abandon(s);
    trial_host_end(&s->host);
    guard_free(s->guard);
    queue_free(s->queue);
    slots_free(s->slots);
    free(s->targets);
    if (s->epoll >= 0)
        close(s->epoll);
    free(s);
}
