// SPDX-License-Identifier: Apache-2.0
// What a worker reports while its connection runs: one JSON line an event, written at once, so that a killed worker's
// parent still knows all that had happened.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "trial/fact.h"
#include "trial/outcome.h"
#include "trial/phase.h"
#include "trial/trial.h"

// The worker's end.
struct event_sink {
    int fd;
    double start; // CLOCK_MONOTONIC milliseconds at which the trial began
};

// Milliseconds of CLOCK_MONOTONIC.
double event_clock(void);

// Each reports one thing with the time since sink->start. A lost parent ends the process: nobody wants the trial then.
void event_phase(struct event_sink *sink, enum phase phase);
void event_fact(struct event_sink *sink, enum fact fact, json_t *value); // steals value
void event_append(struct event_sink *sink, enum fact fact, const char *text);
void event_round_trip(struct event_sink *sink); // an answer came to what was sent in the present phase
void event_connection(struct event_sink *sink); // a TCP connection is attempted
void event_logon(struct event_sink *sink);      // a password is sent
// How it ended; a later one replaces an earlier one.
void event_outcome(struct event_sink *sink, const struct outcome *outcome);
void event_failed_logon(struct event_sink *sink); // the logon that was sent was refused, or may have been

// The parent's end: applies one line (without its newline) to the record. False if it is no event.
bool event_apply(struct trial *trial, const char *line, size_t length);

// Closes the record's last phase at ms since the trial's start and sets the total.
void event_finish(struct trial *trial, double ms);
