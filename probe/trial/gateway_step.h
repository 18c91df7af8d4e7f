// SPDX-License-Identifier: Apache-2.0
// The steps of the phase `gateway`: from the TCP connection to an RD Gateway to the opened channel (MS-TSGU 1.3.2).
#pragma once

#include <stdbool.h>

// In the order in which a tunnel goes through them. As with phases, a step begins when the client starts to wait for
// what it is named after. The gateway's name is looked up in the phase `resolve`, and its first connection made in
// `tcp`; a transport with two channels makes a second one.
enum gateway_step {
    GATEWAY_STEP_TLS,        // TLS handshake with the gateway
    GATEWAY_STEP_HTTP,       // request and HTTP authentication, until it is granted (RDG_OUT_DATA)
    GATEWAY_STEP_SECOND_TCP, // the same for the second channel (RDG_IN_DATA)
    GATEWAY_STEP_SECOND_TLS,
    GATEWAY_STEP_SECOND_HTTP,
    GATEWAY_STEP_HANDSHAKE, // MS-TSGU 2.2.10.10, 2.2.10.11
    GATEWAY_STEP_TUNNEL,    // tunnel create: 2.2.10.18, 2.2.10.20
    GATEWAY_STEP_AUTHORIZE, // tunnel authorize, connection policy: 2.2.10.14, 2.2.10.16
    GATEWAY_STEP_CHANNEL,   // channel create, resource policy and the way to the target: 2.2.10.2, 2.2.10.4
    GATEWAY_STEP_COUNT
};

// The name used in journals ("authorize"). Static.
const char *gateway_step_name(enum gateway_step step);

// Reads a name as gateway_step_name() writes it. Returns false, leaving *step alone, when there is no such step.
bool gateway_step_from_name(const char *name, enum gateway_step *step);
