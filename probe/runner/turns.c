// SPDX-License-Identifier: Apache-2.0
#include "runner/turns.h"

#include <math.h>
#include <stdlib.h>

enum { NOBODY = UINT32_MAX };

// First in, first out, linked through the targets.
struct line {
    uint32_t first, last;
};

// A rate: `interval` between two starts, without saving up what was not used.
struct rate {
    double interval, next;
};

struct lane {
    struct line line;
    struct rate rate;
};

struct place {
    double not_before;
    uint32_t lane;
    uint32_t behind; // the next in line
};

struct turns {
    struct place *places; // of targets
    uint32_t *heap;       // targets that are not in line yet, the earliest first
    uint32_t heap_count;
    struct lane *lanes;
    uint32_t lane_count, lane_turn;
    struct line aside;
    uint32_t parked, waiting;
    struct rate overall;
};

struct turns *turns_new(uint32_t targets, uint32_t lanes, double rate, double gateway_rate)
{
    struct turns *turns = calloc(1, sizeof *turns);
    if (!turns)
        return NULL;
    turns->places = calloc((size_t)targets + 1, sizeof *turns->places);
    turns->heap = calloc((size_t)targets + 1, sizeof *turns->heap);
    turns->lanes = calloc((size_t)lanes + 1, sizeof *turns->lanes);
    if (!turns->places || !turns->heap || !turns->lanes) {
        turns_free(turns);
        return NULL;
    }
    turns->lane_count = lanes;
    turns->aside = (struct line){NOBODY, NOBODY};
    turns->overall.interval = rate > 0 ? 1000 / rate : 0;
    turns->overall.next = -INFINITY;
    for (uint32_t i = 0; i < lanes; i++) {
        turns->lanes[i].line = (struct line){NOBODY, NOBODY};
        turns->lanes[i].rate =
            (struct rate){.interval = i && gateway_rate > 0 ? 1000 / gateway_rate : 0, .next = -INFINITY};
    }
    return turns;
}

void turns_free(struct turns *turns)
{
    if (!turns)
        return;
    free(turns->places);
    free(turns->heap);
    free(turns->lanes);
    free(turns);
}

// ---- those who wait for a time ----

static bool earlier(const struct turns *turns, uint32_t a, uint32_t b)
{
    return turns->places[turns->heap[a]].not_before < turns->places[turns->heap[b]].not_before;
}

static void swap(struct turns *turns, uint32_t a, uint32_t b)
{
    uint32_t target = turns->heap[a];
    turns->heap[a] = turns->heap[b];
    turns->heap[b] = target;
}

static void heap_push(struct turns *turns, uint32_t target)
{
    uint32_t i = turns->heap_count++;
    turns->heap[i] = target;
    for (; i > 0 && earlier(turns, i, (i - 1) / 2); i = (i - 1) / 2)
        swap(turns, i, (i - 1) / 2);
}

static uint32_t heap_pop(struct turns *turns)
{
    uint32_t first = turns->heap[0], i = 0;
    turns->heap[0] = turns->heap[--turns->heap_count];
    for (;;) {
        uint32_t least = i;
        for (uint32_t child = 2 * i + 1; child <= 2 * i + 2 && child < turns->heap_count; child++)
            least = earlier(turns, child, least) ? child : least;
        if (least == i)
            return first;
        swap(turns, i, least);
        i = least;
    }
}

// ---- those who stand in line ----

static void line_add(struct turns *turns, struct line *line, uint32_t target)
{
    turns->places[target].behind = NOBODY;
    if (line->first == NOBODY)
        line->first = target;
    else
        turns->places[line->last].behind = target;
    line->last = target;
}

static uint32_t line_take(struct turns *turns, struct line *line)
{
    uint32_t target = line->first;
    line->first = turns->places[target].behind;
    return target;
}

void turns_wait(struct turns *turns, uint32_t target, uint32_t lane, double not_before)
{
    turns->places[target] = (struct place){.not_before = not_before, .lane = lane};
    turns->waiting++;
    heap_push(turns, target);
}

void turns_park(struct turns *turns, uint32_t target, uint32_t lane)
{
    turns->places[target].lane = lane;
    turns->waiting++;
    turns->parked++;
    line_add(turns, &turns->aside, target);
}

void turns_wake(struct turns *turns)
{
    for (; turns->aside.first != NOBODY; turns->parked--) {
        uint32_t target = line_take(turns, &turns->aside);
        line_add(turns, &turns->lanes[turns->places[target].lane].line, target);
    }
}

static void line_up(struct turns *turns, double now)
{
    while (turns->heap_count && turns->places[turns->heap[0]].not_before <= now) {
        uint32_t target = heap_pop(turns);
        line_add(turns, &turns->lanes[turns->places[target].lane].line, target);
    }
}

bool turns_take(struct turns *turns, double now, uint32_t *target)
{
    line_up(turns, now);
    if (turns->overall.next > now)
        return false;
    for (uint32_t i = 0; i < turns->lane_count; i++) {
        uint32_t turn = (turns->lane_turn + i) % turns->lane_count;
        struct lane *lane = &turns->lanes[turn];
        if (lane->line.first == NOBODY || lane->rate.next > now)
            continue;
        *target = line_take(turns, &lane->line);
        turns->lane_turn = (turn + 1) % turns->lane_count;
        turns->waiting--;
        return true;
    }
    return false;
}

// Whoever asks for a rate asks for a distance: a late start does not make the next one early.
static void count_start(struct rate *rate, double now)
{
    rate->next = now + rate->interval;
}

void turns_started(struct turns *turns, uint32_t target, double now)
{
    count_start(&turns->overall, now);
    count_start(&turns->lanes[turns->places[target].lane].rate, now);
}

double turns_next(const struct turns *turns, double now)
{
    double next = turns->heap_count ? turns->places[turns->heap[0]].not_before : INFINITY;
    for (uint32_t i = 0; i < turns->lane_count; i++) {
        if (turns->lanes[i].line.first != NOBODY)
            next = fmin(next, turns->lanes[i].rate.next);
    }
    return fmax(fmax(next, turns->overall.next), now);
}

uint32_t turns_parked(const struct turns *turns)
{
    return turns->parked;
}

uint32_t turns_waiting(const struct turns *turns)
{
    return turns->waiting;
}
