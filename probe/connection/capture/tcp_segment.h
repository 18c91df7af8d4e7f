// SPDX-License-Identifier: Apache-2.0
// IP and TCP headers around what a connection carried (RFC 791, 8200, 9293), for captures. Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tcp_end {
    bool ipv6;
    uint8_t address[16]; // in network order; of IPv4 the first four
    uint16_t port;
};

enum tcp_flag { TCP_FLAG_FIN = 1, TCP_FLAG_SYN = 2, TCP_FLAG_RST = 4, TCP_FLAG_PSH = 8, TCP_FLAG_ACK = 16 };

struct tcp_segment {
    const struct tcp_end *from, *to; // of one family
    uint32_t sequence, acknowledgment;
    uint8_t flags; // of enum tcp_flag
    const uint8_t *data;
    size_t size; // up to TCP_SEGMENT_MAX
};

enum { TCP_HEADERS_MAX = 40 + 20, TCP_SEGMENT_MAX = 65535 - TCP_HEADERS_MAX };

// Writes the headers of a segment, with lengths and checksums that count its data; returns their size.
size_t tcp_headers(const struct tcp_segment *segment, uint8_t headers[TCP_HEADERS_MAX]);
