// SPDX-License-Identifier: Apache-2.0
// MCS PDUs as RDP uses them (T.125; MS-RDPBCGR 2.2.1.3 to 2.2.1.9), from the TPKT on. A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mcs_type {
    MCS_CONNECT_INITIAL,
    MCS_CONNECT_RESPONSE,
    MCS_ERECT_DOMAIN,
    MCS_ATTACH_USER_REQUEST,
    MCS_ATTACH_USER_CONFIRM,
    MCS_CHANNEL_JOIN_REQUEST,
    MCS_CHANNEL_JOIN_CONFIRM,
    MCS_SEND_DATA_REQUEST,
    MCS_SEND_DATA_INDICATION,
    MCS_DISCONNECT_ULTIMATUM,
    MCS_OTHER
};

struct mcs_pdu {
    enum mcs_type type;
    uint32_t result;        // Connect-Response, confirms: T.125 Result, 0 = rt-successful
    uint32_t reason;        // ultimatum: T.125 Reason
    uint16_t channel;       // send data
    const uint8_t *payload; // send data: user data, pointing into the data
    size_t size;
};

// Whether the bytes are one TPKT with X.224 Data and an MCS PDU; then *pdu is filled. Truncated or otherwise malformed:
// false.
bool mcs_parse(const uint8_t *data, size_t size, struct mcs_pdu *pdu);
