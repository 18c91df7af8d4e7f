// SPDX-License-Identifier: Apache-2.0
// One HTTP connection to an RD Gateway, out of TLS: what client and gateway say on it, in facts, steps and codes.
#pragma once

#include "connection/capture/capture.h"
#include "connection/connection.h"
#include "protocol/gateway_stream.h"

struct gateway_channel {
    struct connection *connection;
    struct capture_heads *heads; // NULL where nothing is recorded
    bool second;                 // the trial's second connection
    bool is_in;                  // it carries what goes to the gateway only (RDG_IN_DATA)
    bool asked_websocket;
    bool rpc;        // RPC over HTTP
    bool logon_sent; // an AUTHENTICATE that is not answered yet
    int fd;
    double dry; // event_clock() when a read found nothing; 0 after one that did (gateway_tap.c)
    struct gateway_listener to_gateway, from_gateway;
    struct gateway_stream sent, received;
};

// The channel of the session's latest connection. Lives as long as the worker; NULL if memory is out.
struct gateway_channel *gateway_channel_new(struct connection *connection);

// The client goes on to the target: whatever was sent to the gateway did. (Over RPC nothing else says so.)
void gateway_tunnel_stands(struct connection *connection);

// A read found nothing, now that all of it is taken.
void gateway_channel_idle(struct gateway_channel *channel);

// What was sent or received on it. Ends the trial where the gateway's answer decides it.
void gateway_channel_take(struct gateway_channel *channel, bool from_client, const uint8_t *data, size_t size);
