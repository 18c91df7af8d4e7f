// SPDX-License-Identifier: Apache-2.0
// Websocket frames, RFC 6455 section 5, the server's side.
#pragma once

#include "buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum websocket_result { WEBSOCKET_OK, WEBSOCKET_CLOSED, WEBSOCKET_BAD };

// Appends the header fields of the 101 answer for the client's key (RFC 6455 4.2.2).
void websocket_accept(struct buffer *fields, const char *key);

// Takes every whole frame out of `in`: payload of binary frames goes to `payload`, a ping is answered into `out`.
// CLOSED: the client sent a close frame (answered). BAD: not masked, reserved bits, or longer than 128 KiB.
enum websocket_result websocket_receive(struct buffer *in, struct buffer *payload, struct buffer *out);

// Appends one unmasked binary frame.
void websocket_send(struct buffer *out, const void *bytes, size_t length);

// Appends a close frame with status 1000 (normal).
void websocket_close(struct buffer *out);
