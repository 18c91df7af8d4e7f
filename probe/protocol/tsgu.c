// SPDX-License-Identifier: Apache-2.0
#include "protocol/tsgu.h"

#include "protocol/little_endian.h"

enum {
    // HTTP_TUNNEL_RESPONSE_FIELDS_PRESENT_FLAGS, MS-TSGU 2.2.5.3.6
    TUNNEL_ID = 0x1,
    TUNNEL_CAPABILITIES = 0x2,
    TUNNEL_HEALTH_REQUEST = 0x4,
    TUNNEL_CONSENT = 0x10,
    // HTTP_TUNNEL_AUTH_RESPONSE_FIELDS_PRESENT_FLAGS, 2.2.5.3.7
    AUTH_REDIRECTION = 0x1,
    AUTH_IDLE_TIMEOUT = 0x2,
    NONCE = 20
};

// What is still to be read.
struct rest {
    const uint8_t *data;
    size_t size;
};

static bool skip(struct rest *rest, size_t size)
{
    if (rest->size < size)
        return false;
    rest->data += size;
    rest->size -= size;
    return true;
}

static bool take16(struct rest *rest, uint16_t *value)
{
    const uint8_t *p = rest->data;
    if (!skip(rest, 2))
        return false;
    *value = little16(p);
    return true;
}

static bool take32(struct rest *rest, uint32_t *value)
{
    const uint8_t *p = rest->data;
    if (!skip(rest, 4))
        return false;
    *value = little32(p);
    return true;
}

// HTTP_UNICODE_STRING, 2.2.10.22.
static bool take_text(struct rest *rest, struct tsgu_text *text)
{
    uint16_t size;
    if (!take16(rest, &size))
        return false;
    *text = (struct tsgu_text){rest->data, size};
    return skip(rest, size);
}

bool tsgu_header_parse(const uint8_t data[TSGU_HEADER], struct tsgu_header *header)
{
    *header = (struct tsgu_header){little16(data), little32(data + 4)};
    return header->size >= TSGU_HEADER && header->size <= TSGU_PACKET_MAX;
}

static bool handshake_response(struct rest *rest, struct tsgu_answer *answer)
{
    enum { VERSIONS_AND_EXTENDED_AUTH = 6 };
    return take32(rest, &answer->code) && skip(rest, VERSIONS_AND_EXTENDED_AUTH);
}

static bool tunnel_response(struct rest *rest, struct tsgu_answer *answer)
{
    uint16_t version, fields, reserved;
    struct tsgu_text certificate;

    if (!take16(rest, &version) || !take32(rest, &answer->code) || !take16(rest, &fields) || !take16(rest, &reserved))
        return false;
    if (fields & TUNNEL_ID && !skip(rest, 4))
        return false;
    if (fields & TUNNEL_CAPABILITIES && !skip(rest, 4))
        return false;
    if (fields & TUNNEL_HEALTH_REQUEST && !(skip(rest, NONCE) && take_text(rest, &certificate)))
        return false;
    return !(fields & TUNNEL_CONSENT) || take_text(rest, &answer->message);
}

static bool tunnel_auth_response(struct rest *rest, struct tsgu_answer *answer)
{
    uint16_t fields, reserved;

    if (!take32(rest, &answer->code) || !take16(rest, &fields) || !take16(rest, &reserved))
        return false;
    answer->has_redirection = fields & AUTH_REDIRECTION;
    answer->has_idle_timeout = fields & AUTH_IDLE_TIMEOUT;
    return (!answer->has_redirection || take32(rest, &answer->redirection)) &&
           (!answer->has_idle_timeout || take32(rest, &answer->idle_timeout));
}

static bool channel_response(struct rest *rest, struct tsgu_answer *answer)
{
    enum { FIELDS_AND_RESERVED = 4 };
    return take32(rest, &answer->code) && skip(rest, FIELDS_AND_RESERVED);
}

bool tsgu_answer_parse(uint16_t type, const uint8_t *data, size_t size, struct tsgu_answer *answer)
{
    struct rest rest = {data, size};

    *answer = (struct tsgu_answer){.code = 0};
    switch (type) {
    case TSGU_HANDSHAKE_RESPONSE:
        return handshake_response(&rest, answer);
    case TSGU_TUNNEL_RESPONSE:
        return tunnel_response(&rest, answer);
    case TSGU_TUNNEL_AUTH_RESPONSE:
        return tunnel_auth_response(&rest, answer);
    case TSGU_CHANNEL_RESPONSE:
        return channel_response(&rest, answer);
    case TSGU_EXTENDED_AUTH:
    case TSGU_CLOSE_CHANNEL:
        return take32(&rest, &answer->code);
    case TSGU_SERVICE_MESSAGE:
        return take_text(&rest, &answer->message);
    default:
        return false;
    }
}
