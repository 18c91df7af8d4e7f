// SPDX-License-Identifier: Apache-2.0
// The places for trials in flight: numbered, made when first needed, used again.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runner/attempt.h"
#include "runner/guard.h"
#include "runner/run_options.h"
#include "runner/scratch.h"

// A trial in flight.
struct slot {
    bool used, planned;
    bool scan; // it stops before any logon
    uint32_t target, step;
    double begun; // event_clock()
    struct run_options options;
    struct logon_permit permit;
    struct attempt attempt;
    char store[SCRATCH_PATH]; // with the licences of the target
};

struct slots;

// At most `most` places; fewer where this process may not have so many descriptors open, a limit that is raised as far
// as may be. NULL if memory is out.
struct slots *slots_new(unsigned most);

// Free; the slots' trials are the owner's to end. Safe on NULL.
void slots_free(struct slots *slots);

// Takes a free place and sets its number; NULL if there is none, or memory is out.
struct slot *slots_take(struct slots *slots, unsigned *index);

void slots_give_back(struct slots *slots, unsigned index);

bool slots_has_place(const struct slots *slots);

// Places 0 to slots_count() - 1 were made so far; the rest is NULL.
unsigned slots_count(const struct slots *slots);
struct slot *slots_at(const struct slots *slots, unsigned index);

// The same where a trial is in flight in it; else NULL.
struct slot *slots_in_use(const struct slots *slots, unsigned index);
