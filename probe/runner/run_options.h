// SPDX-License-Identifier: Apache-2.0
// What trials connect to, as whom, and within which limits.
#pragma once

#include <stdbool.h>

#include "connection/request.h"
#include "trial/journal.h"
#include "trial/profile.h"
#include "trial/trial.h"

struct run_options {
    struct profile profile;
    const char *screenshot;    // file to save a trial's desktop in, or NULL; borrowed (connection/request.h)
    bool at_challenge;         // a trial until PHASE_NLA ends at NTLM's CHALLENGE and logs on nowhere (trial/until.h)
    bool follow_redirect;      // a trial that is sent on by a broker goes there, with a further connection (runner.h)
    enum capture_form capture; // of every trial (default: off)
    int capture_fd;            // from capture_file_create(), where capture is not off; borrowed
    struct journal *journal;   // where records go; borrowed; may have no sink
    json_t *experiment;        // member of the run's record; borrowed; NULL: none
    // Called with each finished record, before it is written; may be NULL.
    void (*on_trial)(void *context, const struct trial *trial);
    void *context;
};

// The profile's defaults; everything else zero.
struct run_options run_options_default(void);

enum stop {
    STOP_NONE,
    STOP_SAFETY,     // logon limits, lockout: exit status 4
    STOP_BUDGET,     // max_trials
    STOP_INTERRUPT,  // SIGINT or SIGTERM
    STOP_ENVIRONMENT // the journal cannot be written, no process can be made: exit status 3
};
