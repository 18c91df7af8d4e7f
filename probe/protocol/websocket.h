// SPDX-License-Identifier: Apache-2.0
// Headers of websocket frames (RFC 6455 5.2). Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEBSOCKET_HEADER_MAX = 14 };

// Opcodes, RFC 6455 11.8.
enum {
    WEBSOCKET_CONTINUATION = 0x0,
    WEBSOCKET_BINARY = 0x2,
    WEBSOCKET_CLOSE = 0x8,
    WEBSOCKET_PING = 0x9,
    WEBSOCKET_PONG = 0xA
};

struct websocket_frame {
    unsigned opcode;
    bool masked;
    uint8_t mask[4];
    uint64_t size; // of the payload
};

// Size of the header, 2 to 14, once the data holds it whole; 0 before.
size_t websocket_frame_parse(const uint8_t *data, size_t size, struct websocket_frame *frame);
