// SPDX-License-Identifier: Apache-2.0
// Standard RDP Security (MS-RDPBCGR 5.3) of the connection, read along with.
#pragma once

#include <freerdp/freerdp.h>

#include "connection/bytes.h"
#include "connection/standard_security.h"

struct encryption {
    const rdpContext *context;         // FreeRDP's: its settings have the randoms that were exchanged
    bool headers;                      // every payload has a security header
    struct standard_security *streams; // once there are session keys; NULL before
};

// Whether the server's Connect Response (whole) chooses a method for RDP security that the client, whose settings still
// are what it offered, did not offer: *method. Not where the response cannot be read, or chooses none.
bool encryption_unasked(const struct encryption *encryption, struct bytes connect_response, uint32_t *method);

// Decrypts the next encrypted payload of a direction (from behind its security header). *payload then points to the
// memory that is returned, which the caller frees. NULL, and *payload as it was or empty, where it cannot be read.
uint8_t *encryption_open(struct encryption *encryption, enum standard_direction direction, struct bytes *payload);
