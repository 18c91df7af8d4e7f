// SPDX-License-Identifier: Apache-2.0
#include "http.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CHUNK_LINE_MAX = 64, CHUNK_MAX = 16 * 1024 * 1024 };

static bool store(char *field, size_t size, const char *value, size_t length)
{
    if (length >= size || memchr(value, '\0', length)) {
        return false;
    }
    memcpy(field, value, length);
    field[length] = '\0';
    return true;
}

static bool is(const char *name, size_t length, const char *expected)
{
    return strlen(expected) == length && strncasecmp(name, expected, length) == 0;
}

static bool parse_field(struct http_request *request, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    if (!colon) {
        return false;
    }
    size_t name = (size_t)(colon - line);
    const char *value = colon + 1;
    const char *end = line + length;
    while (value < end && (*value == ' ' || *value == '\t')) {
        value++;
    }
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    size_t size = (size_t)(end - value);
    if (is(line, name, "RDG-Connection-Id")) {
        return store(request->connection_id, sizeof request->connection_id, value, size);
    }
    if (is(line, name, "RDG-Auth-Scheme")) {
        return store(request->rdg_auth_scheme, sizeof request->rdg_auth_scheme, value, size);
    }
    if (is(line, name, "Sec-WebSocket-Key")) {
        return store(request->websocket_key, sizeof request->websocket_key, value, size);
    }
    if (is(line, name, "Upgrade")) {
        request->upgrade = is(value, size, "websocket");
    } else if (is(line, name, "Transfer-Encoding")) {
        request->chunked = is(value, size, "chunked");
    } else if (is(line, name, "Content-Length")) {
        char digits[24];
        char *stop = NULL;
        if (!store(digits, sizeof digits, value, size)) {
            return false;
        }
        request->content_length = strtoull(digits, &stop, 10);
        return size > 0 && *stop == '\0' && digits[0] != '-';
    } else if (is(line, name, "Authorization")) {
        const char *space = memchr(value, ' ', size);
        size_t scheme = space ? (size_t)(space - value) : size;
        const char *token = space ? space + 1 : end;
        return store(request->scheme, sizeof request->scheme, value, scheme) &&
               store(request->token, sizeof request->token, token, (size_t)(end - token));
    }
    return true;
}

enum http_result http_parse(struct buffer *in, struct http_request *request)
{
    memset(request, 0, sizeof *request);
    const char *head = (const char *)buffer_bytes(in);
    const char *end = in->length ? memmem(head, in->length, "\r\n\r\n", 4) : NULL;
    if (!end) {
        return in->length > HTTP_HEADER_MAX ? HTTP_BAD : HTTP_INCOMPLETE;
    }
    size_t size = (size_t)(end - head) + 2; // every line with its end
    if (size > HTTP_HEADER_MAX) {
        return HTTP_BAD;
    }
    bool good = true;
    for (const char *line = head; good && line < head + size;) {
        size_t rest = (size_t)(head + size - line);
        const char *stop = memmem(line, rest, "\r\n", 2);
        size_t length = (size_t)(stop - line);
        if (line == head) {
            const char *space = memchr(line, ' ', length);
            good = space && memmem(line, length, " HTTP/1.", 8) &&
                   store(request->method, sizeof request->method, line, (size_t)(space - line));
        } else {
            good = parse_field(request, line, length);
        }
        line = stop + 2;
    }
    buffer_consume(in, size + 2);
    return good ? HTTP_COMPLETE : HTTP_BAD;
}

static const char *reason(unsigned status)
{
    static const struct {
        unsigned status;
        const char *reason;
    } reasons[] = {
        {101, "Switching Protocols"},
        {200, "OK"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {407, "Proxy Authentication Required"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Status";
}

void http_answer(struct buffer *out, unsigned status, const char *fields, bool length)
{
    http_answer_phrased(out, status, reason(status), fields, length);
}

void http_answer_phrased(struct buffer *out, unsigned status, const char *phrase, const char *fields, bool length)
{
    char line[96];
    int size = snprintf(line, sizeof line, "HTTP/1.1 %u %s\r\nServer: labgateway\r\n", status, phrase);
    buffer_append(out, line, (size_t)size);
    if (fields) {
        buffer_append(out, fields, strlen(fields));
    }
    if (length) {
        static const char empty[] = "Content-Length: 0\r\n";
        buffer_append(out, empty, sizeof empty - 1);
    }
    buffer_append(out, "\r\n", 2);
}

enum http_result http_dechunk(struct buffer *in, struct buffer *body, uint64_t *left, bool *line_end)
{
    for (;;) {
        if (*left > 0) {
            size_t length = *left < in->length ? (size_t)*left : in->length;
            buffer_append(body, buffer_bytes(in), length);
            buffer_consume(in, length);
            *left -= length;
            *line_end = true;
            if (*left > 0) {
                return HTTP_INCOMPLETE;
            }
        }
        if (*line_end) {
            if (in->length < 2) {
                return HTTP_INCOMPLETE;
            }
            if (memcmp(buffer_bytes(in), "\r\n", 2) != 0) {
                return HTTP_BAD;
            }
            buffer_consume(in, 2);
            *line_end = false;
        }
        const char *line = (const char *)buffer_bytes(in);
        const char *stop = in->length ? memmem(line, in->length, "\r\n", 2) : NULL;
        if (!stop) {
            return in->length > CHUNK_LINE_MAX ? HTTP_BAD : HTTP_INCOMPLETE;
        }
        char digits[CHUNK_LINE_MAX];
        char *end = NULL;
        if (!store(digits, sizeof digits, line, (size_t)(stop - line))) {
            return HTTP_BAD;
        }
        *left = strtoull(digits, &end, 16);
        if (end == digits || digits[0] == '-' || (*end && *end != ';' && *end != ' ') || *left > CHUNK_MAX) {
            return HTTP_BAD;
        }
        buffer_consume(in, strlen(digits) + 2);
        if (*left == 0) {
            return HTTP_COMPLETE;
        }
    }
}

void http_chunk(struct buffer *out, const void *bytes, size_t length)
{
    char line[24];
    int size = snprintf(line, sizeof line, "%zX\r\n", length);
    buffer_append(out, line, (size_t)size);
    buffer_append(out, bytes, length);
    buffer_append(out, "\r\n", 2);
}

void http_base64(struct buffer *out, const void *bytes, size_t length)
{
    size_t room = 4 * ((length + 2) / 3) + 1; // with the zero that OpenSSL writes
    int size = EVP_EncodeBlock(buffer_reserve(out, room), bytes, (int)length);
    buffer_grow(out, (size_t)size);
}

bool http_unbase64(struct buffer *out, const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || length % 4 != 0 || length > HTTP_TOKEN_MAX) {
        return false;
    }
    int size = EVP_DecodeBlock(buffer_reserve(out, length), (const unsigned char *)text, (int)length);
    if (size < 0) {
        return false;
    }
    // OpenSSL counts the padding as zero bytes.
    size_t padding = (text[length - 1] == '=' ? 1u : 0u) + (text[length - 2] == '=' ? 1u : 0u);
    if ((size_t)size < padding) {
        return false;
    }
    buffer_grow(out, (size_t)size - padding);
    return true;
}
