// SPDX-License-Identifier: Apache-2.0
// FreeRDP's transport, tapped: every connection, handshake and PDU passes here both ways before FreeRDP makes something
// of it. What the modules below make of them may end the trial, which is done here, before the PDU is handed on.
#pragma once

#include "connection/connection.h"

// Puts the tap between FreeRDP and its transport. FreeRDP's PreConnect is the place. False if FreeRDP refuses.
bool tap_begin(struct connection *connection);
