// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pdu_example.h"
#include "protocol/gcc.h"

// MS-RDPBCGR 4.1.3, Client MCS Connect Initial PDU with GCC Conference Create Request.
// clang-format off
#define CONNECT_INITIAL \
    "03 00 01 a0 02 f0 80 7f 65 82 01 94 04 01 01 04 01 01 01 01 ff 30 19 02 01 22 02 01 02 02 01 00 " \
    "02 01 01 02 01 00 02 01 01 02 02 ff ff 02 01 02 30 19 02 01 01 02 01 01 02 01 01 02 01 01 02 01 " \
    "00 02 01 01 02 02 04 20 02 01 02 30 1c 02 02 ff ff 02 02 fc 17 02 02 ff ff 02 01 01 02 01 00 02 " \
    "01 01 02 02 ff ff 02 01 02 04 82 01 33 00 05 00 14 7c 00 01 81 2a 00 08 00 10 00 01 c0 00 44 75 " \
    "63 61 81 1c 01 c0 d8 00 04 00 08 00 00 05 00 04 01 ca 03 aa 09 04 00 00 ce 0e 00 00 45 00 4c 00 " \
    "54 00 4f 00 4e 00 53 00 2d 00 44 00 45 00 56 00 32 00 00 00 00 00 00 00 00 00 00 00 04 00 00 00 " \
    "00 00 00 00 0c 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " \
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " \
    "00 00 00 00 00 00 00 00 01 ca 01 00 00 00 00 00 18 00 07 00 01 00 36 00 39 00 37 00 31 00 32 00 " \
    "2d 00 37 00 38 00 33 00 2d 00 30 00 33 00 35 00 37 00 39 00 37 00 34 00 2d 00 34 00 32 00 37 00 " \
    "31 00 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 04 c0 0c 00 " \
    "0d 00 00 00 00 00 00 00 02 c0 0c 00 1b 00 00 00 00 00 00 00 03 c0 2c 00 03 00 00 00 72 64 70 64 " \
    "72 00 00 00 00 00 80 80 63 6c 69 70 72 64 72 00 00 00 a0 c0 72 64 70 73 6e 64 00 00 00 00 00 c0 "
// MS-RDPBCGR 4.1.4, Server MCS Connect Response PDU with GCC Conference Create Response.
#define CONNECT_RESPONSE \
    "03 00 01 51 02 f0 80 7f 66 82 01 45 0a 01 00 02 01 00 30 1a 02 01 22 02 01 03 02 01 00 02 01 01 " \
    "02 01 00 02 01 01 02 03 00 ff f8 02 01 02 04 82 01 1f 00 05 00 14 7c 00 01 2a 14 76 0a 01 01 00 " \
    "01 c0 00 4d 63 44 6e 81 08 01 0c 0c 00 04 00 08 00 00 00 00 00 03 0c 10 00 eb 03 03 00 ec 03 ed " \
    "03 ee 03 00 00 02 0c ec 00 02 00 00 00 02 00 00 00 20 00 00 00 b8 00 00 00 10 11 77 20 30 61 0a " \
    "12 e4 34 a1 1e f2 c3 9f 31 7d a4 5f 01 89 34 96 e0 ff 11 08 69 7f 1a c3 d2 01 00 00 00 01 00 00 " \
    "00 01 00 00 00 06 00 5c 00 52 53 41 31 48 00 00 00 00 02 00 00 3f 00 00 00 01 00 01 00 cb 81 fe " \
    "ba 6d 61 c3 55 05 d5 5f 2e 87 f8 71 94 d6 f1 a5 cb f1 5f 0c 3d f8 70 02 96 c4 fb 9b c8 3c 2d 55 " \
    "ae e8 ff 32 75 ea 68 79 e5 a2 01 fd 31 a0 b1 1f 55 a6 1f c1 f6 d1 83 88 63 26 56 12 bc 00 00 00 " \
    "00 00 00 00 00 08 00 48 00 e9 e1 d6 28 46 8b 4e f5 0a df fd ee 21 99 ac b4 e1 8f 5f 81 57 82 ef " \
    "9d 96 52 63 27 18 29 db b3 4a fd 9a da 42 ad b5 69 21 89 0e 1d c0 4c 1a a8 aa 71 3e 0f 54 b9 9a " \
    "e4 99 68 3f 6c d6 76 84 61 00 00 00 00 00 00 00 00"
// clang-format on

static const char *const examples[] = {CONNECT_INITIAL, CONNECT_RESPONSE};

// Opens the PDU and reads every block of it in every way; *count gets the blocks.
static bool read_all(const uint8_t *data, size_t size, unsigned *count)
{
    struct gcc_blocks blocks;
    struct gcc_block block;
    struct gcc_client_core core;
    struct gcc_client_cluster cluster;
    struct gcc_client_security security;
    struct gcc_client_network network;
    uint32_t flags;

    *count = 0;
    if (!gcc_open(data, size, &blocks))
        return false;
    for (; gcc_next(&blocks, &block); ++*count) {
        touch(block.data, block.size);
        gcc_read_client_core(&block, &core);
        assert_non_null(memchr(core.name, '\0', sizeof core.name));
        gcc_read_client_cluster(&block, &cluster);
        gcc_read_client_security(&block, &security);
        gcc_read_client_network(&block, &network);
        gcc_read_flags(&block, GCC_CS_MULTITRANSPORT, &flags);
    }
    return true;
}

static bool decode(const uint8_t *data, size_t size)
{
    unsigned count;
    return read_all(data, size, &count);
}

static void reads_the_clients_blocks(void **state)
{
    struct pdu_example bytes = pdu_example(CONNECT_INITIAL);
    struct gcc_blocks blocks;
    struct gcc_block block;
    struct gcc_client_core core;
    struct gcc_client_cluster cluster;
    struct gcc_client_security security;
    struct gcc_client_network network;
    (void)state;
    assert_true(gcc_open(bytes.data, bytes.size, &blocks));
    assert_true(gcc_next(&blocks, &block));
    assert_true(gcc_read_client_core(&block, &core));
    assert_int_equal(core.version, 0x00080004);
    assert_int_equal(core.build, 3790);
    assert_int_equal(core.keyboard, 0x409);
    assert_string_equal(core.name, "ELTONS-DEV2");
    assert_int_equal(core.early_flags, GCC_EARLY_ERRINFO);
    assert_int_equal(core.color_depth, 24);
    assert_int_equal(core.connection_type, 0);
    assert_false(gcc_read_client_cluster(&block, &cluster));
    assert_true(gcc_next(&blocks, &block));
    assert_true(gcc_read_client_cluster(&block, &cluster));
    assert_int_equal(cluster.flags, 0xd);
    assert_true(gcc_next(&blocks, &block));
    assert_true(gcc_read_client_security(&block, &security));
    assert_int_equal(security.methods, 0x1b);
    assert_true(gcc_next(&blocks, &block));
    assert_true(gcc_read_client_network(&block, &network));
    assert_int_equal(network.count, 3);
    assert_string_equal(network.names[0], "rdpdr");
    assert_string_equal(network.names[1], "cliprdr");
    assert_string_equal(network.names[2], "rdpsnd");
    assert_false(gcc_next(&blocks, &block));
}

static void walks_the_servers_blocks(void **state)
{
    static const uint16_t types[] = {GCC_SC_CORE, GCC_SC_NET, GCC_SC_SECURITY};
    struct pdu_example bytes = pdu_example(CONNECT_RESPONSE);
    struct gcc_blocks blocks;
    struct gcc_block block;
    (void)state;
    assert_true(gcc_open(bytes.data, bytes.size, &blocks));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        assert_true(gcc_next(&blocks, &block));
        assert_int_equal(block.type, types[i]);
    }
    assert_false(gcc_next(&blocks, &block));
}

// A core block of the given size, with what the fields for the colour depth come to.
static unsigned depth(size_t size, uint16_t color, uint16_t post_beta2, uint16_t high, uint16_t supported,
                      uint16_t early)
{
    uint8_t data[212] = {0};
    const struct {
        size_t at;
        uint16_t value;
    } fields[] = {{8, color}, {128, post_beta2}, {136, high}, {138, supported}, {140, early}};
    struct gcc_block block = {GCC_CS_CORE, data, size};
    struct gcc_client_core core;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        data[fields[i].at] = (uint8_t)fields[i].value;
        data[fields[i].at + 1] = (uint8_t)(fields[i].value >> 8);
    }
    return gcc_read_client_core(&block, &core) ? core.color_depth : 0;
}

static void knows_the_color_depth(void **state)
{
    (void)state;
    assert_int_equal(depth(212, 0xca01, 0xca01, 24, 0xf, GCC_EARLY_WANT_32BPP), 32);
    assert_int_equal(depth(212, 0xca01, 0xca01, 24, 0x7, GCC_EARLY_WANT_32BPP), 24); // 32 is not supported
    assert_int_equal(depth(212, 0xca01, 0xca01, 24, 0xf, 0), 24);
    assert_int_equal(depth(212, 0xca01, 0xca01, 16, 0xf, 0), 16);
    assert_int_equal(depth(212, 0xca01, 0xca01, 15, 0xf, 0), 15);
    assert_int_equal(depth(212, 0xca01, 0xca01, 8, 0xf, 0), 8);
    assert_int_equal(depth(136, 0xca00, 0xca03, 0, 0, 0), 16); // an old client, without highColorDepth
    assert_int_equal(depth(128, 0xca00, 0, 0, 0, 0), 4);       // the oldest
    assert_int_equal(depth(127, 0xca00, 0, 0, 0, 0), 0);       // too short
}

static void refuses_what_is_neither(void **state)
{
    static const char *const lines[] = {
        "03 00 00 0c 02 f0 80 04 01 00 01 00",    // Erect Domain
        "03 00 00 09 02 f0 80 7f 65",             // nothing in it
        "03 00 00 0b 02 f0 80 7f 65 01 00",       // no userData
        "03 00 00 0d 02 f0 80 7f 65 03 04 01 00", // no conference
        "03 00 00 0d 02 f0 80 7f 67 03 04 01 00", // Connect-Additional
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct pdu_example bytes = pdu_example(lines[i]);
        assert_false(decode(bytes.data, bytes.size));
    }
}

static void stands_truncation_and_damage(void **state)
{
    (void)state;
    check_prefixes(decode, CONNECT_INITIAL, 0x1a0);
    check_prefixes(decode, CONNECT_RESPONSE, 0x151);
    check_mutations(decode, examples, 2, repair_tpkt, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_clients_blocks),     cmocka_unit_test(walks_the_servers_blocks),
        cmocka_unit_test(knows_the_color_depth),        cmocka_unit_test(refuses_what_is_neither),
        cmocka_unit_test(stands_truncation_and_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
