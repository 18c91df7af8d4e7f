// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 as MS-TSGU uses it (1.3.2, 2.2.3): requests with an unusual method, and their answers.
#pragma once

#include "buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_HEADER_MAX = 32 * 1024, HTTP_TOKEN_MAX = 16 * 1024 };

enum http_result { HTTP_COMPLETE, HTTP_INCOMPLETE, HTTP_BAD };

struct http_request {
    char method[32];
    char connection_id[64];     // RDG-Connection-Id, the key that pairs OUT and IN
    char rdg_auth_scheme[32];   // RDG-Auth-Scheme
    char websocket_key[64];     // Sec-WebSocket-Key
    char scheme[32];            // of Authorization
    char token[HTTP_TOKEN_MAX]; // of Authorization
    bool upgrade;               // Upgrade: websocket
    bool chunked;               // Transfer-Encoding: chunked
    uint64_t content_length;
};

// Takes one request's head out of the queue. BAD: not HTTP, too long, or a field that does not fit.
enum http_result http_parse(struct buffer *in, struct http_request *request);

// Appends an answer without a body. `fields` are whole header lines or NULL; where `length` is true it gets
// Content-Length: 0.
void http_answer(struct buffer *out, unsigned status, const char *fields, bool length);

// The same with a phrase of its own after the status.
void http_answer_phrased(struct buffer *out, unsigned status, const char *phrase, const char *fields, bool length);

// Takes the bytes of a chunked body that have come. `left` and `line_end` carry the state between calls (zero at the
// start). COMPLETE: the last chunk was seen.
enum http_result http_dechunk(struct buffer *in, struct buffer *body, uint64_t *left, bool *line_end);

// Appends one chunk.
void http_chunk(struct buffer *out, const void *bytes, size_t length);

// Appends the base64 form, and its reverse; false when `text` is not base64.
void http_base64(struct buffer *out, const void *bytes, size_t length);
bool http_unbase64(struct buffer *out, const char *text);
