// SPDX-License-Identifier: Apache-2.0
// Trials that followed redirections. Each of their connections is a trial on record; who studies what lies behind a
// broker takes all connections of one for one trial, which ended as the last of them did.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "trial/trial.h"

struct journeys {
    const struct trial **trials; // one for each journey, in the order of their first connections
    struct trial **joined;       // beside it: the trial where it was put together, owned; NULL: a record by itself
    size_t count, capacity;
};

// Takes in the next record of a run; records are borrowed, and the first of a journey must live as long. One that
// follows a journey's last record goes on with it: the journey then has this one's number, target, outcome and facts,
// its first one's variant and repeat, and connections, logons and time of all. Its trial is another pointer then. One
// that follows nothing known is a journey by itself. False if memory is out.
bool journeys_add(struct journeys *journeys, const struct trial *record);

// The journey whose last connection has that number; NULL if there is none.
const struct trial *journeys_numbered(const struct journeys *journeys, uint64_t number);

// Whether a journey was given up in between: it was sent on, and neither came to where it ends nor to the limit.
bool journey_is_cut(const struct trial *trial);

// Frees what was put together. Safe on a zeroed one.
void journeys_clear(struct journeys *journeys);
