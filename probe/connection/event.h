// SPDX-License-Identifier: Apache-2.0
// What a worker reports while its connection runs: one JSON line an event. A killed worker's parent must still know
// what had happened, so nothing stays with the worker while it waits for the peer: phases, connections, logons and
// outcomes are sent at once, with the facts gathered before them; event_flush() sends facts before a wait.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "trial/fact.h"
#include "trial/gateway_step.h"
#include "trial/outcome.h"
#include "trial/phase.h"
#include "trial/trial.h"

// A wake-up of the parent costs more than a fact, so facts travel together.
enum { EVENTS_GATHERED = 8192 };

// What of one trial is reported at most, whatever its peer sends. Phases, connections, logons and the outcome always
// are.
enum {
    EVENT_LINE_MAX = 64 * 1024,            // bytes of one event
    EVENT_LIST_MAX = 256,                  // entries of one list
    EVENT_BYTES_MAX = 1024 * 1024,         // bytes of facts, entries and round trips
    EVENT_STREAM_MAX = 2 * EVENT_BYTES_MAX // of all; more is no worker's that keeps to the above
};

// The worker's end.
struct event_sink {
    int fd;
    double start;      // CLOCK_MONOTONIC milliseconds at which the trial began
    size_t used;       // bytes gathered and not yet sent
    size_t reported;   // bytes of what is bounded
    unsigned left_out; // for the bounds
    uint16_t entries[FACT_COUNT];
    char gathered[EVENTS_GATHERED];
};

// Milliseconds of CLOCK_MONOTONIC.
double event_clock(void);

// Sends what was gathered. A lost parent ends the process: nobody wants the trial then.
void event_flush(struct event_sink *sink);

// Each reports one thing with the time since sink->start.
void event_phase(struct event_sink *sink, enum phase phase);
void event_step(struct event_sink *sink, enum gateway_step step);        // of PHASE_GATEWAY
void event_fact(struct event_sink *sink, enum fact fact, json_t *value); // steals value
// The same at once, past what is gathered: for a signal handler. Only for a fact that is a number.
void event_number_now(struct event_sink *sink, enum fact fact, unsigned value);
// Likewise for a text of letters, digits and underscores, of at most 40.
void event_name_now(struct event_sink *sink, enum fact fact, const char *name);
void event_append(struct event_sink *sink, enum fact fact, const char *text);
void event_round_trip(struct event_sink *sink); // an answer came to what was sent in the present phase
void event_connection(struct event_sink *sink); // a TCP connection is attempted
void event_logon(struct event_sink *sink);      // a password is sent
// Requests a logon permit to send the password and waits for it; only where the request says so. While it waits, the
// trial's clock stands still. Returns the milliseconds waited; without leave, or without a parent, the process ends.
double event_request_permit(struct event_sink *sink);
void event_permit_unused(struct event_sink *sink); // the permit was granted, and the password is not sent
// How it ended, and before that how much was left out (FACT_END_LEFT_OUT); a later one replaces an earlier one.
void event_outcome(struct event_sink *sink, const struct outcome *outcome);
void event_failed_logon(struct event_sink *sink); // the logon that was sent was refused, or may have been

enum event_kind {
    EVENT_UNKNOWN,          // the line is no event; the record is as it was
    EVENT_OBSERVED,         // something of the connection, which is in the record now
    EVENT_ENDED,            // so is how it ended
    EVENT_PERMIT_REQUESTED, // the worker waits for a permit to send the password
    EVENT_PERMIT_UNUSED     // it had the permit and did not send the password
};

// The parent's end: applies one line (without its newline) to the record, and says what kind of event it was.
enum event_kind event_apply(struct trial *trial, const char *line, size_t length);

// What answers yes, through the socket; no answer but its end means no.
enum { EVENT_PERMIT = 'y' };

// Closes the record's last phase at ms since the trial's start and sets the total.
void event_finish(struct trial *trial, double ms);
