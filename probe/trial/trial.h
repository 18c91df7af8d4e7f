// SPDX-License-Identifier: Apache-2.0
// The record of one trial: one connection with one variant.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "trial/factor.h"
#include "trial/gateway_step.h"
#include "trial/outcome.h"
#include "trial/phase.h"

struct phase_time {
    enum phase phase;
    double start;         // milliseconds since the trial began
    double ms;            // duration; of the last phase of a killed trial: until the deadline
    unsigned round_trips; // times that something was sent, waited for and answered
};

struct step_time {
    enum gateway_step step;
    double start; // as of a phase
    double ms;    // likewise
};

struct trial {
    uint64_t number;  // in its run, 1-based
    char target[280]; // "host:port" or "[v6]:port"
    unsigned repeat;  // 1-based count of trials with this variant in this run
    struct variant variant;
    enum phase until;  // where the trial was to stop; PHASE_ACTIVE unless it was a survey
    bool at_challenge; // …within PHASE_NLA: see trial/until.h
    struct outcome outcome;
    struct phase_time phases[PHASE_COUNT];
    unsigned phase_count;
    struct step_time steps[GATEWAY_STEP_COUNT]; // of PHASE_GATEWAY
    unsigned step_count;
    json_t *facts;            // see trial/fact.h; owned
    unsigned connections;     // TCP connections made
    unsigned logons;          // AUTHENTICATE messages and Client Infos with a password that were sent
    unsigned failed_logons;   // those of them that the server refused, or may have refused
    uint64_t redirected_from; // number of the trial whose redirection this one follows; 0: none
    double ms;                // whole trial
    uint64_t peak_kib;        // worker's peak resident memory, KiB; 0 if unknown
    double cpu_ms;            // worker's processor time, user and system; 0 if unknown
    // Of one that was put together from the connections of a trial that followed redirections (trial/journey.h).
    const struct trial *first; // the first connection, borrowed; NULL: none was followed
    unsigned redirections;     // that were followed
    enum phase redirected_in;  // the furthest phase in which the client was sent on
};

// The connection by which a trial began: its own, where it followed no redirection.
static inline const struct trial *trial_first(const struct trial *trial)
{
    return trial->first ? trial->first : trial;
}

// The furthest phase of a trial, over all its connections.
static inline enum phase trial_reach(const struct trial *trial)
{
    bool led_on = trial->first && trial->redirected_in > trial->outcome.phase;
    return led_on ? trial->redirected_in : trial->outcome.phase;
}

// Sets an empty record with an empty set of facts. Returns false if memory is out.
bool trial_init(struct trial *trial);

// Milliseconds as records have them, to the microsecond: finer than any phase is measured.
double trial_ms(double ms);

// Frees what the record owns and zeroes it. Safe on a zeroed record.
void trial_clear(struct trial *trial);

// Levels by the names of their factors, as records have a variant; a new object, or NULL if memory is out. Caller owns
// it.
json_t *variant_to_json(const struct variant *variant);

// The trial of that number; NULL if there is none.
const struct trial *trial_numbered(const struct trial *const *trials, size_t count, uint64_t number);

// A new JSON object {"record":"trial","schema":1,…} as probe/journal.md has it, or NULL if memory is out. Caller owns
// it.
json_t *trial_to_json(const struct trial *trial);

// Reads a record that trial_to_json() wrote into *trial (which is overwritten, not cleared first). On error returns
// false with a clause in error[size]; *trial is then cleared.
bool trial_from_json(const json_t *json, struct trial *trial, char *error, size_t size);
