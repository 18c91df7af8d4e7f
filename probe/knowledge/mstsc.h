// SPDX-License-Identifier: Apache-2.0
// What mstsc would show for an outcome, only where that is documented or can be inferred from the same condition.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct mstsc_pair {
    uint32_t code;     // "Error code"
    uint32_t extended; // "Extended error code": the server's errorInfo with code 0x3; 0 otherwise, and then no claim
    bool documented;   // both ends are described by a source; false: inferred
};

// The pair for an outcome family (its name as in the journal) and code, seen in a phase (its name). False where nothing
// can honestly be claimed. Source of the numbers: IMsTscAxEvents::OnDisconnected, ExtendedDisconnectReasonCode.
bool mstsc_pair_of(const char *family, uint32_t code, const char *phase, struct mstsc_pair *pair);

// mstsc's own text or meaning for "Error code"; NULL if unknown. Static.
const char *mstsc_meaning(uint32_t code);
