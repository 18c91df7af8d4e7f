// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/gcc_server.h"

// Connect Responses as two servers sent them, whole.
#define XRDP                                                                                                           \
    "03 00 00 65 02 f0 80 7f 66 5b 0a 01 00 02 01 00 30 1a 02 01 16 02 01 03 02 01 00 02 01 01 02 01 00 02 01 01 "     \
    "02 03 00 ff f8 02 01 02 04 37 00 05 00 14 7c 00 01 2a 14 76 0a 01 01 00 01 c0 00 4d 63 44 6e 80 20 01 0c 0c "     \
    "00 04 00 08 00 01 00 00 00 03 0c 08 00 eb 03 00 00 02 0c 0c 00 00 00 00 00 00 00 00 00"
#define SHADOW                                                                                                         \
    "03 00 00 6e 02 f0 80 7f 66 64 0a 01 00 02 01 00 30 1a 02 01 22 02 01 03 02 01 00 02 01 01 02 01 00 02 01 01 "     \
    "02 03 00 ff f8 02 01 02 04 40 00 05 00 14 7c 00 01 2a 14 76 0a 01 01 00 01 c0 00 4d 63 44 6e 2a 01 0c 10 00 "     \
    "11 00 08 00 03 00 00 00 0a 00 00 00 03 0c 08 00 eb 03 00 00 02 0c 0c 00 00 00 00 00 00 00 00 00 04 0c 06 00 "     \
    "ec 03"

static const char *const examples[] = {XRDP, SHADOW};

struct server {
    bool has_core, has_security, has_network, has_message;
    struct gcc_server_core core;
    struct gcc_server_security security;
    struct gcc_server_network network;
    uint16_t message_channel;
};

static bool read_all(const uint8_t *data, size_t size, struct server *server)
{
    struct gcc_blocks blocks;
    struct gcc_block block;
    *server = (struct server){0};
    if (!gcc_open(data, size, &blocks))
        return false;
    while (gcc_next(&blocks, &block)) {
        touch(block.data, block.size);
        server->has_core |= gcc_read_server_core(&block, &server->core);
        server->has_security |= gcc_read_server_security(&block, &server->security);
        server->has_network |= gcc_read_server_network(&block, &server->network);
        server->has_message |= gcc_read_message_channel(&block, &server->message_channel);
    }
    return true;
}

static bool decode(const uint8_t *data, size_t size)
{
    struct server server;
    return read_all(data, size, &server);
}

static struct server server_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct gcc_blocks blocks;
    struct gcc_block block;
    struct server server = {0};
    assert_true(gcc_open(bytes.data, bytes.size, &blocks));
    while (gcc_next(&blocks, &block)) {
        if (block.type == GCC_SC_CORE)
            assert_true(server.has_core = gcc_read_server_core(&block, &server.core));
        if (block.type == GCC_SC_SECURITY)
            assert_true(server.has_security = gcc_read_server_security(&block, &server.security));
        if (block.type == GCC_SC_NET)
            assert_true(server.has_network = gcc_read_server_network(&block, &server.network));
        if (block.type == GCC_SC_MCS_MSGCHANNEL)
            assert_true(server.has_message = gcc_read_message_channel(&block, &server.message_channel));
    }
    return server;
}

static void reads_xrdp(void **state)
{
    struct server server = server_of(XRDP);
    (void)state;
    assert_true(server.has_core && server.has_security && server.has_network && !server.has_message);
    assert_int_equal(server.core.version, 0x00080004);
    assert_true(server.core.has_requested && !server.core.has_early_flags);
    assert_int_equal(server.core.requested, 1);
    assert_int_equal(server.security.method, 0);
    assert_int_equal(server.security.level, 0);
    assert_int_equal(server.network.io_channel, 1003);
    assert_int_equal(server.network.count, 0);
}

static void reads_shadow(void **state)
{
    struct server server = server_of(SHADOW);
    (void)state;
    assert_true(server.has_core && server.has_security && server.has_network && server.has_message);
    assert_int_equal(server.core.version, 0x00080011);
    assert_int_equal(server.core.requested, 3);
    assert_true(server.core.has_early_flags);
    assert_int_equal(server.core.early_flags, 0xA);
    assert_int_equal(server.message_channel, 1004);
}

static void counts_the_channels_that_got_an_id(void **state)
{
    // 2.2.1.4.4: three channels, of which the second was refused, and a pad.
    const uint8_t data[] = {0xEB, 0x03, 0x03, 0x00, 0xEC, 0x03, 0x00, 0x00, 0xEE, 0x03, 0x00, 0x00};
    struct gcc_block block = {GCC_SC_NET, data, sizeof data};
    struct gcc_server_network network;
    (void)state;
    assert_true(gcc_read_server_network(&block, &network));
    assert_int_equal(network.count, 3);
    assert_int_equal(network.granted, 2);
    block.size = 9;
    assert_false(gcc_read_server_network(&block, &network));
}

static void an_old_server_says_less(void **state)
{
    const uint8_t data[] = {0x01, 0x00, 0x08, 0x00};
    const struct gcc_block block = {GCC_SC_CORE, data, sizeof data}, other = {GCC_SC_NET, data, sizeof data};
    const struct gcc_block cut = {GCC_SC_CORE, data, 3};
    struct gcc_server_core core;
    (void)state;
    assert_true(gcc_read_server_core(&block, &core));
    assert_int_equal(core.version, 0x00080001);
    assert_false(core.has_requested || core.has_early_flags);
    assert_false(gcc_read_server_core(&other, &core));
    assert_false(gcc_read_server_core(&cut, &core));
}

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], pdu_example(examples[i]).size);
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], repair_tpkt, 2214);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_xrdp),
        cmocka_unit_test(reads_shadow),
        cmocka_unit_test(counts_the_channels_that_got_an_id),
        cmocka_unit_test(an_old_server_says_less),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
