// SPDX-License-Identifier: Apache-2.0
// One running connection: FreeRDP's context with what the probe adds to it. Lives in a worker, once. Each part belongs
// to a module, which knows that part alone; only what is above them all sees the whole: this, tap.h, gateway_tap.h,
// settings.h and finish.h.
#pragma once

#include <freerdp/freerdp.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/transport_io.h>

#include "connection/capture/capture.h"
#include "connection/observe/observe.h"
#include "connection/observe/tls_facts.h"
#include "connection/picture/picture.h"
#include "connection/silence.h"
#include "connection/socket.h"

struct connection {
    rdpContext context; // FreeRDP allocates the connection as its context, so this must be first
    rdpGdi no_drawing;  // all zero: context.gdi where nothing is drawn
    rdpTransportIo io;  // FreeRDP's own callbacks
    bool pdu_begun;     // the first byte of the PDU being read was seen
    const struct connection_request *request;
    struct event_sink *sink;
    struct trace trace;
    struct progress progress;
    struct sockets sockets;
    struct permit permit;
    struct observer observer;
    struct tls_watch tls;
    struct silence silence;
    struct capture *capture; // what records the trial; NULL for no capture
    struct picture *picture; // what is drawn; NULL where nothing is
};

// The connection of a FreeRDP context.
static inline struct connection *connection_of(rdpContext *context)
{
    return (struct connection *)context;
}

// Runs the connection to its end and reports it. Does not return.
_Noreturn void connection_run(const struct connection_request *request, struct event_sink *sink);
