// SPDX-License-Identifier: Apache-2.0
// One trial on its way: from its scratch directory and its worker to its finished record. Every trial leads this life,
// alone or among hundreds. It never waits.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/run_options.h"
#include "runner/scratch.h"
#include "runner/zygote.h"
#include "trial/trial.h"

// Its zygote kills a worker at the deadline; even a busy machine needs no more than this to do it and tell.
enum { ATTEMPT_GRACE_MS = 1500 };

struct attempt {
    const struct run_options *options; // borrowed
    const char *store;                 // scratch directory with the licences of the target; borrowed
    struct trial trial;
    char config[SCRATCH_PATH];     // "" where there is none
    char screenshot[SCRATCH_PATH]; // what the worker saves, "" for nothing
    int fd;                        // the worker's, -1 once it was closed
    char *buffer;                  // what was read and not applied yet
    size_t used, capacity;
    bool looks_for_tls;     // connection/request.h; set between init and start
    bool one_gateway_logon; // permit (runner/guard.h); set between init and start
    bool requests_permit;   // whether it is to ask before it sends the password; set between init and start
    bool asking;            // it has asked, and waits for attempt_grant()
    bool undecided;         // it ended without a logon and without an outcome, for lack of a permit
    double start;           // event_clock(), without the time it waited for its permit
    double asked;           // when it asked
    bool ended_well;        // the worker reported an outcome
    bool reaped;            // the zygote has reported its end
    size_t bytes;           // that the worker has reported
    bool flooded;           // more than any trial may
    bool lost;              // with the zygote, before its end was known
    struct worker_end end;
};

// Sets what is to be tried; nothing happens yet. False if memory is out.
bool attempt_init(struct attempt *attempt, const struct run_options *options, const char *store, uint64_t number,
                  const struct variant *variant, enum phase until, unsigned repeat);

// Makes the scratch directory, has a worker forked under the zygote's id, and sends it the request. False with errno
// where nothing was begun (attempt_clear() is due): EAGAIN means the zygote is too busy.
bool attempt_start(struct attempt *attempt, struct zygote *zygote, uint32_t id);

// Reads what the worker has reported so far. False once the worker has closed its end, and fd is -1.
bool attempt_read(struct attempt *attempt);

// Answers yes to a worker that is asking. Its deadline is put off by the time it has waited.
void attempt_grant(struct attempt *attempt, struct zygote *zygote, uint32_t id);

// Has a worker that is asking end: no password is sent, and nothing can be said of the server.
void attempt_decline(struct attempt *attempt);

// Notes the end that the zygote reported.
void attempt_reap(struct attempt *attempt, const struct worker_end *end);

// Whether the worker has ended and all that it reported was read.
bool attempt_over(const struct attempt *attempt);

// Whether the zygote ought to have reported the worker's end long ago: it is stopped, or hangs.
bool attempt_overdue(const struct attempt *attempt, double now);

// The zygote and its workers are gone: reads what the worker has reported, which is all.
void attempt_lose(struct attempt *attempt);

// Reads no further. Where the answer to a logon has not come, it counts as refused.
void attempt_cut(struct attempt *attempt);

// Completes the record with what the worker could not say itself, keeps licences that were issued, and removes the
// scratch directory.
void attempt_finish(struct attempt *attempt);

// Frees all but the trial's record, which becomes the caller's where `keep` is given. Safe on a zeroed attempt.
void attempt_clear(struct attempt *attempt, struct trial *keep);
