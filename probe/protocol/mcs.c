// SPDX-License-Identifier: Apache-2.0
#include "protocol/mcs.h"

enum {
    TPKT_VERSION = 3,
    HEADERS = 7, // TPKT 4, X.224 Data 3
    TPDU_DATA = 0xF0,
    BER_APPLICATION = 0x7F, // two-byte tag of Connect-Initial (101) and Connect-Response (102), T.125 7 part 2
    BER_ENUMERATED = 0x0A
};

// DomainMCSPDU choices (T.125 7 part 10), in the upper six bits of the first byte.
enum {
    CHOICE_ERECT_DOMAIN = 1,
    CHOICE_DISCONNECT_ULTIMATUM = 8,
    CHOICE_ATTACH_REQUEST = 10,
    CHOICE_ATTACH_CONFIRM = 11,
    CHOICE_JOIN_REQUEST = 14,
    CHOICE_JOIN_CONFIRM = 15,
    CHOICE_SEND_REQUEST = 25,
    CHOICE_SEND_INDICATION = 26
};

// Connect-Response ::= [APPLICATION 102] SEQUENCE { result ENUMERATED, … }: BER length, then the first element.
static bool connect_result(const uint8_t *p, const uint8_t *end, uint32_t *result)
{
    if (p == end)
        return false;
    size_t skip = *p & 0x80 ? 1 + (size_t)(*p & 0x7F) : 1;
    if ((size_t)(end - p) < skip + 3)
        return false;
    p += skip;
    if (p[0] != BER_ENUMERATED || p[1] != 1)
        return false;
    *result = p[2];
    return true;
}

// Initiator 2, channelId 2, priority and segmentation 1, then a PER length of one or two bytes and the user data.
static bool send_data(const uint8_t *p, const uint8_t *end, struct mcs_pdu *pdu)
{
    if (end - p < 6)
        return false;
    pdu->channel = (uint16_t)(p[2] << 8 | p[3]);
    p += 5;
    size_t length = *p++;
    if (length & 0x80) {
        if (p == end)
            return false;
        length = (length & 0x7F) << 8 | *p++;
    }
    if ((size_t)(end - p) < length)
        return false;
    pdu->payload = p;
    pdu->size = length;
    return true;
}

bool mcs_parse(const uint8_t *data, size_t size, struct mcs_pdu *pdu)
{
    *pdu = (struct mcs_pdu){.type = MCS_OTHER};
    if (size < HEADERS + 1 || data[0] != TPKT_VERSION || data[4] != 2 || data[5] != TPDU_DATA)
        return false;
    size_t total = (size_t)data[2] << 8 | data[3];
    if (total < HEADERS + 1 || total > size)
        return false;
    const uint8_t *p = data + HEADERS, *end = data + total;

    if (p[0] == BER_APPLICATION) {
        if (total < HEADERS + 2)
            return false;
        if (p[1] == 101) {
            pdu->type = MCS_CONNECT_INITIAL;
            return true;
        }
        pdu->type = MCS_CONNECT_RESPONSE;
        return p[1] == 102 && connect_result(p + 2, end, &pdu->result);
    }

    uint8_t first = *p++;
    if (first >> 2 == CHOICE_ATTACH_REQUEST) { // the one PDU of a single byte
        pdu->type = MCS_ATTACH_USER_REQUEST;
        return true;
    }
    if (p == end)
        return false;
    switch (first >> 2) {
    case CHOICE_ERECT_DOMAIN:
        pdu->type = MCS_ERECT_DOMAIN;
        return true;
    case CHOICE_ATTACH_CONFIRM:
        // One bit says that initiator follows; result is four bits over the byte's border.
        pdu->type = MCS_ATTACH_USER_CONFIRM;
        pdu->result = (uint32_t)((first & 1) << 3 | *p >> 5);
        return true;
    case CHOICE_JOIN_REQUEST:
        pdu->type = MCS_CHANNEL_JOIN_REQUEST;
        return true;
    case CHOICE_JOIN_CONFIRM:
        pdu->type = MCS_CHANNEL_JOIN_CONFIRM;
        pdu->result = (uint32_t)((first & 1) << 3 | *p >> 5);
        return true;
    case CHOICE_SEND_REQUEST:
        pdu->type = MCS_SEND_DATA_REQUEST;
        return send_data(p, end, pdu);
    case CHOICE_SEND_INDICATION:
        pdu->type = MCS_SEND_DATA_INDICATION;
        return send_data(p, end, pdu);
    case CHOICE_DISCONNECT_ULTIMATUM:
        // Reason: three bits over the byte's border (0x21 0x80 is rn-user-requested, 3).
        pdu->type = MCS_DISCONNECT_ULTIMATUM;
        pdu->reason = (uint32_t)((first & 3) << 1 | *p >> 7);
        return true;
    default:
        return true;
    }
}
