// SPDX-License-Identifier: Apache-2.0
// The packets of MS-TSGU's HTTP transport (2.2.10) and its return codes (2.2.6).
#pragma once

#include "buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// HTTP_PACKET_TYPE, MS-TSGU 2.2.5.3.3.
enum tsgu_type {
    TSGU_HANDSHAKE_REQUEST = 0x1,
    TSGU_HANDSHAKE_RESPONSE = 0x2,
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
    TSGU_HEADER = 8,
    TSGU_PACKET_MAX = TSGU_HEADER + 2 + UINT16_MAX, // a data packet; no other is longer
    TSGU_NAME_MAX = 1024,
    TSGU_EXTENDED_AUTH_PAA = 0x2 // HTTP_EXTENDED_AUTH, MS-TSGU 2.2.5.3.2
};
#define TSGU_REDIRECTION_ENABLE_ALL 0x80000000u // HTTP_TUNNEL_REDIR_ENABLE_ALL, MS-TSGU 2.2.5.3.8

// MS-TSGU 2.2.6.1.
#define E_PROXY_RAP_ACCESSDENIED                    0x800759DAu
#define E_PROXY_TS_CONNECTFAILED                    0x800759DDu
#define E_PROXY_QUARANTINE_ACCESSDENIED             0x800759EDu
#define E_PROXY_COOKIE_BADPACKET                    0x800759F7u
#define E_PROXY_COOKIE_AUTHENTICATION_ACCESS_DENIED 0x800759F8u

struct tsgu_packet {
    uint16_t type;
    const unsigned char *payload; // behind the header
    size_t length;
};

enum tsgu_result { TSGU_COMPLETE, TSGU_INCOMPLETE, TSGU_BAD };

// Looks at the first packet of the queue without taking it; its bytes are TSGU_HEADER + packet->length.
enum tsgu_result tsgu_peek(const struct buffer *in, struct tsgu_packet *packet);

// What requests say. Texts become UTF-8 of at most `size` bytes with the zero. False: the packet is too short for
// what it announces.
bool tsgu_read_tunnel_create(const struct tsgu_packet *packet, char *cookie, size_t size, bool *has_cookie);
bool tsgu_read_tunnel_auth(const struct tsgu_packet *packet, char *client, size_t size);
bool tsgu_read_channel_create(const struct tsgu_packet *packet, char *target, size_t size, uint16_t *port);
bool tsgu_read_data(const struct tsgu_packet *packet, const unsigned char **bytes, size_t *length);

// The answers; `code` 0 is success.
void tsgu_handshake_response(struct buffer *packet, uint32_t code, uint16_t extended_auth);
void tsgu_tunnel_response(struct buffer *packet, uint32_t code, uint32_t tunnel, const char *consent); // or NULL
void tsgu_tunnel_auth_response(struct buffer *packet, uint32_t code, uint32_t redirection, uint32_t idle_timeout);
void tsgu_channel_response(struct buffer *packet, uint32_t code);
void tsgu_data(struct buffer *packet, const void *bytes, uint16_t length);
void tsgu_close(struct buffer *packet, enum tsgu_type type, uint32_t code);
void tsgu_service_message(struct buffer *packet, const char *text);
void tsgu_empty(struct buffer *packet, enum tsgu_type type); // KEEPALIVE
void tsgu_reauthenticate(struct buffer *packet);

// The name of a return code, also of its low word alone; NULL when it has none here.
const char *tsgu_code_name(uint32_t code);

// UTF-16LE, up to a zero or `length` bytes, as UTF-8. What is not well-formed becomes U+FFFD; what does not fit is cut.
void tsgu_utf8(const unsigned char *utf16, size_t length, char *text, size_t size);
