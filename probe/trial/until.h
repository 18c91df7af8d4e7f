// SPDX-License-Identifier: Apache-2.0
// Where a trial is to stop: once a phase is over, or at a point within one that is worth stopping at.
#pragma once

#include <stdbool.h>

#include "trial/phase.h"

// "nla-challenge" stops within the phase nla once the server's NTLM CHALLENGE was read: it tells who the server is, and
// nothing that counts as a logon was sent. Without NLA it is the end of TLS.
struct until {
    enum phase phase;  // the last one that may begin
    bool at_challenge; // …phase is PHASE_NLA, and ends at the CHALLENGE
};

// The name used in commands and journals ("licensing", "nla-challenge"). Static.
const char *until_name(struct until until);

// Reads a name as until_name() writes it. Returns false, leaving *until alone, when there is no such point.
bool until_from_name(const char *name, struct until *until);
