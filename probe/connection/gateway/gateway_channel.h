// SPDX-License-Identifier: Apache-2.0
// One HTTP connection to an RD Gateway, out of TLS: what client and gateway say on it, in facts, steps and codes.
#pragma once

#include "connection/capture/capture.h"
#include "connection/progress.h"
#include "connection/socket.h"
#include "protocol/gateway_stream.h"

struct gateway_channel {
    struct event_sink *sink;
    struct trace *trace;
    struct progress *progress;
    struct sockets *sockets;
    struct capture_heads *heads; // NULL where nothing is recorded
    bool second;                 // the trial's second connection
    bool is_in;                  // it carries what goes to the gateway only (RDG_IN_DATA)
    bool asked_websocket;
    bool rpc;         // RPC over HTTP
    bool logon_begun; // a message of Negotiate or NTLM was sent
    bool logon_sent;  // an AUTHENTICATE that is not answered yet
    int fd;
    enum ending ending; // what the gateway said ends the trial so: nothing more is made of what it says
    struct gateway_listener to_gateway, from_gateway;
    struct gateway_stream sent, received;
};

// The channel of the trial's latest connection. Lives as long as the worker; NULL if memory is out. All is borrowed.
struct gateway_channel *gateway_channel_new(struct sockets *sockets, struct progress *progress,
                                            struct capture *capture);

// A read found nothing, now that all of it is taken.
MUST_PASS_ON enum ending gateway_channel_idle(struct gateway_channel *channel);

// What was sent or received on it. Ends the trial where the gateway's answer decides it.
MUST_PASS_ON enum ending gateway_channel_take(struct gateway_channel *channel, bool from_client, const uint8_t *data,
                                              size_t size);
