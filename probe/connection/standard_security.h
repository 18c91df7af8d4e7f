// SPDX-License-Identifier: Apache-2.0
// Reads along with Standard RDP Security's RC4 (MS-RDPBCGR 5.3.5, 5.3.6), so that PDUs which FreeRDP loses, such as an
// error info before licensing ends, can be seen there too.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct standard_security;

enum standard_direction { FROM_SERVER, FROM_CLIENT };

// Derives the session keys from the randoms that were exchanged (32 bytes each) for encryptionMethod 1 (40 bit), 8 (56
// bit) or 2 (128 bit). NULL for another method (FIPS) or where this machine has no RC4.
struct standard_security *standard_security_new(const uint8_t *client_random, const uint8_t *server_random,
                                                uint32_t method);

// Free. Safe on NULL.
void standard_security_free(struct standard_security *security);

// Decrypts the next encrypted payload of a direction (after the security header and its 8-byte MAC) into out[size].
// Every encrypted payload must pass here in order. False once the stream cannot be followed any further (after 4096
// packets the keys change).
bool standard_security_decrypt(struct standard_security *security, enum standard_direction direction,
                               const uint8_t *data, size_t size, uint8_t *out);
