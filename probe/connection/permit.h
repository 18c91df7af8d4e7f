// SPDX-License-Identifier: Apache-2.0
// The logon permit of a trial: a password is sent only when the parent has granted it, where the request says so.
#pragma once

#include "connection/ending.h"
#include "connection/event.h"

struct permit {
    bool wanted; // the request has it that one is requested
    bool has;    // it was granted
};

// Requests it, once, and waits for it; called right before the password is sent on the connection fd, or -1 where that
// one cannot tell whether the server waits (a gateway's). Where the server has not waited as long as the answer took,
// nothing can be said of the trial: it ends undecided.
MUST_PASS_ON enum ending permit_request(struct permit *permit, struct event_sink *sink, int fd);
