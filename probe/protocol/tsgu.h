// SPDX-License-Identifier: Apache-2.0
// The packets of an RD Gateway's HTTP transport (MS-TSGU 2.2.10). Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// HTTP_PACKET_TYPE, MS-TSGU 2.2.5.3.3.
enum tsgu_type {
    TSGU_HANDSHAKE_REQUEST = 0x1,
    TSGU_HANDSHAKE_RESPONSE = 0x2,
    TSGU_EXTENDED_AUTH = 0x3,
    TSGU_TUNNEL_CREATE = 0x4,
    TSGU_TUNNEL_RESPONSE = 0x5,
    TSGU_TUNNEL_AUTH = 0x6,
    TSGU_TUNNEL_AUTH_RESPONSE = 0x7,
    TSGU_CHANNEL_CREATE = 0x8,
    TSGU_CHANNEL_RESPONSE = 0x9,
    TSGU_DATA = 0xA,
    TSGU_SERVICE_MESSAGE = 0xB,
    TSGU_REAUTH_MESSAGE = 0xC,
    TSGU_KEEPALIVE = 0xD,
    TSGU_CLOSE_CHANNEL = 0x10,
    TSGU_CLOSE_CHANNEL_RESPONSE = 0x11
};

enum {
    TSGU_HEADER = 8,                            // MS-TSGU 2.2.10.9
    TSGU_PACKET_MAX = 2 * (TSGU_HEADER + 65535) // none is longer: two texts of 16-bit length at most, and a few fields
};

struct tsgu_header {
    uint16_t type;
    uint32_t size; // of the whole packet
};

// Reads the first 8 bytes of a packet. False where the size is none that a packet can have.
bool tsgu_header_parse(const uint8_t data[TSGU_HEADER], struct tsgu_header *header);

// UTF-16LE in the data that was parsed; data is NULL where the packet has no such text.
struct tsgu_text {
    const uint8_t *data;
    size_t size;
};

// An answer of the gateway, or what it says without being asked.
struct tsgu_answer {
    uint32_t code; // HRESULT or low word (2.2.6); 0: success
    bool has_idle_timeout;
    uint32_t idle_timeout; // minutes, 0: none
    bool has_redirection;
    uint32_t redirection;     // HTTP_TUNNEL_REDIR_FLAGS, 2.2.5.3.8
    struct tsgu_text message; // consent (2.2.10.20) or service message (2.2.10.13)
};

// Reads what stands behind the header of a HANDSHAKE_RESPONSE (2.2.10.11), TUNNEL_RESPONSE (2.2.10.20),
// TUNNEL_AUTH_RESPONSE (2.2.10.16), CHANNEL_RESPONSE (2.2.10.4), EXTENDED_AUTH (2.2.10.12), CLOSE_CHANNEL (2.2.10.5) or
// SERVICE_MESSAGE (2.2.10.13). False for another type, and where less is there than the packet announces.
bool tsgu_answer_parse(uint16_t type, const uint8_t *data, size_t size, struct tsgu_answer *answer);
