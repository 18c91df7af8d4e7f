// SPDX-License-Identifier: Apache-2.0
#include "runner/target_queue.h"

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

struct route {
    struct line line;
    struct rate rate;
};

struct place {
    double not_before;
    uint32_t route;
    uint32_t behind; // the next in line
};

struct target_queue {
    struct place *places; // of targets
    uint32_t *heap;       // targets that are not in line yet, the earliest first
    uint32_t heap_count;
    struct route *routes;
    uint32_t route_count, route_turn;
    struct line aside;
    uint32_t parked, waiting;
    struct rate overall;
};

struct target_queue *queue_new(uint32_t targets, uint32_t routes, double rate, double gateway_rate)
{
    struct target_queue *queue = calloc(1, sizeof *queue);
    if (!queue)
        return NULL;
    queue->places = calloc((size_t)targets + 1, sizeof *queue->places);
    queue->heap = calloc((size_t)targets + 1, sizeof *queue->heap);
    queue->routes = calloc((size_t)routes + 1, sizeof *queue->routes);
    if (!queue->places || !queue->heap || !queue->routes) {
        queue_free(queue);
        return NULL;
    }
    queue->route_count = routes;
    queue->aside = (struct line){NOBODY, NOBODY};
    queue->overall.interval = rate > 0 ? 1000 / rate : 0;
    queue->overall.next = -INFINITY;
    for (uint32_t i = 0; i < routes; i++) {
        queue->routes[i].line = (struct line){NOBODY, NOBODY};
        queue->routes[i].rate =
            (struct rate){.interval = i && gateway_rate > 0 ? 1000 / gateway_rate : 0, .next = -INFINITY};
    }
    return queue;
}

void queue_free(struct target_queue *queue)
{
    if (!queue)
        return;
    free(queue->places);
    free(queue->heap);
    free(queue->routes);
    free(queue);
}

// ---- those who wait for a time ----

static bool earlier(const struct target_queue *queue, uint32_t a, uint32_t b)
{
    return queue->places[queue->heap[a]].not_before < queue->places[queue->heap[b]].not_before;
}

static void swap(struct target_queue *queue, uint32_t a, uint32_t b)
{
    uint32_t target = queue->heap[a];
    queue->heap[a] = queue->heap[b];
    queue->heap[b] = target;
}

static void heap_push(struct target_queue *queue, uint32_t target)
{
    uint32_t i = queue->heap_count++;
    queue->heap[i] = target;
    for (; i > 0 && earlier(queue, i, (i - 1) / 2); i = (i - 1) / 2)
        swap(queue, i, (i - 1) / 2);
}

static uint32_t heap_pop(struct target_queue *queue)
{
    uint32_t first = queue->heap[0], i = 0;
    queue->heap[0] = queue->heap[--queue->heap_count];
    for (;;) {
        uint32_t least = i;
        for (uint32_t child = 2 * i + 1; child <= 2 * i + 2 && child < queue->heap_count; child++)
            least = earlier(queue, child, least) ? child : least;
        if (least == i)
            return first;
        swap(queue, i, least);
        i = least;
    }
}

// ---- those who stand in line ----

static void line_add(struct target_queue *queue, struct line *line, uint32_t target)
{
    queue->places[target].behind = NOBODY;
    if (line->first == NOBODY)
        line->first = target;
    else
        queue->places[line->last].behind = target;
    line->last = target;
}

static uint32_t line_take(struct target_queue *queue, struct line *line)
{
    uint32_t target = line->first;
    line->first = queue->places[target].behind;
    return target;
}

void queue_wait(struct target_queue *queue, uint32_t target, uint32_t route, double not_before)
{
    queue->places[target] = (struct place){.not_before = not_before, .route = route};
    queue->waiting++;
    heap_push(queue, target);
}

void queue_park(struct target_queue *queue, uint32_t target, uint32_t route)
{
    queue->places[target].route = route;
    queue->waiting++;
    queue->parked++;
    line_add(queue, &queue->aside, target);
}

void queue_wake(struct target_queue *queue)
{
    for (; queue->aside.first != NOBODY; queue->parked--) {
        uint32_t target = line_take(queue, &queue->aside);
        line_add(queue, &queue->routes[queue->places[target].route].line, target);
    }
}

static void line_up(struct target_queue *queue, double now)
{
    while (queue->heap_count && queue->places[queue->heap[0]].not_before <= now) {
        uint32_t target = heap_pop(queue);
        line_add(queue, &queue->routes[queue->places[target].route].line, target);
    }
}

bool queue_take(struct target_queue *queue, double now, uint32_t *target)
{
    line_up(queue, now);
    if (queue->overall.next > now)
        return false;
    for (uint32_t i = 0; i < queue->route_count; i++) {
        uint32_t turn = (queue->route_turn + i) % queue->route_count;
        struct route *route = &queue->routes[turn];
        if (route->line.first == NOBODY || route->rate.next > now)
            continue;
        *target = line_take(queue, &route->line);
        queue->route_turn = (turn + 1) % queue->route_count;
        queue->waiting--;
        return true;
    }
    return false;
}

// Whoever asks for a rate asks for a distance: a late start does not make the next one early.
static void count_start(struct rate *rate, double now)
{
    rate->next = now + rate->interval;
}

void queue_started(struct target_queue *queue, uint32_t target, double now)
{
    count_start(&queue->overall, now);
    count_start(&queue->routes[queue->places[target].route].rate, now);
}

double queue_next(const struct target_queue *queue, double now)
{
    double next = queue->heap_count ? queue->places[queue->heap[0]].not_before : INFINITY;
    for (uint32_t i = 0; i < queue->route_count; i++) {
        if (queue->routes[i].line.first != NOBODY)
            next = fmin(next, queue->routes[i].rate.next);
    }
    return fmax(fmax(next, queue->overall.next), now);
}

uint32_t queue_parked(const struct target_queue *queue)
{
    return queue->parked;
}

uint32_t queue_waiting(const struct target_queue *queue)
{
    return queue->waiting;
}
