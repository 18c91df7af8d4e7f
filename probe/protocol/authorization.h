// SPDX-License-Identifier: Apache-2.0
// Early User Authorization Result PDU (MS-RDPBCGR 2.2.10.2): what a server says after CredSSP, before MCS, where
// PROTOCOL_HYBRID_EX was selected. A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads authorizationResult, the whole of the PDU: four bytes, little-endian. False where it is anything else.
bool authorization_parse(const uint8_t *data, size_t size, uint32_t *result);
