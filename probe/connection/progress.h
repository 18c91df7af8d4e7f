// SPDX-License-Identifier: Apache-2.0
// Which phase a connection is in, and whether it is to go beyond it.
#pragma once

#include <stdbool.h>

#include "connection/ending.h"
#include "connection/event.h"
#include "connection/trace.h"

// Starts with trace, sink and until; all else zero.
struct progress {
    struct trace *trace;
    struct event_sink *sink;
    enum phase until;
    bool over;        // the trial is decided; later events are FreeRDP's own unwinding
    bool begun;       // trace->phase has begun
    double phase_at;  // event_clock() when it did
    double last_sent; // event_clock() when the client last sent something
    bool asked;       // something was sent and nothing has come since
};

// The phase begins now, if it is beyond the present one. Where the trial was to stop before it, it does not begin, and
// the trial ends.
MUST_PASS_ON enum ending progress_begin(struct progress *progress, enum phase phase);

// The same of a step of the phase `gateway`, which ends no trial; nothing in another phase.
void progress_step(struct progress *progress, enum gateway_step step);

// Counts the round trips of a phase: the client has sent something; something has arrived. What arrives unasked is
// none, nor is what arrives after the first answer.
void progress_sent(struct progress *progress);
void progress_received(struct progress *progress);

// Milliseconds since the client last sent something, to three decimals.
double progress_since_sent(const struct progress *progress);

// Whether the phase, or a later one, has begun.
bool progress_reached(const struct progress *progress, enum phase phase);
