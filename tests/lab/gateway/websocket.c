// SPDX-License-Identifier: Apache-2.0
#include "websocket.h"

#include "http.h"

#include <openssl/sha.h>
#include <string.h>

// RFC 6455 5.2 and 7.4.1.
enum {
    OPCODE_CONTINUATION = 0x0,
    OPCODE_BINARY = 0x2,
    OPCODE_CLOSE = 0x8,
    OPCODE_PING = 0x9,
    OPCODE_PONG = 0xA,
    BIT_FIN = 0x80,
    BIT_MASK = 0x80,
    BITS_RESERVED = 0x70,
    LENGTH_16 = 126,
    LENGTH_64 = 127,
    CONTROL_MAX = 125,
    STATUS_NORMAL = 1000,
    FRAME_MAX = 128 * 1024
};

void websocket_accept(struct buffer *fields, const char *key)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 1.3
    static const char before[] = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
    struct buffer text = {0};
    unsigned char digest[SHA_DIGEST_LENGTH];
    buffer_append(&text, key, strlen(key));
    buffer_append(&text, guid, sizeof guid - 1);
    SHA1(buffer_bytes(&text), text.length, digest);
    buffer_clear(&text);
    buffer_append(fields, before, sizeof before - 1);
    http_base64(fields, digest, sizeof digest);
    buffer_append(fields, "\r\n", 2);
}

static void append_frame(struct buffer *out, unsigned opcode, const void *bytes, size_t length)
{
    unsigned char head[10] = {(unsigned char)(BIT_FIN | opcode)};
    size_t size = 2;
    if (length <= CONTROL_MAX) {
        head[1] = (unsigned char)length;
    } else if (length <= UINT16_MAX) {
        head[1] = LENGTH_16;
        head[2] = (unsigned char)(length >> 8);
        head[3] = (unsigned char)length;
        size = 4;
    } else {
        head[1] = LENGTH_64;
        for (size_t i = 0; i < 8; i++) {
            head[2 + i] = (unsigned char)((uint64_t)length >> (56 - 8 * i));
        }
        size = 10;
    }
    buffer_append(out, head, size);
    buffer_append(out, bytes, length);
}

enum websocket_result websocket_receive(struct buffer *in, struct buffer *payload, struct buffer *out)
{
    for (;;) {
        const unsigned char *head = buffer_bytes(in);
        if (in->length < 2) {
            return WEBSOCKET_OK;
        }
        if ((head[0] & BITS_RESERVED) || !(head[1] & BIT_MASK)) {
            return WEBSOCKET_BAD;
        }
        uint64_t length = head[1] & ~BIT_MASK;
        size_t size = 2 + (length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0);
        if (in->length < size + 4) {
            return WEBSOCKET_OK;
        }
        if (size > 2) {
            length = 0;
            for (size_t i = 2; i < size; i++) {
                length = length << 8 | head[i];
            }
        }
        unsigned opcode = head[0] & 0x0F;
        if (length > FRAME_MAX || (opcode >= OPCODE_CLOSE && length > CONTROL_MAX)) {
            return WEBSOCKET_BAD;
        }
        if (in->length < size + 4 + length) {
            return WEBSOCKET_OK;
        }
        const unsigned char *mask = head + size;
        unsigned char *bytes = buffer_bytes(in) + size + 4;
        for (size_t i = 0; i < length; i++) {
            bytes[i] ^= mask[i % 4];
        }
        if (opcode == OPCODE_BINARY || opcode == OPCODE_CONTINUATION) {
            buffer_append(payload, bytes, (size_t)length);
        } else if (opcode == OPCODE_PING) {
            append_frame(out, OPCODE_PONG, bytes, (size_t)length);
        } else if (opcode == OPCODE_CLOSE) {
            append_frame(out, OPCODE_CLOSE, bytes, (size_t)length);
            return WEBSOCKET_CLOSED;
        } else if (opcode != OPCODE_PONG) {
            return WEBSOCKET_BAD;
        }
        buffer_consume(in, size + 4 + (size_t)length);
    }
}

void websocket_send(struct buffer *out, const void *bytes, size_t length)
{
    append_frame(out, OPCODE_BINARY, bytes, length);
}

void websocket_close(struct buffer *out)
{
    static const unsigned char status[2] = {STATUS_NORMAL >> 8, STATUS_NORMAL & 0xFF};
    append_frame(out, OPCODE_CLOSE, status, sizeof status);
}
