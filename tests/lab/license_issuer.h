// SPDX-License-Identifier: Apache-2.0
//
// The licences that a licensing server issues, and how it knows them again.
#pragma once

#include "license.h"

// pbLicenseInfo as this lab fills it. A Windows licence is an X.509 chain there; to a client it is opaque either way.
//   8 bytes  "RDPLAB-L"    2 bytes  version     16 bytes  random id
//  20 bytes  hardware id   32 bytes HMAC-SHA-256 over all before, keyed with the server's secret
#define LICENSE_TOKEN_SIZE (8 + 2 + 16 + LICENSE_HARDWARE_ID_SIZE + 32)

// The server's RSA key. Stays the server's.
EVP_PKEY *license_server_key(const struct license_server *server);

// The certificate for it as a SERVER_CERTIFICATE with an X.509 chain ([MS-RDPELE] 2.2.1.4.2). Stays the server's.
const uint8_t *license_server_certificate(const struct license_server *server, size_t *size);

// Makes a new licence for a hardware id and writes its id to `id`. Returns false if OpenSSL fails.
bool license_issue(const struct license_server *server, const uint8_t hardware_id[LICENSE_HARDWARE_ID_SIZE],
                   uint8_t token[LICENSE_TOKEN_SIZE], char id[LICENSE_ID_SIZE]);

// Says whose a presented licence is. `id` gets its id if this server issued it, else it is left empty.
enum license_check license_check(const struct license_server *server,
                                 const uint8_t hardware_id[LICENSE_HARDWARE_ID_SIZE], const uint8_t *token, size_t size,
                                 char id[LICENSE_ID_SIZE]);
