// SPDX-License-Identifier: Apache-2.0
// How long the peer has sent nothing when the deadline is about to end the trial: a server that hangs is silent, one
// that is slow is not.
#pragma once

#include <time.h>

#include "connection/progress.h"

struct silence {
    const struct progress *progress;
    const int *fd; // of the connection, -1 while there is none
    unsigned deadline_ms;
    timer_t timer;
};

// event_clock() shortly before the deadline, at which the timer is due.
double silence_due(const struct silence *silence);

// Arms a timer that reports FACT_END_SILENCE shortly before the deadline, from whatever this process then waits in. All
// but the timer is set, and lives as long as the worker. Call once. Where no timer can be had the fact is not told.
void silence_watch(struct silence *silence);
