// SPDX-License-Identifier: Apache-2.0
#include "protocol/gateway_stream.h"

#include <string.h>

#include "protocol/http.h"

enum { STEP_MAX = 512 };

void gateway_stream_init(struct gateway_stream *s, const struct gateway_listener *listener)
{
    memset(s, 0, sizeof *s);
    s->listener = listener;
}

void gateway_stream_switch(struct gateway_stream *s, enum gateway_carrier carrier, size_t seed)
{
    s->carrier = carrier;
    s->left = 0;
    s->seed = seed;
    s->in_chunk = s->last_chunk = s->in_frame = false;
    s->line_size = s->frame_header_size = s->header_size = s->kept_size = 0;
}

void gateway_stream_skip(struct gateway_stream *s, uint64_t size)
{
    s->left = size;
}

void gateway_stream_skip_chunks(struct gateway_stream *s)
{
    s->body_chunks = true;
    s->in_chunk = s->last_chunk = false;
    s->line_size = 0;
}

static void malformed(struct gateway_stream *s)
{
    s->carrier = CARRIER_LOST;
    s->listener->malformed(s->listener->context);
}

static size_t lesser(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

// ---- the lines between chunks ----

// The line with a chunk's size, after the end of the chunk before it.
static void chunk_line(struct gateway_stream *s, char c)
{
    uint64_t size = 0;
    size_t digits = 0;

    if (c == '\r' || (c == '\n' && s->line_size == 0)) // an empty line ends the chunk before
        return;
    if (c != '\n') {
        if (s->line_size == sizeof s->line)
            malformed(s);
        else
            s->line[s->line_size++] = c;
        return;
    }
    for (; digits < s->line_size; digits++) {
        char d = s->line[digits];
        unsigned value = d >= '0' && d <= '9'   ? (unsigned)(d - '0')
                         : d >= 'a' && d <= 'f' ? (unsigned)(d - 'a' + 10)
                         : d >= 'A' && d <= 'F' ? (unsigned)(d - 'A' + 10)
                                                : 16;
        if (value == 16)
            break;
        size = size << 4 | value;
    }
    bool ended = digits == s->line_size || s->line[digits] == ';' || s->line[digits] == ' ';
    s->line_size = 0;
    if (digits == 0 || !ended) {
        malformed(s);
        return;
    }
    s->left = size;
    s->in_chunk = size > 0;
    s->last_chunk = size == 0;
}

// ---- heads ----

// Returns how many bytes were taken: some of a body that is passed over, or one.
static size_t take_head(struct gateway_stream *s, const uint8_t *data, size_t size)
{
    if (s->left) {
        size_t skipped = lesser(s->left, size);
        s->left -= skipped;
        s->in_chunk = s->left > 0;
        return skipped;
    }
    if (s->body_chunks) {
        chunk_line(s, (char)data[0]);
        s->body_chunks = !s->last_chunk;
        return 1;
    }
    if (s->kept_size == 0 && (data[0] == '\r' || data[0] == '\n')) // what ends the last chunk of a body
        return 1;
    if (s->kept_size == sizeof s->kept) {
        malformed(s);
        return size;
    }
    s->kept[s->kept_size++] = data[0];
    size_t look = s->kept_size < 4 ? s->kept_size : 4;
    if (http_head_size(s->kept + s->kept_size - look, look)) {
        size_t head = s->kept_size;
        s->kept_size = 0;
        s->listener->head(s->listener->context, s->kept, head);
    }
    return 1;
}

// ---- packets ----

static void packet_over(struct gateway_stream *s)
{
    s->header_size = 0;
    s->listener->packet(s->listener->context, &s->packet, s->kept, s->kept_size);
    s->kept_size = 0;
}

static void take_packets(struct gateway_stream *s, const uint8_t *data, size_t size)
{
    while (size && s->carrier != CARRIER_LOST) {
        size_t taken = 1;
        if (s->seed) {
            taken = lesser(s->seed, size);
            s->seed -= taken;
        } else if (s->header_size < TSGU_HEADER) {
            s->header[s->header_size++] = data[0];
            if (s->header_size == TSGU_HEADER) {
                if (!tsgu_header_parse(s->header, &s->packet)) {
                    malformed(s);
                    return;
                }
                s->packet_left = s->packet.size - TSGU_HEADER;
                s->kept_size = 0;
                if (!s->packet_left)
                    packet_over(s);
            }
        } else {
            taken = lesser(s->packet_left, size);
            if (s->packet.type != TSGU_DATA) {
                size_t kept = lesser(taken, sizeof s->kept - s->kept_size);
                memcpy(s->kept + s->kept_size, data, kept);
                s->kept_size += kept;
            }
            s->packet_left -= (uint32_t)taken;
            if (!s->packet_left)
                packet_over(s);
        }
        data += taken;
        size -= taken;
    }
}

// ---- chunks ----

static size_t take_chunks(struct gateway_stream *s, const uint8_t *data, size_t size)
{
    if (s->last_chunk)
        return size;
    if (!s->in_chunk) {
        chunk_line(s, (char)data[0]);
        return 1;
    }
    size_t taken = lesser(s->left, size);
    s->left -= taken;
    s->in_chunk = s->left > 0;
    take_packets(s, data, taken);
    return taken;
}

// ---- frames ----

static void frame_begins(struct gateway_stream *s)
{
    s->frame_header_size = 0;
    s->left = s->frame.size;
    s->in_frame = s->left > 0;
    s->unmasked = 0;
    s->control = s->frame.opcode != WEBSOCKET_BINARY && s->frame.opcode != WEBSOCKET_CONTINUATION;
}

static size_t take_frames(struct gateway_stream *s, const uint8_t *data, size_t size)
{
    uint8_t plain[STEP_MAX];

    if (!s->in_frame) {
        s->frame_header[s->frame_header_size++] = data[0];
        if (websocket_frame_parse(s->frame_header, s->frame_header_size, &s->frame))
            frame_begins(s);
        return 1;
    }
    size_t taken = lesser(s->left, size < sizeof plain ? size : sizeof plain);
    s->left -= taken;
    s->in_frame = s->left > 0;
    if (s->control)
        return taken;
    for (size_t i = 0; i < taken; i++)
        plain[i] = s->frame.masked ? data[i] ^ s->frame.mask[s->unmasked++ & 3] : data[i];
    take_packets(s, plain, taken);
    return taken;
}

void gateway_stream_take(struct gateway_stream *s, const uint8_t *data, size_t size)
{
    while (size) {
        size_t taken = size;
        switch (s->carrier) {
        case CARRIER_HEADS:
            taken = take_head(s, data, size);
            break;
        case CARRIER_PACKETS:
            take_packets(s, data, size);
            break;
        case CARRIER_CHUNKS:
            taken = take_chunks(s, data, size);
            break;
        case CARRIER_FRAMES:
            taken = take_frames(s, data, size);
            break;
        case CARRIER_LOST:
            break;
        }
        data += taken;
        size -= taken;
    }
}
