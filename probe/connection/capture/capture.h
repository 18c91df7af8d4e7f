// SPDX-License-Identifier: Apache-2.0
// Records a trial in a capture file while it runs: what its connections carry, as TCP segments, and how to read it. The
// bytes are seen at FreeRDP's BIOs, below TLS, through OpenSSL's hook for new ones: that needs no privilege, no thread
// and no further socket, works with every FreeRDP 3, and changes nothing on the wire. Without a capture nothing is
// hooked, and every function here does nothing.
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "connection/bytes.h"
#include "connection/event.h"
#include "connection/request.h"
#include "connection/trace.h"

struct capture;

// What the recording goes by. Borrowed, but for the sink's facts.
struct capture_view {
    const struct connection_request *request;
    struct event_sink *sink;
    const struct trace *trace;
    const bool *security_headers; // RDP security puts a header before every payload
};

// Connections that a capture can show: more are left out.
enum { CAPTURE_CONNECTIONS_MAX = 32 };

// Starts recording where the request has a capture; else, or where it cannot, NULL, which every function below takes
// for nothing to do. Call before FreeRDP connects, once in a worker.
struct capture *capture_begin(const struct capture_view *view);

// A TCP connection on its way, and how it came out. The established one is followed from then on.
void capture_connecting(struct capture *capture, int fd, const struct sockaddr_storage *address);
void capture_connected(struct capture *capture, int fd);
void capture_refused(struct capture *capture);

// A PDU as FreeRDP has it, out of TLS: first it is prepared, then, before it is sent or after it was read, recorded.
// If RDP security encrypts it, it is recorded when its payload is decrypted, between the two; {NULL, 0} is for a
// payload that cannot be.
void capture_prepare(struct capture *capture, struct bytes pdu);
void capture_pdu(struct capture *capture, bool from_client, struct bytes pdu);
void capture_decrypted(struct capture *capture, bool from_client, uint16_t flags, struct bytes plain);

// A new TLS connection to the gateway: where to show what it carries in plain text; NULL where nothing is to be shown.
struct capture_heads *capture_gateway(struct capture *capture);

// Shows the heads of HTTP messages, and nothing of what follows them. Nothing where heads is NULL.
void capture_gateway_text(struct capture_heads *heads, bool from_client, const uint8_t *data, size_t size);

// The connections are about to be closed; they are.
void capture_closing(struct capture *capture);
void capture_closed(struct capture *capture);
