// SPDX-License-Identifier: Apache-2.0
// Whose turn it is: targets that wait for their next trial. First come, first served on a route, routes in turn; a
// route is direct or through one gateway, and has a rate. Pure: the clock is the caller's, in milliseconds.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct target_queue;

// For targets 0 to targets - 1 and routes 0 to routes - 1, route 0 being the direct one. rate: starts a second over
// all; gateway_rate: starts a second on each route but the first; 0: no limit. Two starts are never nearer to each
// other than a rate says. NULL if memory is out.
struct target_queue *queue_new(uint32_t targets, uint32_t routes, double rate, double gateway_rate);

// Free. Safe on NULL.
void queue_free(struct target_queue *queue);

// The target waits on the route, and its turn comes at the time `not_before` or later. It must not be waiting already.
void queue_wait(struct target_queue *queue, uint32_t target, uint32_t route, double not_before);

// Sets the target aside until queue_wake(): its turn cannot come, and nobody behind it is to wait for it.
void queue_park(struct target_queue *queue, uint32_t target, uint32_t route);

// All that were set aside wait on their routes again, in their order.
void queue_wake(struct target_queue *queue);

// Takes the target whose turn it is; false if there is none now.
bool queue_take(struct target_queue *queue, double now, uint32_t *target);

// A trial of a target that was taken did start: it counts against the rates.
void queue_started(struct target_queue *queue, uint32_t target, double now);

// When queue_take() may next have one; `now` where it has one now, infinity where nobody waits.
double queue_next(const struct target_queue *queue, double now);

// How many are set aside, and how many wait, those included.
uint32_t queue_parked(const struct target_queue *queue);
uint32_t queue_waiting(const struct target_queue *queue);
