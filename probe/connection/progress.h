// SPDX-License-Identifier: Apache-2.0
// Which phase a connection is in; ends the trial where it was to stop.
#pragma once

#include "connection/connection.h"

// The phase begins now, if it is beyond the present one. If the trial was to stop before it, the trial succeeds here
// and this does not return.
void progress_begin(struct connection *connection, enum phase phase);

// The same of a step of the phase `gateway`; nothing in another phase.
void progress_step(struct connection *connection, enum gateway_step step);

// Counts the round trips of a phase: the client has sent something; something has arrived. What arrives unasked is
// none, nor is what arrives after the first answer.
void progress_sent(struct connection *connection);
void progress_received(struct connection *connection);

// Milliseconds since the client last sent something, to three decimals.
double progress_since_sent(const struct connection *connection);

// Whether the phase, or a later one, has begun.
bool progress_reached(const struct connection *connection, enum phase phase);
