// SPDX-License-Identifier: Apache-2.0
// The warm process that forks a worker for each trial, ends it at its deadline, and reports how it went.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct zygote;

// Forks and warms the zygote. It lives in a session of its own (no terminal), ends with all its workers when this
// process is gone, and then removes the directory scratch. afresh: it is this program executed anew, which must be so
// once this process holds a secret. NULL with a sentence in error[size].
struct zygote *zygote_start(const char *scratch, bool afresh, char *error, size_t size);

// What a zygote that is executed anew is called with: the program, this word, the directory scratch, and anything more
// for no sandbox.
extern const char ZYGOTE_WORD[];

// The zygote of such a call. Does not return.
_Noreturn void zygote_resume(const char *scratch, bool sandbox);

// Has a worker forked that is killed after deadline_ms. Returns the socket to it (the request goes in, events come out;
// the caller closes it), or -1 with errno: EAGAIN where the zygote has too many orders to take another one yet.
int zygote_spawn(struct zygote *zygote, uint32_t id, unsigned deadline_ms);

// Adds to a worker's deadline; where the zygote has too many orders it stays as it is.
void zygote_prolong(struct zygote *zygote, uint32_t id, unsigned ms);

struct worker_end {
    uint32_t id;
    int status;        // as from waitpid()
    bool killed;       // by the deadline
    uint64_t peak_kib; // peak resident memory, KiB
    double cpu_ms;     // processor time, user and system
};

// A descriptor that is readable when a worker has ended, or the zygote is gone.
int zygote_descriptor(const struct zygote *zygote);

// Takes the next worker that has ended, without waiting. False with errno: EAGAIN where there is none, else the zygote
// is gone.
bool zygote_take_end(struct zygote *zygote, struct worker_end *end);

// The process group of the zygote and all its workers.
pid_t zygote_group(const struct zygote *zygote);

// Ends the zygote and its workers and frees it; a zygote that does not answer within a second is killed with its group.
// Safe on NULL.
void zygote_stop(struct zygote *zygote);

// The same at once: for a zygote that is dead, stopped or hangs. Safe on NULL.
void zygote_destroy(struct zygote *zygote);
