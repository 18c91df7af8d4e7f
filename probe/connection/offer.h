// SPDX-License-Identifier: Apache-2.0
// What FreeRDP leaves out of its connection request.
#pragma once

#include <winpr/stream.h>

#include "trial/factor.h"

// Adds RDP_NEG_REQ that asks for RDP security alone (MS-RDPBCGR 2.2.1.1.1) to a Connection Request that is about to be
// sent, up to the stream's position, where the variant offers that: FreeRDP sends none then, and a server that wants
// TLS can only say so to who negotiates. Any other PDU stays as it is.
void offer_negotiation(wStream *s, const struct variant *variant);
