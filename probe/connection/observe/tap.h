// SPDX-License-Identifier: Apache-2.0
// The PDU tap: sees every PDU both ways before FreeRDP makes something of it, reports facts and phases.
#pragma once

#include "connection/connection.h"

// FreeRDP's ReadPdu and WritePdu callbacks.
int tap_read(rdpTransport *transport, wStream *s);
int tap_write(rdpTransport *transport, wStream *s);

// FreeRDP's ReadBytes callback: catches what is no TSRequest at its first byte. FreeRDP would wait for its end for
// ever.
SSIZE_T tap_read_bytes(rdpTransport *transport, BYTE *data, size_t size);

// An error info that FreeRDP read and the tap could not (encryption that it does not follow). Ignored where the tap saw
// one, or an ultimatum from which FreeRDP invents one.
void tap_error_info(struct connection *connection, uint32_t code);
