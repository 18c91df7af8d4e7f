// SPDX-License-Identifier: Apache-2.0
#include "runner/slots.h"

#include <stdlib.h>
#include <sys/resource.h>

enum { SPARE_DESCRIPTORS = 64 };

struct slots {
    struct slot **made;
    unsigned *idle; // those that are free, the last first
    unsigned count, idle_count, most;
};

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

struct slots *slots_new(unsigned most)
{
    struct slots *slots = calloc(1, sizeof *slots);
    if (!slots)
        return NULL;
    most = slots->most = allow_descriptors(most);
    slots->made = calloc((size_t)most + 1, sizeof(struct slot *));
    slots->idle = calloc((size_t)most + 1, sizeof *slots->idle);
    if (!slots->made || !slots->idle) {
        slots_free(slots);
        return NULL;
    }
    return slots;
}

void slots_free(struct slots *slots)
{
    if (!slots)
        return;
    for (unsigned i = 0; i < slots->count; i++)
        free(slots->made[i]);
    free(slots->made);
    free(slots->idle);
    free(slots);
}

struct slot *slots_take(struct slots *slots, unsigned *index)
{
    if (slots->idle_count) {
        *index = slots->idle[--slots->idle_count];
        return slots->made[*index];
    }
    struct slot *slot = slots->count < slots->most ? calloc(1, sizeof *slot) : NULL;
    if (slot) {
        *index = slots->count;
        slots->made[slots->count++] = slot;
    }
    return slot;
}

void slots_give_back(struct slots *slots, unsigned index)
{
    slots->made[index]->used = false;
    slots->idle[slots->idle_count++] = index;
}

bool slots_has_place(const struct slots *slots)
{
    return slots->idle_count || slots->count < slots->most;
}

unsigned slots_count(const struct slots *slots)
{
    return slots->count;
}

struct slot *slots_at(const struct slots *slots, unsigned index)
{
    return index < slots->count ? slots->made[index] : NULL;
}

struct slot *slots_in_use(const struct slots *slots, unsigned index)
{
    struct slot *slot = slots_at(slots, index);
    return slot && slot->used ? slot : NULL;
}
