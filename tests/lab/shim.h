// SPDX-License-Identifier: Apache-2.0
//
// The relay between a client's TCP socket and libfreerdp's end of a socket pair. It reads what only the plain bytes
// tell (X.224 negotiation, SNI, TLS version), and plays the faults that need the socket itself.
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "record.h"
#include "upstream.h"

// What the relay does once libfreerdp's end is closed and everything it wrote has been sent on.
enum shim_ending {
    SHIM_CLOSE = 0, // FIN; then the client's bytes are read for a while, so that no RST overtakes what was sent
    SHIM_RST,
    SHIM_HANG,  // stays open until the client goes
    SHIM_LINGER // stays open for two seconds
};

struct shim {
    const struct lab_options *options;
    struct lab_record *record;
    int client;               // the TCP socket
    int server;               // this end of the socket pair
    struct upstream upstream; // with --upstream
    pthread_t thread;
    atomic_int ending;       // enum shim_ending
    atomic_bool slow;        // from now on a byte at a time to the client
    atomic_bool client_gone; // the client ended its side first
};

// Starts relaying in a thread of its own. Takes both descriptors. Returns false if no thread could be started.
bool shim_start(struct shim *shim, const struct lab_options *options, struct lab_record *record, int client,
                int server);

// Waits until the connection to the client is over.
void shim_join(struct shim *shim);

// Whether --fault strikes this connection in `phase`, as far as its facts are known.
bool fault_strikes(const struct lab_options *options, const struct lab_record *record, enum lab_phase phase);

// Notes in the record that the fault has struck.
void fault_note(const struct lab_options *options, struct lab_record *record);

// Random-looking bytes, the same for the same seed and connection; they begin like no protocol that is spoken here.
#define FAULT_GARBAGE_SIZE 300
void fault_garbage(const struct lab_options *options, const struct lab_record *record,
                   uint8_t garbage[FAULT_GARBAGE_SIZE]);
