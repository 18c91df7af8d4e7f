// SPDX-License-Identifier: Apache-2.0
// How sure it is that a trial was connected: the values of the fact connected.proof, each surer than the one before.
#pragma once

#include <stdbool.h>

enum proof {
    PROOF_ACTIVE,  // the session was active, and lasted: an intermediary does that too, without any session behind it
    PROOF_LOGON,   // …and the server reported a logon
    PROOF_PAINTED, // …and painted something, be it a logon screen
    PROOF_COUNT
};

// "active", "logon", "painted". Static.
const char *proof_name(enum proof proof);

// The reverse; false where it is none.
bool proof_from_name(const char *name, enum proof *proof);
