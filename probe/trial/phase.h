// SPDX-License-Identifier: Apache-2.0
// The steps of an RDP connection (MS-RDPBCGR 1.3.1.1, with name resolution, TCP and the gateway before it).
#pragma once

#include <stdbool.h>

// In the order in which a connection goes through them. A phase begins when the client starts to wait for, or to do,
// what the phase is named after, so that the phase of a hanging trial is the one whose answer never came.
enum phase {
    PHASE_RESOLVE,      // name lookup
    PHASE_TCP,          // connect() until established
    PHASE_GATEWAY,      // from the gateway's TCP connection to the opened channel
    PHASE_NEGOTIATE,    // X.224 Connection Request until the Confirm (MS-RDPBCGR 2.2.1.1, 2.2.1.2)
    PHASE_TLS,          // TLS handshake
    PHASE_NLA,          // CredSSP (MS-CSSP)
    PHASE_MCS,          // MCS Connect Initial until Connect Response (2.2.1.3, 2.2.1.4)
    PHASE_CHANNELS,     // Erect Domain, Attach User, channel joins (2.2.1.5 to 2.2.1.9)
    PHASE_INFO,         // Security Exchange and Client Info until they are sent (2.2.1.10, 2.2.1.11)
    PHASE_LICENSING,    // from the sent Client Info to the end of licensing (2.2.1.12)
    PHASE_CAPABILITIES, // until Demand Active (2.2.1.13)
    PHASE_FINALIZE,     // Confirm Active until the server's Font Map (2.2.1.13.2 to 2.2.1.22)
    PHASE_ACTIVE,       // the session is active
    PHASE_LOGON,        // the server reported the logon (2.2.10.1)
    PHASE_GRAPHICS,     // the first picture
    PHASE_COUNT
};

// The name used in commands and journals ("licensing"). Static.
const char *phase_name(enum phase phase);

// Reads a name as phase_name() writes it. Returns false, leaving *phase alone, when there is no such phase.
bool phase_from_name(const char *name, enum phase *phase);
