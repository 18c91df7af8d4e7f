// SPDX-License-Identifier: Apache-2.0
// One direction of an HTTP connection to an RD Gateway, in plain text and in pieces of any size: HTTP heads first, then
// MS-TSGU's packets, in websocket frames, in chunks or bare. Pure: it keeps what it needs, and says what is complete.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/tsgu.h"
#include "protocol/websocket.h"

enum {
    GATEWAY_KEPT_MAX = 16384, // bytes of a head or packet that are kept; what is longer is shown cut
    CHUNK_LINE_MAX = 16,
    GATEWAY_SEED = 10 // random bytes before the first packet of an OUT channel (MS-TSGU 3.3.5.1, as servers do it)
};

enum gateway_carrier {
    CARRIER_HEADS,   // HTTP heads, each with a body that gateway_stream_skip() passes over
    CARRIER_PACKETS, // packets, bare
    CARRIER_CHUNKS,  // packets in chunks (RFC 9112 7.1)
    CARRIER_FRAMES,  // packets in websocket frames
    CARRIER_LOST     // what comes is not understood, and ignored
};

// What is told of it. data is valid during the call only. The stream may be switched or skipped in a head.
struct gateway_listener {
    void (*head)(void *context, const uint8_t *data, size_t size);
    // A packet: kept bytes from behind its header, of size - 8.
    void (*packet)(void *context, const struct tsgu_header *header, const uint8_t *data, size_t kept);
    void (*malformed)(void *context); // nothing more is told after it
    void *context;
};

struct gateway_stream {
    const struct gateway_listener *listener;
    enum gateway_carrier carrier;
    bool body_chunks; // the body to be passed over is in chunks
    uint64_t left;    // of the present body, chunk or frame
    size_t seed;      // bytes before the next packet
    bool in_chunk;    // left counts; else a chunk's line is read, or the end of the one before
    bool last_chunk;  // the empty one has come
    char line[CHUNK_LINE_MAX];
    size_t line_size;
    uint8_t frame_header[WEBSOCKET_HEADER_MAX];
    size_t frame_header_size;
    struct websocket_frame frame;
    bool in_frame, control;
    uint64_t unmasked; // bytes of the frame that are
    uint8_t header[TSGU_HEADER];
    size_t header_size;
    struct tsgu_header packet;
    uint32_t packet_left;
    size_t kept_size;
    uint8_t kept[GATEWAY_KEPT_MAX];
};

// Sets a stream at its beginning: HTTP heads. The listener is borrowed.
void gateway_stream_init(struct gateway_stream *stream, const struct gateway_listener *listener);

// What follows is carried so. seed: bytes before the first packet.
void gateway_stream_switch(struct gateway_stream *stream, enum gateway_carrier carrier, size_t seed);

// The head that is being told has a body, of this size or in chunks.
void gateway_stream_skip(struct gateway_stream *stream, uint64_t size);
void gateway_stream_skip_chunks(struct gateway_stream *stream);

// Takes the next bytes.
void gateway_stream_take(struct gateway_stream *stream, const uint8_t *data, size_t size);
