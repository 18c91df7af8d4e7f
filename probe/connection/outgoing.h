// SPDX-License-Identifier: Apache-2.0
// A PDU of the client that is about to be sent, on its way past the factors that may change it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct outgoing {
    uint8_t *data; // whole, from its TPKT on where it has one
    size_t size;   // may get less, or as much as room
    size_t room;   // bytes that data has room for
    bool readable; // its payload is not encrypted by RDP security, nor part of CredSSP
    bool first;    // of the connection: the X.224 request
};
