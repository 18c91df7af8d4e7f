// SPDX-License-Identifier: Apache-2.0
// Heads of HTTP/1.1 messages (RFC 9112) as client and RD Gateway exchange them (MS-TSGU 3.3.5.1). Pure functions over
// bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_WORD_MAX = 32, HTTP_REASON_MAX = 80, HTTP_SCHEMES_MAX = 6 };

// A field's value or a part of it, in the data that was parsed.
struct http_text {
    const char *text;
    size_t size;
};

struct http_request {
    char method[HTTP_WORD_MAX]; // "RDG_OUT_DATA"; longer ones are cut
    bool chunked;               // Transfer-Encoding: chunked
    bool upgrade;               // Upgrade: websocket
    bool paa;                   // RDG-Auth-Scheme: PAA
    char scheme[HTTP_WORD_MAX]; // of Authorization, "" where there is none
    struct http_text token;     // what follows the scheme
};

struct http_answer {
    unsigned status;              // 100 to 999
    char reason[HTTP_REASON_MAX]; // the server's own phrase, printable ASCII, cut; may be ""
    bool chunked;
    bool has_length;
    uint64_t length;                               // Content-Length
    char schemes[HTTP_SCHEMES_MAX][HTTP_WORD_MAX]; // of the WWW-Authenticate fields
    size_t scheme_count;
    bool challenged;              // …one of which has a token: the logon is to go on
    char server[HTTP_REASON_MAX]; // Server, likewise
    char wanted[HTTP_WORD_MAX];   // RDG-Auth-Scheme: the way to log on that the gateway wants instead
};

// Size of the head up to and with its empty line; 0 where it does not end in the data.
size_t http_head_size(const uint8_t *data, size_t size);

// Reads a head. False where the first line is none of a request, or of an answer. Fields of other names, and what is
// no field, are passed over.
bool http_request_parse(const uint8_t *data, size_t size, struct http_request *request);
bool http_answer_parse(const uint8_t *data, size_t size, struct http_answer *answer);

// Decodes base64 (RFC 4648 4) into bytes[max]; returns how many there are. 0 where the text is none or does not fit.
size_t http_base64(struct http_text text, uint8_t *bytes, size_t max);
