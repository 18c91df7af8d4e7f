// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection/capture/pcapng.h"
#include "connection/capture/tcp_segment.h"
#include "connection/capture/upper_pdu.h"

// ---- a reader of its own, after draft-ietf-opsawg-pcapng ----

static uint32_t little(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static unsigned big(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

struct block {
    uint32_t type;
    const uint8_t *body;
    size_t size;
};

static size_t read_block(const uint8_t *data, size_t left, struct block *block)
{
    assert_true(left >= 12);
    uint32_t size = little(data + 4);
    assert_true(size >= 12 && size <= left && size % 4 == 0);
    assert_int_equal(little(data + size - 4), size);
    *block = (struct block){little(data), data + 8, size - 12};
    return size;
}

// The value of an option, or NULL; *size is its length.
static const uint8_t *option(const uint8_t *options, size_t left, unsigned wanted, size_t *size)
{
    while (left >= 4) {
        unsigned code = options[0] | (unsigned)options[1] << 8, length = options[2] | (unsigned)options[3] << 8;
        size_t whole = 4 + (length + 3u) / 4 * 4;
        assert_true(whole <= left);
        *size = length;
        if (code == wanted)
            return options + 4;
        if (code == 0)
            return NULL;
        options += whole;
        left -= whole;
    }
    assert_int_equal(left, 0);
    return NULL;
}

static void check_text(const uint8_t *options, size_t left, unsigned code, const char *text)
{
    size_t size;
    const uint8_t *value = option(options, left, code, &size);
    assert_non_null(value);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(value, text, size);
}

// ---- blocks ----

static void a_file_reads_back(void **state)
{
    uint8_t bytes[1024];
    struct pcapng_buffer buffer = {.data = bytes, .capacity = sizeof bytes};
    struct block block;
    size_t at = 0, size;
    (void)state;

    assert_true(pcapng_section(&buffer, "tester"));
    assert_true(pcapng_interface(&buffer, LINK_RAW_IP, "tcp", "made up"));
    assert_true(pcapng_secrets(&buffer, "CLIENT_RANDOM 1 2\n", 18, 30));
    assert_true(pcapng_packet(&buffer, &(struct pcapng_packet){.interface = 0,
                                                               .time = 0x123456789ABCDEF0,
                                                               .header = (const uint8_t *)"head",
                                                               .header_size = 4,
                                                               .data = (const uint8_t *)"data!",
                                                               .size = 5,
                                                               .left_out = 7,
                                                               .comment = "why"}));
    at += read_block(bytes, buffer.used, &block);
    assert_int_equal(block.type, 0x0A0D0D0A);
    assert_int_equal(little(block.body), 0x1A2B3C4D);
    assert_int_equal(little(block.body + 4), 1); // 1.0
    assert_int_equal(little(block.body + 8), UINT32_MAX);
    check_text(block.body + 16, block.size - 16, 4, "tester");

    at += read_block(bytes + at, buffer.used - at, &block);
    assert_int_equal(block.type, 1);
    assert_int_equal(little(block.body), 101);
    check_text(block.body + 8, block.size - 8, 2, "tcp");
    check_text(block.body + 8, block.size - 8, 3, "made up");
    const uint8_t *resolution = option(block.body + 8, block.size - 8, 9, &size);
    assert_true(resolution && size == 1 && *resolution == 9);

    at += read_block(bytes + at, buffer.used - at, &block);
    assert_int_equal(block.type, 0xA);
    assert_memory_equal(block.body, "KSLT", 4);
    assert_int_equal(little(block.body + 4), 30);
    assert_memory_equal(block.body + 8, "CLIENT_RANDOM 1 2\n\n\n\n\n\n\n\n\n\n\n\n\n", 30);

    at += read_block(bytes + at, buffer.used - at, &block);
    assert_int_equal(block.type, 6);
    assert_int_equal(little(block.body), 0);
    assert_int_equal(little(block.body + 4), 0x12345678);
    assert_int_equal(little(block.body + 8), 0x9ABCDEF0);
    assert_int_equal(little(block.body + 12), 9);
    assert_int_equal(little(block.body + 16), 16);
    assert_memory_equal(block.body + 20, "headdata!\0\0\0", 12);
    check_text(block.body + 32, block.size - 32, 1, "why");
    assert_int_equal(at, buffer.used);
}

static void what_does_not_fit_leaves_the_buffer(void **state)
{
    uint8_t bytes[4096];
    (void)state;
    for (size_t capacity = 0; capacity < 100; capacity++) {
        uint8_t *exact = malloc(capacity + 1);
        struct pcapng_buffer buffer = {.data = exact, .capacity = capacity}, whole = {.data = bytes, .capacity = 4096};
        struct pcapng_packet packet = {.data = (const uint8_t *)"12345", .size = 5, .comment = "c"};
        assert_true(pcapng_packet(&whole, &packet));
        assert_int_equal(pcapng_packet(&buffer, &packet), capacity >= whole.used);
        assert_int_equal(buffer.used, capacity >= whole.used ? whole.used : 0);
        free(exact);
    }
}

struct file {
    const uint8_t *data;
    size_t size;
};

static bool read_head(void *context, uint64_t offset, uint8_t out[8])
{
    const struct file *file = context;
    if (offset + 8 > file->size)
        return false;
    memcpy(out, file->data + offset, 8);
    return true;
}

static void a_cut_off_file_is_whole_up_to_its_last_block(void **state)
{
    uint8_t bytes[1024];
    struct pcapng_buffer buffer = {.data = bytes, .capacity = sizeof bytes};
    size_t ends[4] = {0};
    (void)state;
    assert_true(pcapng_section(&buffer, "x"));
    ends[1] = buffer.used;
    assert_true(pcapng_interface(&buffer, LINK_UPPER_PDU, "y", "z"));
    ends[2] = buffer.used;
    assert_true(pcapng_packet(&buffer, &(struct pcapng_packet){.time = 1}));
    ends[3] = buffer.used;
    for (size_t size = 0, last = 0; size <= ends[3]; size++) {
        struct file file = {bytes, size};
        if (last < 3 && size == ends[last + 1])
            last++;
        assert_int_equal(pcapng_whole(0, size, read_head, &file), ends[last]);
    }
}

// ---- segments ----

static uint32_t ones_sum(const uint8_t *data, size_t size)
{
    uint32_t total = 0;
    for (size_t i = 0; i < size; i++)
        total += i & 1 ? data[i] : (uint32_t)data[i] << 8;
    return total;
}

static unsigned fold(uint32_t total)
{
    while (total > 0xFFFF)
        total = (total >> 16) + (total & 0xFFFF);
    return total;
}

static void check_segment(bool ipv6, const char *data)
{
    struct tcp_end client = {.ipv6 = ipv6, .address = {127, 0, 0, 1, 5, [15] = 9}, .port = 50000};
    struct tcp_end server = {.ipv6 = ipv6, .address = {10, 1, 2, 3, 200, [15] = 1}, .port = 3389};
    struct tcp_segment segment = {
        &client, &server, 0xFFFFFFF0, 17, TCP_FLAG_PSH | TCP_FLAG_ACK, (const uint8_t *)data, strlen(data)};
    uint8_t p[TCP_HEADERS_MAX];
    size_t size = tcp_headers(&segment, p), ip = ipv6 ? 40 : 20, address = ipv6 ? 16 : 4, from = ipv6 ? 8 : 12;

    assert_int_equal(size, ip + 20);
    assert_int_equal(p[0] >> 4, ipv6 ? 6 : 4);
    assert_int_equal(ipv6 ? big(p + 4) + 40 : big(p + 2), size + segment.size);
    assert_int_equal(ipv6 ? p[6] : p[9], 6);
    assert_memory_equal(p + from, client.address, address);
    assert_memory_equal(p + from + address, server.address, address);
    if (!ipv6)
        assert_int_equal(fold(ones_sum(p, 20)), 0xFFFF);
    const uint8_t *tcp = p + ip;
    assert_int_equal(big(tcp), 50000);
    assert_int_equal(big(tcp + 2), 3389);
    assert_memory_equal(tcp + 4, "\xff\xff\xff\xf0\0\0\0\x11", 8);
    assert_int_equal(tcp[12] >> 4, 5);
    assert_int_equal(tcp[13], 0x18);
    // RFC 9293 3.1: with the pseudo header, the sum over all is all ones.
    uint32_t total = ones_sum(p + from, 2 * address) + 6 + (uint32_t)(20 + segment.size) + ones_sum(tcp, 20);
    assert_int_equal(fold(total + ones_sum(segment.data, segment.size)), 0xFFFF);
}

static void segments_have_right_headers(void **state)
{
    (void)state;
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        check_segment(ipv6, "");
        check_segment(ipv6, "x");
        check_segment(ipv6, "\xff\xff\xff\xff\xff");
        check_segment(ipv6, "an even number");
    }
}

static void tags_read_back(void **state)
{
    struct tcp_end client = {.address = {192, 0, 2, 1}, .port = 0x1234},
                   server = {.address = {192, 0, 2, 2}, .port = 80};
    static const uint8_t wanted[] = "\0\x0c\0\x04tpkt"
                                    "\0\x14\0\x04\xc0\0\x02\x01"
                                    "\0\x15\0\x04\xc0\0\x02\x02"
                                    "\0\x18\0\x04\0\0\0\x02"
                                    "\0\x19\0\x04\0\0\x12\x34"
                                    "\0\x1a\0\x04\0\0\0\x50"
                                    "\0\0\0";
    uint8_t tags[UPPER_PDU_MAX];
    (void)state;
    assert_int_equal(upper_pdu_tags("tpkt", &client, &server, tags), sizeof wanted);
    assert_memory_equal(tags, wanted, sizeof wanted);
    client.ipv6 = server.ipv6 = true;
    assert_true(upper_pdu_tags("a name that is longer than any dissector's is", &client, &server, tags) <=
                UPPER_PDU_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_reads_back),
        cmocka_unit_test(what_does_not_fit_leaves_the_buffer),
        cmocka_unit_test(a_cut_off_file_is_whole_up_to_its_last_block),
        cmocka_unit_test(segments_have_right_headers),
        cmocka_unit_test(tags_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
