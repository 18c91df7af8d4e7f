// SPDX-License-Identifier: Apache-2.0
#include "connection/capture/tcp_segment.h"

#include <string.h>

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, TCP_HEADER = 20, PROTOCOL_TCP = 6, HOP_LIMIT = 64, WINDOW = 65535 };

static void put16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p + 2, value & 0xFFFF);
}

// Adds bytes to a ones' complement sum (RFC 1071); those of an odd number are the upper half of their word.
static uint32_t sum(uint32_t so_far, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        so_far += i % 2 ? data[i] : (uint32_t)data[i] << 8;
    while (so_far >> 16)
        so_far = (so_far & 0xFFFF) + (so_far >> 16);
    return so_far;
}

static size_t ip_header(const struct tcp_segment *s, uint8_t *p)
{
    size_t size = TCP_HEADER + s->size;
    if (s->from->ipv6) {
        memset(p, 0, IPV6_HEADER);
        p[0] = 0x60;
        put16(p + 4, size);
        p[6] = PROTOCOL_TCP;
        p[7] = HOP_LIMIT;
        memcpy(p + 8, s->from->address, 16);
        memcpy(p + 24, s->to->address, 16);
        return IPV6_HEADER;
    }
    memset(p, 0, IPV4_HEADER);
    p[0] = 0x45;
    put16(p + 2, IPV4_HEADER + size);
    p[6] = 0x40; // do not fragment
    p[8] = HOP_LIMIT;
    p[9] = PROTOCOL_TCP;
    memcpy(p + 12, s->from->address, 4);
    memcpy(p + 16, s->to->address, 4);
    put16(p + 10, 0xFFFF & ~sum(0, p, IPV4_HEADER));
    return IPV4_HEADER;
}

size_t tcp_headers(const struct tcp_segment *s, uint8_t headers[TCP_HEADERS_MAX])
{
    size_t ip = ip_header(s, headers), length = s->from->ipv6 ? 16 : 4;
    uint8_t *p = headers + ip;

    memset(p, 0, TCP_HEADER);
    put16(p, s->from->port);
    put16(p + 2, s->to->port);
    put32(p + 4, s->sequence);
    put32(p + 8, s->acknowledgment);
    p[12] = TCP_HEADER / 4 << 4;
    p[13] = s->flags;
    put16(p + 14, WINDOW);
    // The pseudo header: addresses, protocol and size.
    uint32_t check = sum(0, s->from->address, length);
    check = sum(check, s->to->address, length);
    check = sum(check + PROTOCOL_TCP + (uint32_t)(TCP_HEADER + s->size), p, TCP_HEADER);
    put16(p + 16, 0xFFFF & ~sum(check, s->data, s->size));
    return ip + TCP_HEADER;
}
