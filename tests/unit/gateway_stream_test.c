// SPDX-License-Identifier: Apache-2.0
// What comes out of a stream must not depend on the pieces in which it came.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/gateway_stream.h"
#include "protocol/http.h"

// What was told, in words.
struct log {
    struct gateway_stream stream;
    struct gateway_listener listener;
    char text[2048];
    bool over;
};

__attribute__((format(printf, 2, 3))) static void note(struct log *log, const char *format, ...)
{
    va_list arguments;
    size_t used = strlen(log->text);
    assert_false(log->over); // nothing follows "malformed"
    va_start(arguments, format);
    vsnprintf(log->text + used, sizeof log->text - used, format, arguments);
    va_end(arguments);
}

// As a gateway's channel does it, decided by the status alone.
static void on_head(void *context, const uint8_t *data, size_t size)
{
    struct log *log = context;
    struct http_answer answer;
    if (!http_answer_parse(data, size, &answer)) {
        note(log, "head? ");
        return;
    }
    note(log, "%u ", answer.status);
    if (answer.status == 101)
        gateway_stream_switch(&log->stream, CARRIER_FRAMES, 0);
    else if (answer.status == 200)
        gateway_stream_switch(&log->stream, answer.chunked ? CARRIER_CHUNKS : CARRIER_PACKETS, GATEWAY_SEED);
    else if (answer.chunked)
        gateway_stream_skip_chunks(&log->stream);
    else
        gateway_stream_skip(&log->stream, answer.length);
}

static void on_packet(void *context, const struct tsgu_header *header, const uint8_t *data, size_t kept)
{
    note(context, "%x:%u:%zu:%02x ", header->type, header->size, kept, kept ? data[kept - 1] : 0);
}

static void on_malformed(void *context)
{
    note(context, "malformed");
    ((struct log *)context)->over = true;
}

static struct log *told(const char *data, size_t size, size_t piece)
{
    struct log *log = calloc(1, sizeof *log);
    assert_non_null(log);
    log->listener = (struct gateway_listener){on_head, on_packet, on_malformed, log};
    gateway_stream_init(&log->stream, &log->listener);
    for (size_t at = 0; at < size; at += piece) {
        size_t part = size - at < piece ? size - at : piece;
        uint8_t *copy = malloc(part); // of exactly its size, for AddressSanitizer
        memcpy(copy, data + at, part);
        gateway_stream_take(&log->stream, copy, part);
        free(copy);
    }
    return log;
}

static void assert_tells(const char *data, size_t size, const char *expected)
{
    static const size_t pieces[] = {1, 2, 3, 7, 16, 61, 4096};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct log *log = told(data, size, pieces[i]);
        assert_string_equal(log->text, expected);
        free(log);
    }
}

#define TELLS(data, expected) assert_tells(data, sizeof(data) - 1, expected)

#define CHALLENGED "HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nbody"
#define SEED       "0123456789"
// HANDSHAKE_RESPONSE, KEEPALIVE, a DATA packet of 3 bytes, CLOSE_CHANNEL with 0x59F6.
#define HANDSHAKE "\x02\0\0\0\x12\0\0\0\0\0\0\0\1\0\1\0\0\x77"
#define KEEPALIVE "\x0d\0\0\0\x08\0\0\0"
#define DATA      "\x0a\0\0\0\x0d\0\0\0\3\0abc"
#define CLOSE     "\x10\0\0\0\x0c\0\0\0\xf6\x59\0\0"
#define PACKETS   "2:18:10:77 d:8:0:00 a:13:0:00 10:12:4:00 "

static void follows_bare_packets(void **state)
{
    (void)state;
    TELLS(CHALLENGED "HTTP/1.1 200 OK\r\n\r\n" SEED HANDSHAKE KEEPALIVE DATA CLOSE, "401 200 " PACKETS);
}

static void follows_frames(void **state)
{
    (void)state;
    // Packets may share a frame, or be split over two; a ping comes between; one frame is masked.
    TELLS("HTTP/1.1 101 Switching Protocols\r\n\r\n"
          "\x02\x14\x02\0\0\0\x12\0\0\0\0\0\0\0\1\0\1\0\0\x77\x0d\0"
          "\x89\x02hi"
          "\x80\x06\0\0\x08\0\0\0"
          "\x82\x8d\1\2\3\4\x0b\2\3\4\x0c\2\3\4\2\2bfb" // 0a 00 00 00 0d 00 00 00 03 00 'a' 'b' 'c', masked
          "\x82\x00"
          "\x82\x7e\0\x0c" CLOSE,
          "101 " PACKETS);
}

static void follows_chunks(void **state)
{
    (void)state;
    TELLS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          "A\r\n" SEED "\r\n"
          "12;extension\r\n" HANDSHAKE "\r\n"
          "15\r\n" KEEPALIVE DATA "\r\n"
          "0006\r\n\x10\0\0\0\x0c\0\r\n6\r\n\0\0\xf6\x59\0\0\r\n"
          "0\r\n\r\nwhat follows is nobody's",
          "200 " PACKETS);
}

static void passes_over_a_body_in_chunks(void **state)
{
    (void)state;
    TELLS("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
          "HTTP/1.1 200 OK\r\n\r\n" SEED KEEPALIVE,
          "401 200 d:8:0:00 ");
}

static void ends_where_it_is_not_understood(void **state)
{
    (void)state;
    TELLS("HTTP/1.1 200 OK\r\n\r\n" SEED "\xff\xff\xff\xff\xff\xff\xff\xff" KEEPALIVE, "200 malformed");
    TELLS("HTTP/1.1 200 OK\r\n\r\n" SEED "\x02\0\0\0\x07\0\0\0" KEEPALIVE, "200 malformed");
    TELLS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "200 malformed");
    TELLS("SSH-2.0-OpenSSH_9.2\r\n\r\nmore\r\n\r\n", "head? head? ");
}

static void keeps_no_more_than_it_has_room_for(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n" SEED "\x0b\0\0\0\0\0\1\0"; // SERVICE_MESSAGE of 64 KiB
    size_t size = sizeof head - 1 + 65536 - TSGU_HEADER;
    char *data = calloc(1, size);
    (void)state;
    memcpy(data, head, sizeof head - 1);
    assert_tells(data, size, "200 b:65536:16384:00 ");
    free(data);
    // A head that does not end.
    data = malloc(2 * GATEWAY_KEPT_MAX);
    memset(data, 'a', 2 * GATEWAY_KEPT_MAX);
    assert_tells(data, 2 * GATEWAY_KEPT_MAX, "malformed");
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_bare_packets),
        cmocka_unit_test(follows_frames),
        cmocka_unit_test(follows_chunks),
        cmocka_unit_test(passes_over_a_body_in_chunks),
        cmocka_unit_test(ends_where_it_is_not_understood),
        cmocka_unit_test(keeps_no_more_than_it_has_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
