// SPDX-License-Identifier: Apache-2.0
// Reads along with Standard RDP Security (MS-RDPBCGR 5.3), so that PDUs which FreeRDP loses, such as an error info
// before licensing ends, can be seen there too. RC4 with 40, 56 and 128 bits and its key updates (5.3.6.1, 5.3.7), and
// FIPS: 3DES-CBC (5.3.6.2). MACs are not checked: clients and servers in use get them wrong.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct standard_security;

enum standard_direction { FROM_SERVER, FROM_CLIENT };

// Derives the session keys from the randoms that were exchanged (32 bytes each) for encryptionMethod 1 (40 bit), 8 (56
// bit), 2 (128 bit) or 16 (FIPS). NULL for another method or where this machine has not the cipher. The caller frees.
struct standard_security *standard_security_new(const uint8_t *client_random, const uint8_t *server_random,
                                                uint32_t method);

// Free. Safe on NULL.
void standard_security_free(struct standard_security *security);

// Decrypts the next encrypted payload of a direction: data[size] begins behind the flags of the security header, or
// behind the header of a fast-path PDU, with the MAC (2.2.8.1.1.2.2) or FIPS' length, version, padding and MAC
// (2.2.8.1.1.2.3, 2.2.8.1.2.1). The text goes to out, which has room for size bytes, and its length, without padding,
// to *length. Every encrypted payload must pass here in order. False where the payload is none; out is undefined then.
bool standard_security_open(struct standard_security *security, enum standard_direction direction, const uint8_t *data,
                            size_t size, uint8_t *out, size_t *length);
