// SPDX-License-Identifier: Apache-2.0
// One client's way through the gateway, from the accepted connection to the record that is written of it.
#pragma once

#include "buffer.h"
#include "options.h"

#include <stdbool.h>
#include <stdint.h>

struct channel;
struct gateway;
struct target;

// Who or what ended a tunnel.
enum ended { ENDED_OPEN, ENDED_CLIENT, ENDED_TARGET, ENDED_DENIED, ENDED_FAULT, ENDED_ERROR, ENDED_GATEWAY };

enum { TUNNEL_TEXT = 1024 };

struct tunnel {
    struct tunnel *next;
    struct gateway *gateway;
    uint64_t id;
    unsigned number; // 0 until it needs one
    int64_t start;
    char peer[80];
    char connection_id[64];
    struct channel *out; // to the client; a websocket's both ways
    struct channel *in;  // from the client, plain HTTP only
    struct target *target;
    struct buffer packets; // from the client, not yet served
    enum transport transport;
    enum step reached;
    const char *authentication; // what the client used
    bool authenticated;
    bool refused; // a refused record stands for it
    bool faulted;
    bool logged_on;     // the client has sent its password
    bool second;        // stands for the second connection of a pair
    enum ended verdict; // set before the end by a denial or fault
    enum step denied;
    uint32_t denial;
    unsigned ntlm_authenticates; // without those in refused records
    uint16_t target_port;
    bool over;
    uint64_t bytes_in;  // client to target
    uint64_t bytes_out; // target to client
    char user[256];
    char domain[256];
    char client[256];
    char sni[256];
    char tls[16];
    char target_name[TUNNEL_TEXT];
    char connected_to[80];
    char error[128]; // in a sentence or a few words, where there is more to say than `ended`
};

// The tunnel of a freshly accepted channel; NULL when memory is used up. Freed with tunnel_free() once it is over.
struct tunnel *tunnel_new(struct gateway *gateway, struct channel *channel);
void tunnel_free(struct tunnel *tunnel);

// Gives the tunnel its number, in the order in which clients passed HTTP.
void tunnel_count(struct tunnel *tunnel);

// Serves the packets that have come.
void tunnel_receive(struct tunnel *tunnel);

// True while the target must take some bytes before more are read from the client, and the reverse.
bool tunnel_client_paused(const struct tunnel *tunnel);
bool tunnel_target_paused(const struct tunnel *tunnel);

// Serves the target after a poll (`events` may be 0: time has passed or a name was resolved).
void tunnel_target(struct tunnel *tunnel, short events, int64_t now);

// Does what --fault asks for at this step (the second connection of a pair has those up to HTTP for its own): true
// when it did, and the step is not to be answered.
bool tunnel_fault(struct tunnel *tunnel, enum step step);

// Ends it, once: writes the record, closes the target, lets the channels end in order. `error` may be NULL.
void tunnel_end(struct tunnel *tunnel, enum ended ended, const char *error);
