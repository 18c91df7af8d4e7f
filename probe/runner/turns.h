// SPDX-License-Identifier: Apache-2.0
// Whose turn it is: targets that wait for their next trial. First come, first served within a lane, lanes in turn; a
// lane is the direct way or one gateway, and has a rate. Pure: the clock is the caller's, in milliseconds.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct turns;

// For targets 0 to targets - 1 and lanes 0 to lanes - 1, lane 0 being the direct way. rate: starts a second over all;
// gateway_rate: starts a second in each lane but the first; 0: no limit. Two starts are never nearer to each other than
// a rate says. NULL if memory is out.
struct turns *turns_new(uint32_t targets, uint32_t lanes, double rate, double gateway_rate);

// Free. Safe on NULL.
void turns_free(struct turns *turns);

// The target waits in the lane, and its turn comes at the time `not_before` or later. It must not be waiting already.
void turns_wait(struct turns *turns, uint32_t target, uint32_t lane, double not_before);

// Sets the target aside until turns_wake(): its turn cannot come, and nobody behind it is to wait for it.
void turns_park(struct turns *turns, uint32_t target, uint32_t lane);

// All that were set aside wait in their lanes again, in their order.
void turns_wake(struct turns *turns);

// Takes the target whose turn it is; false if there is none now.
bool turns_take(struct turns *turns, double now, uint32_t *target);

// A trial of a target that was taken did start: it counts against the rates.
void turns_started(struct turns *turns, uint32_t target, double now);

// When turns_take() may next have one; `now` where it has one now, infinity where nobody waits.
double turns_next(const struct turns *turns, double now);

// How many are set aside, and how many wait, those included.
uint32_t turns_parked(const struct turns *turns);
uint32_t turns_waiting(const struct turns *turns);
