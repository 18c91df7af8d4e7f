// SPDX-License-Identifier: Apache-2.0
// What mstsc would show for an outcome, only where that is documented or can be inferred from the same condition.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// What mstsc of Windows 11 22H2 says of itself: version and clientBuild of Client Core Data (MS-RDPBCGR 2.2.1.3.2), and
// the sourceDescriptor of Confirm Active (2.2.1.13.2.1).
enum { MSTSC_VERSION = 0x80010, MSTSC_BUILD = 22621 };
#define MSTSC_SOURCE "MSTSC"

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
