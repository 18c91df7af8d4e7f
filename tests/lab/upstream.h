// SPDX-License-Identifier: Apache-2.0
//
// --upstream: the lab as a man in the middle. A real server answers; the lab ends TLS and CredSSP on both sides, reads
// what the client did, and plays its rules and faults.
//
//   client -- relay of bytes (shim.c) -- libfreerdp's peer    X.224, TLS and CredSSP of the client's side
//                                          | PDUs (upstream_relay.c)
//   upstream -- the socket opened here -- libfreerdp's client  TLS and CredSSP of the upstream's side
//
// The X.224 request goes upstream before the peer sees it, so that the upstream's choice of a protocol, or its refusal,
// is what the client gets. Everything from the MCS Connect Initial on is passed on as it is.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UPSTREAM_CONFIRM_MAX 64
#define UPSTREAM_FAREWELL_MS 1000

struct upstream {
    atomic_int socket; // to the upstream; 0: none yet
    uint8_t confirm[UPSTREAM_CONFIRM_MAX];
    size_t confirm_length;
    bool selected; // the confirm selects a protocol
    uint32_t protocol;
    uint32_t failure; // else the code of its RDP_NEG_FAILURE
};

// Connects to `target` (HOST:PORT or [V6]:PORT) and has it answer an X.224 Connection Request, of whose protocols only
// those in `protocols` are passed on. The relay's thread calls it. Returns false with a sentence in `error` if no
// answer came; waits for ten seconds at most for each.
bool upstream_negotiate(struct upstream *upstream, const char *target, const uint8_t *request, size_t length,
                        uint32_t protocols, char *error, size_t error_size);

// Reads and drops what the upstream still sends until it closes, but no longer than UPSTREAM_FAREWELL_MS: xrdp goes on
// drawing for a session whose socket is closed, at the cost of a core. Closes the socket.
void upstream_leave(struct upstream *upstream);

// Whether `target` has the form HOST:PORT or [V6]:PORT.
bool upstream_target_valid(const char *target);

struct connection;

// Called with the client's MCS Connect Initial, in place of libfreerdp's own answer: takes TLS and CredSSP to the
// upstream, passes on PDUs and plays rules and faults until the connection is over. Notes its end in the record.
void upstream_play(struct connection *connection, const uint8_t *initial, size_t length);

// Sends a Set Error Info PDU to the client of a connection that upstream_play() plays. Returns false if it cannot.
bool upstream_tell(struct connection *connection, uint32_t code);
