// SPDX-License-Identifier: Apache-2.0
#include "tsgu.h"

#include <string.h>

enum {
    VERSION_MAJOR = 1,
    VERSION_MINOR = 0,
    SERVER_VERSION = 1,
    // HTTP_TUNNEL_PACKET_FIELDS_PRESENT_FLAGS, HTTP_TUNNEL_RESPONSE_..., HTTP_TUNNEL_AUTH_RESPONSE_...,
    // HTTP_CHANNEL_RESPONSE_...: MS-TSGU 2.2.5.3
    TUNNEL_FIELD_PAA_COOKIE = 0x1,
    TUNNEL_RESPONSE_FIELD_TUNNEL_ID = 0x1,
    TUNNEL_RESPONSE_FIELD_CAPS = 0x2,
    TUNNEL_RESPONSE_FIELD_CONSENT = 0x10,
    TUNNEL_AUTH_RESPONSE_FIELD_REDIR_FLAGS = 0x1,
    TUNNEL_AUTH_RESPONSE_FIELD_IDLE_TIMEOUT = 0x2,
    CHANNEL_RESPONSE_FIELD_CHANNELID = 0x1,
    CAPABILITY_IDLE_TIMEOUT = 0x2, // HTTP_CAPABILITY_TYPE, MS-TSGU 2.2.5.3.1
    CHANNEL_ID = 1
};

static uint16_t u16(const unsigned char *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t u32(const unsigned char *bytes)
{
    return (uint32_t)u16(bytes) | (uint32_t)u16(bytes + 2) << 16;
}

enum tsgu_result tsgu_peek(const struct buffer *in, struct tsgu_packet *packet)
{
    const unsigned char *bytes = buffer_bytes(in);
    if (in->length < TSGU_HEADER) {
        return TSGU_INCOMPLETE;
    }
    uint32_t length = u32(bytes + 4);
    if (length < TSGU_HEADER || length > TSGU_PACKET_MAX) {
        return TSGU_BAD;
    }
    if (in->length < length) {
        return TSGU_INCOMPLETE;
    }
    *packet = (struct tsgu_packet){u16(bytes), bytes + TSGU_HEADER, length - TSGU_HEADER};
    return TSGU_COMPLETE;
}

// A length in bytes and that many of UTF-16LE, at `offset`.
static bool read_text(const struct tsgu_packet *packet, size_t offset, char *text, size_t size)
{
    if (packet->length < offset + 2) {
        return false;
    }
    size_t length = u16(packet->payload + offset);
    if (packet->length - offset - 2 < length) {
        return false;
    }
    tsgu_utf8(packet->payload + offset + 2, length, text, size);
    return true;
}

bool tsgu_read_tunnel_create(const struct tsgu_packet *packet, char *cookie, size_t size, bool *has_cookie)
{
    cookie[0] = '\0';
    if (packet->length < 8) {
        return false;
    }
    *has_cookie = u16(packet->payload + 4) & TUNNEL_FIELD_PAA_COOKIE;
    return !*has_cookie || read_text(packet, 8, cookie, size);
}

bool tsgu_read_tunnel_auth(const struct tsgu_packet *packet, char *client, size_t size)
{
    return read_text(packet, 2, client, size);
}

bool tsgu_read_channel_create(const struct tsgu_packet *packet, char *target, size_t size, uint16_t *port)
{
    if (packet->length < 6 || packet->payload[0] == 0) {
        return false;
    }
    *port = u16(packet->payload + 2);
    return read_text(packet, 6, target, size);
}

bool tsgu_read_data(const struct tsgu_packet *packet, const unsigned char **bytes, size_t *length)
{
    if (packet->length < 2) {
        return false;
    }
    *length = u16(packet->payload);
    *bytes = packet->payload + 2;
    return packet->length - 2 >= *length;
}

static void append_header(struct buffer *packet, enum tsgu_type type, uint32_t payload)
{
    buffer_append_u16(packet, (uint16_t)type);
    buffer_append_u16(packet, 0);
    buffer_append_u32(packet, TSGU_HEADER + payload);
}

void tsgu_handshake_response(struct buffer *packet, uint32_t code, uint16_t extended_auth)
{
    static const unsigned char version[2] = {VERSION_MAJOR, VERSION_MINOR};
    append_header(packet, TSGU_HANDSHAKE_RESPONSE, 10);
    buffer_append_u32(packet, code);
    buffer_append(packet, version, sizeof version);
    buffer_append_u16(packet, SERVER_VERSION);
    buffer_append_u16(packet, extended_auth);
}

// A length in bytes, and ASCII as UTF-16LE.
static void append_text(struct buffer *packet, const char *text)
{
    buffer_append_u16(packet, (uint16_t)(2 * strlen(text)));
    for (; *text; text++) {
        buffer_append_u16(packet, (unsigned char)*text);
    }
}

void tsgu_tunnel_response(struct buffer *packet, uint32_t code, uint32_t tunnel, const char *consent)
{
    uint32_t message = consent ? 2 + 2 * (uint32_t)strlen(consent) : 0;
    append_header(packet, TSGU_TUNNEL_RESPONSE, code ? 10 : 18 + message);
    buffer_append_u16(packet, SERVER_VERSION);
    buffer_append_u32(packet, code);
    buffer_append_u16(packet, code ? 0
                                   : TUNNEL_RESPONSE_FIELD_TUNNEL_ID | TUNNEL_RESPONSE_FIELD_CAPS |
                                         (consent ? TUNNEL_RESPONSE_FIELD_CONSENT : 0));
    buffer_append_u16(packet, 0);
    if (!code) {
        buffer_append_u32(packet, tunnel);
        buffer_append_u32(packet, CAPABILITY_IDLE_TIMEOUT);
        if (consent) {
            append_text(packet, consent);
        }
    }
}

void tsgu_tunnel_auth_response(struct buffer *packet, uint32_t code, uint32_t redirection, uint32_t idle_timeout)
{
    bool fields = code == 0 || code == E_PROXY_QUARANTINE_ACCESSDENIED;
    append_header(packet, TSGU_TUNNEL_AUTH_RESPONSE, fields ? 16 : 8);
    buffer_append_u32(packet, code);
    buffer_append_u16(packet,
                      fields ? TUNNEL_AUTH_RESPONSE_FIELD_REDIR_FLAGS | TUNNEL_AUTH_RESPONSE_FIELD_IDLE_TIMEOUT : 0);
    buffer_append_u16(packet, 0);
    if (fields) {
        buffer_append_u32(packet, redirection);
        buffer_append_u32(packet, idle_timeout);
    }
}

void tsgu_channel_response(struct buffer *packet, uint32_t code)
{
    append_header(packet, TSGU_CHANNEL_RESPONSE, code ? 8 : 12);
    buffer_append_u32(packet, code);
    buffer_append_u16(packet, code ? 0 : CHANNEL_RESPONSE_FIELD_CHANNELID);
    buffer_append_u16(packet, 0);
    if (!code) {
        buffer_append_u32(packet, CHANNEL_ID);
    }
}

void tsgu_data(struct buffer *packet, const void *bytes, uint16_t length)
{
    append_header(packet, TSGU_DATA, 2u + length);
    buffer_append_u16(packet, length);
    buffer_append(packet, bytes, length);
}

void tsgu_close(struct buffer *packet, enum tsgu_type type, uint32_t code)
{
    append_header(packet, type, 4);
    buffer_append_u32(packet, code);
}

void tsgu_service_message(struct buffer *packet, const char *text)
{
    append_header(packet, TSGU_SERVICE_MESSAGE, 2 + 2 * (uint32_t)strlen(text));
    append_text(packet, text);
}

void tsgu_empty(struct buffer *packet, enum tsgu_type type)
{
    append_header(packet, type, 0);
}

void tsgu_reauthenticate(struct buffer *packet)
{
    append_header(packet, TSGU_REAUTH_MESSAGE, 8); // 2.2.10.17: the tunnel's context, which nobody uses here
    buffer_append_u32(packet, 0);
    buffer_append_u32(packet, 0);
}

const char *tsgu_code_name(uint32_t code)
{
    // MS-TSGU 2.2.6.1 and 2.2.6.2; the low word names the error in both forms.
    static const struct {
        uint16_t word;
        const char *name;
    } names[] = {
        {0x59D8, "E_PROXY_INTERNALERROR"},
        {0x59DA, "E_PROXY_RAP_ACCESSDENIED"},
        {0x59DB, "E_PROXY_NAP_ACCESSDENIED"},
        {0x59DD, "E_PROXY_TS_CONNECTFAILED"},
        {0x59DF, "E_PROXY_ALREADYDISCONNECTED"},
        {0x59E6, "E_PROXY_MAXCONNECTIONSREACHED"},
        {0x59E8, "E_PROXY_NOTSUPPORTED"},
        {0x59E9, "E_PROXY_CAPABILITYMISMATCH"},
        {0x59ED, "E_PROXY_QUARANTINE_ACCESSDENIED"},
        {0x59EE, "E_PROXY_NOCERTAVAILABLE"},
        {0x59F6, "E_PROXY_SESSIONTIMEOUT"},
        {0x59F7, "E_PROXY_COOKIE_BADPACKET"},
        {0x59F8, "E_PROXY_COOKIE_AUTHENTICATION_ACCESS_DENIED"},
        {0x59F9, "E_PROXY_UNSUPPORTED_AUTHENTICATION_METHOD"},
        {0x59FA, "E_PROXY_REAUTH_AUTHN_FAILED"},
        {0x59FB, "E_PROXY_REAUTH_CAP_FAILED"},
        {0x59FC, "E_PROXY_REAUTH_RAP_FAILED"},
        {0x59FD, "E_PROXY_SDR_NOT_SUPPORTED_BY_TS"},
        {0x5A00, "E_PROXY_REAUTH_NAP_FAILED"},
    };
    if (code > UINT16_MAX && code >> 16 != 0x8007) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].word == (code & UINT16_MAX)) {
            return names[i].name;
        }
    }
    return NULL;
}

static size_t encode(uint32_t point, unsigned char bytes[4])
{
    if (point < 0x80) {
        bytes[0] = (unsigned char)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        bytes[i] = (unsigned char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    bytes[0] = (unsigned char)(lead[size] | point);
    return size;
}

void tsgu_utf8(const unsigned char *utf16, size_t length, char *text, size_t size)
{
    size_t end = 0;
    for (size_t i = 0; i + 1 < length; i += 2) {
        uint32_t point = u16(utf16 + i);
        if (point == 0) {
            break;
        }
        if (point >= 0xD800 && point < 0xE000) {
            uint32_t low = point < 0xDC00 && i + 3 < length ? u16(utf16 + i + 2) : 0;
            if (low >= 0xDC00 && low < 0xE000) {
                point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            } else {
                point = 0xFFFD;
            }
        }
        unsigned char bytes[4];
        size_t count = encode(point, bytes);
        if (end + count >= size) {
            break;
        }
        memcpy(text + end, bytes, count);
        end += count;
    }
    text[end] = '\0';
}
