// SPDX-License-Identifier: Apache-2.0
// Name resolution and TCP, the probe's own: every address, real errors, and never a second connection behind its back.
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

#include "connection/capture/capture.h"
#include "connection/progress.h"
#include "connection/request.h"

enum { ADDRESSES_MAX = 16, ADDRESS_TEXT = INET6_ADDRSTRLEN + 16 };

// The TCP connections of a trial.
struct sockets {
    char presented[HOST_MAX];                         // the name for SNI, certificate check and SPN
    struct sockaddr_storage addresses[ADDRESSES_MAX]; // to connect to: the target's, or the gateway's
    socklen_t address_sizes[ADDRESSES_MAX];
    unsigned address_count;
    int fd;         // of the latest connection, -1 while there is none
    int out_fd;     // of a gateway's OUT channel, by which everything comes, once it is granted
    int gateway_fd; // a duplicate of it where it is the gateway's: FreeRDP closes its own before it says why; else -1
    unsigned connections;
    unsigned used; // index of the address of the latest connection
};

// Resolves what the variant wants to connect to, and decides the name that is presented. Reports facts; ends the trial
// on failure.
MUST_PASS_ON enum ending socket_resolve(struct sockets *sockets, const struct connection_request *request,
                                        struct progress *progress);

// Whether the variant may make another connection: it makes one, or two through a gateway's HTTP transport.
bool socket_may_connect(const struct sockets *sockets, const struct connection_request *request);

// Connects within ms to the address of the latest connection once more, beside the trial: no phase begins, and the
// trial goes on with what it had. The connection is counted. Returns the descriptor, which is the caller's, or -1.
int socket_connect_again(struct sockets *sockets, const struct connection_request *request, struct event_sink *sink,
                         int ms);

// Connects to the resolved addresses in turn, begins the phases of that, and sets sockets->fd. Ends the trial where
// none answers.
MUST_PASS_ON enum ending socket_connect(struct sockets *sockets, const struct connection_request *request,
                                        struct progress *progress, struct capture *capture);
