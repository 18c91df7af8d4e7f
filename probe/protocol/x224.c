// SPDX-License-Identifier: Apache-2.0
#include "protocol/x224.h"

#include <string.h>

#include "protocol/little_endian.h"

enum {
    TPKT_VERSION = 3,
    TPKT_HEADER = 4, // RFC 1006 6
    TPDU_FIXED = 7,  // X.224 13.3: length indicator, code, DST-REF, SRC-REF, class
    TPDU_REQUEST = 0xE0,
    TPDU_CONFIRM = 0xD0,
    TYPE_NEG_REQ = 1,
    TYPE_NEG_RSP = 2,
    TYPE_NEG_FAILURE = 3,
    NEG_LENGTH = X224_NEGOTIATION_SIZE,
    INDICATOR_MAX = 254 // X.224 13.2.1
};

const char *x224_protocol_name(uint32_t protocol)
{
    switch (protocol) {
    case PROTOCOL_RDP:
        return "RDP";
    case PROTOCOL_SSL:
        return "SSL";
    case PROTOCOL_HYBRID:
        return "HYBRID";
    case PROTOCOL_RDSTLS:
        return "RDSTLS";
    case PROTOCOL_HYBRID_EX:
        return "HYBRID_EX";
    case PROTOCOL_RDSAAD:
        return "RDSAAD";
    default:
        return NULL;
    }
}

// The variable part of a TPDU of the given code, or NULL.
static const uint8_t *variable_part(const uint8_t *data, size_t size, uint8_t code, size_t *length)
{
    if (size < TPKT_HEADER + TPDU_FIXED || data[0] != TPKT_VERSION)
        return NULL;
    size_t total = (size_t)data[2] << 8 | data[3];
    size_t indicator = data[TPKT_HEADER]; // counts the bytes after itself
    if (total != size || total != TPKT_HEADER + 1 + indicator || indicator < TPDU_FIXED - 1 ||
        (data[TPKT_HEADER + 1] & 0xF0) != code)
        return NULL;
    *length = indicator - (TPDU_FIXED - 1);
    return data + TPKT_HEADER + TPDU_FIXED;
}

static bool is_negotiation(const uint8_t *part, uint8_t type)
{
    return part[0] == type && part[2] == NEG_LENGTH && part[3] == 0;
}

bool x224_parse_request(const uint8_t *data, size_t size, struct x224_request *request)
{
    size_t length;
    const uint8_t *part = variable_part(data, size, TPDU_REQUEST, &length);
    if (!part)
        return false;
    *request = (struct x224_request){0};
    // A cookie or routing token, ended by CR LF, may stand before the negotiation request.
    const uint8_t *end = length >= 2 ? memmem(part, length, "\r\n", 2) : NULL;
    if (end) {
        static const char cookie[] = "Cookie: mstshash=";
        size_t head = sizeof cookie - 1, whole = (size_t)(end - part);
        request->is_cookie = whole >= head && memcmp(part, cookie, head) == 0;
        request->text = request->is_cookie ? part + head : part;
        request->text_size = (size_t)(end - request->text);
        length -= (size_t)(end + 2 - part);
        part = end + 2;
    }
    if (length >= NEG_LENGTH && is_negotiation(part, TYPE_NEG_REQ)) {
        request->negotiates = true;
        request->flags = part[1];
        request->protocols = little32(part + 4);
    }
    return true;
}

size_t x224_drop_cookie(uint8_t *pdu, size_t size)
{
    struct x224_request request;
    if (!x224_parse_request(pdu, size, &request) || !request.text || !request.is_cookie)
        return size;
    uint8_t *part = pdu + TPKT_HEADER + TPDU_FIXED, *end = pdu + (request.text - pdu) + request.text_size + 2;
    const size_t dropped = (size_t)(end - part);
    memmove(part, end, (size_t)(pdu + size - end));
    size -= dropped;
    pdu[2] = (uint8_t)(size >> 8);
    pdu[3] = (uint8_t)size;
    pdu[TPKT_HEADER] = (uint8_t)(pdu[TPKT_HEADER] - dropped); // length indicator
    return size;
}

bool x224_parse_confirm(const uint8_t *data, size_t size, struct x224_confirm *confirm)
{
    size_t length;
    const uint8_t *part = variable_part(data, size, TPDU_CONFIRM, &length);
    if (!part)
        return false;
    *confirm = (struct x224_confirm){.kind = CONFIRM_PLAIN};
    if (length == 0)
        return true;
    if (length < NEG_LENGTH)
        return false;
    if (is_negotiation(part, TYPE_NEG_RSP))
        confirm->kind = CONFIRM_RESPONSE;
    else if (is_negotiation(part, TYPE_NEG_FAILURE))
        confirm->kind = CONFIRM_FAILURE;
    else
        return false;
    confirm->flags = part[1];
    confirm->value = little32(part + 4);
    return true;
}

bool x224_was_requested(uint32_t requested, uint32_t selected)
{
    bool one = (selected & (selected - 1)) == 0;
    return selected == PROTOCOL_RDP || (one && selected & requested);
}

bool x224_add_negotiation(uint8_t *data, size_t size, uint32_t protocols)
{
    struct x224_request request;
    if (!x224_parse_request(data, size, &request) || request.negotiates ||
        data[TPKT_HEADER] + NEG_LENGTH > INDICATOR_MAX)
        return false;
    uint8_t *part = data + size;
    size += NEG_LENGTH;
    data[2] = (uint8_t)(size >> 8);
    data[3] = (uint8_t)size;
    data[TPKT_HEADER] += NEG_LENGTH;
    part[0] = TYPE_NEG_REQ;
    part[1] = 0;
    part[2] = NEG_LENGTH;
    part[3] = 0;
    for (int i = 0; i < 4; i++)
        part[4 + i] = (uint8_t)(protocols >> 8 * i);
    return true;
}
