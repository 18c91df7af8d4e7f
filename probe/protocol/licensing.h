// SPDX-License-Identifier: Apache-2.0
// Licensing messages (MS-RDPBCGR 2.2.1.12, MS-RDPELE 2.2.2). A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// bMsgType (2.2.1.12.1.1).
enum licensing_type {
    LICENSING_REQUEST = 0x01,
    LICENSING_PLATFORM_CHALLENGE = 0x02,
    LICENSING_NEW_LICENSE = 0x03,
    LICENSING_UPGRADE_LICENSE = 0x04,
    LICENSING_INFO = 0x12,
    LICENSING_NEW_LICENSE_REQUEST = 0x13,
    LICENSING_PLATFORM_CHALLENGE_RESPONSE = 0x15,
    LICENSING_ERROR_ALERT = 0xFF
};

enum { LICENSING_STATUS_VALID_CLIENT = 7, LICENSING_NO_TRANSITION = 2 };

struct licensing_message {
    uint8_t type;
    uint32_t error;      // error alert: dwErrorCode (2.2.1.12.1.3)
    uint32_t transition; // error alert: dwStateTransition
};

// Reads the licensing preamble and, of an error alert, its codes; the data starts after the security header. False if
// it is truncated.
bool licensing_parse(const uint8_t *data, size_t size, struct licensing_message *message);

enum { LICENSING_TEXT = 64 * 3 + 1, LICENSING_SCOPES = 8, LICENSING_SCOPE = 64, LICENSING_KEY_EXCHANGES = 4 };

// A server's licence request (MS-RDPELE 2.2.2.1). Texts are UTF-8, cut where they are longer.
struct licensing_request {
    uint16_t major, minor; // dwVersion of ProductInfo: the licensing server's system
    char company[LICENSING_TEXT];
    char product[LICENSING_TEXT]; // pbProductId, such as "A02"
    unsigned key_exchange_count;
    uint32_t key_exchanges[LICENSING_KEY_EXCHANGES];
    unsigned scope_count;
    char scopes[LICENSING_SCOPES][LICENSING_SCOPE]; // issuers, such as "microsoft.com"
};

// Reads a message of type LICENSING_REQUEST, from its preamble on. False where it is another or truncated.
bool licensing_parse_request(const uint8_t *data, size_t size, struct licensing_request *request);

// Whether the message ends licensing with success: a licence was issued, or STATUS_VALID_CLIENT.
bool licensing_succeeds(const struct licensing_message *message);
