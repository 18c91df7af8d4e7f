// SPDX-License-Identifier: Apache-2.0
// X.224 Connection Request and Confirm with RDP negotiation (MS-RDPBCGR 2.2.1.1, 2.2.1.2). Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// requestedProtocols and selectedProtocol (2.2.1.1.1, 2.2.1.2.1).
enum {
    PROTOCOL_RDP = 0x0,
    PROTOCOL_SSL = 0x1,
    PROTOCOL_HYBRID = 0x2,
    PROTOCOL_RDSTLS = 0x4,
    PROTOCOL_HYBRID_EX = 0x8,
    PROTOCOL_RDSAAD = 0x10
};

// Name of one selected protocol ("HYBRID"); NULL for a value that names none. Static.
const char *x224_protocol_name(uint32_t protocol);

struct x224_request {
    bool negotiates; // carries RDP_NEG_REQ
    uint8_t flags;
    uint32_t protocols; // requestedProtocols
    // The text before CR LF that may stand in front of it, without "Cookie: mstshash="; pointing into the data, NULL if
    // there is none.
    const uint8_t *text;
    size_t text_size;
    bool is_cookie; // false: a routing token
};

// Takes the cookie out of a Connection Request, in place: a routing token, and what is no such request, stays. Returns
// the size that it has then.
size_t x224_drop_cookie(uint8_t *pdu, size_t size);

struct x224_confirm {
    enum { CONFIRM_PLAIN, CONFIRM_RESPONSE, CONFIRM_FAILURE } kind; // plain: no negotiation data, RDP security
    uint8_t flags;                                                  // RDP_NEG_RSP flags
    uint32_t value;                                                 // selectedProtocol or failureCode
};

// Whether the bytes are a TPKT with an X.224 TPDU of that kind; then *request or *confirm is filled. Anything else,
// truncated or oversized, gives false.
bool x224_parse_request(const uint8_t *data, size_t size, struct x224_request *request);
bool x224_parse_confirm(const uint8_t *data, size_t size, struct x224_confirm *confirm);

// Bytes of RDP_NEG_REQ (2.2.1.1.1).
enum { X224_NEGOTIATION_SIZE = 8 };

// Whether a server may select the protocol where these were requested: one of them, or RDP security, which every client
// asks for by asking for nothing (2.2.1.2.1).
bool x224_was_requested(uint32_t requested, uint32_t selected);

// Appends RDP_NEG_REQ with no flags to a Connection Request that has none. data has room for X224_NEGOTIATION_SIZE
// bytes more. False, and nothing is changed, where the bytes are no such request, or a TPDU has not the room.
bool x224_add_negotiation(uint8_t *data, size_t size, uint32_t protocols);
