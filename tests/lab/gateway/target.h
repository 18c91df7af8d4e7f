// SPDX-License-Identifier: Apache-2.0
// The connection from the gateway to the host that a client asked for.
#pragma once

#include "buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum target_state { TARGET_RESOLVING, TARGET_CONNECTING, TARGET_CONNECTED, TARGET_UNREACHABLE };

enum target_result { TARGET_OK, TARGET_CLOSED };

struct addrinfo;

struct target {
    enum target_state state;
    int fd; // -1: none
    struct addrinfo *addresses;
    struct addrinfo *next; // the one to try next
    const char *source;    // NULL: the kernel's choice
    int64_t deadline;
    struct buffer out; // to the target
    bool fin;          // the target has closed
    char peer[80];     // ADDR:PORT, once connected
    char error[128];   // why it is unreachable
};

// A finished name resolution, as it comes out of the pipe: one pointer.
struct target_lookup {
    uint64_t id;
    uint16_t port;
    int pipe;
    int error; // of getaddrinfo()
    struct addrinfo *addresses;
    char host[1024];
};

// Starts to connect to host:port from `source` (NULL: any). A literal address connects at once; a name is resolved on
// a thread of its own, which writes a target_lookup pointer with this id into `pipe`. Time-out in all: 10 s.
// NULL when memory is used up.
struct target *target_new(uint64_t id, const char *host, uint16_t port, const char *source, int pipe);

// Takes over the addresses of a lookup and frees it; with `target` NULL it only frees.
void target_resolved(struct target *target, struct target_lookup *lookup);

// The events to poll for; `paused` = the client must take some first.
short target_events(const struct target *target, bool paused);

// Goes on after a poll, or when the deadline has passed: connects.
void target_connect(struct target *target, bool writable, int64_t now);

// Reads at most `size` bytes: their number, 0 = nothing there, -1 = the target closed or reset.
int target_read(struct target *target, unsigned char *bytes, int size);

// Writes what the socket takes of `out`.
enum target_result target_write(struct target *target);

// Closes and frees.
void target_free(struct target *target);
