// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pdu_example.h"
#include "protocol/redirection.h"

// As FreeRDP's server sends it: address, load-balance info, user, password.
#define FREERDP                                                                                                        \
    "00 04 6a 00 05 00 00 00 37 00 00 00 1c 00 00 00 68 00 6f 00 73 00 74 00 37 00 2e 00 65 00 78 00 61 00 6d 00 "     \
    "70 00 6c 00 65 00 00 00 12 00 00 00 43 6f 6f 6b 69 65 3a 20 6d 73 74 73 3d 74 6f 6b 0d 0a 08 00 00 00 62 00 "     \
    "6f 00 62 00 00 00 10 00 00 00 52 65 64 69 72 65 63 74 69 6f 6e 2d 50 77 31 00 00 00 00 00 00 00 00 00"
// From the layout of MS-RDPBCGR 2.2.13.1, with every field but the TsvUrl.
#define FULL                                                                                                           \
    "00 04 fa 00 05 00 00 00 1f 8b 01 00 14 00 00 00 31 00 39 00 32 00 2e 00 30 00 2e 00 32 00 2e 00 37 00 00 00 "     \
    "24 00 00 00 43 6f 6f 6b 69 65 3a 20 6d 73 74 73 3d 33 36 34 30 32 30 35 32 32 38 2e 31 35 36 32 39 2e 30 30 "     \
    "30 30 0d 0a 08 00 00 00 62 00 6f 00 62 00 00 00 08 00 00 00 44 00 4f 00 4d 00 00 00 16 00 00 00 53 00 65 00 "     \
    "63 00 72 00 65 00 74 00 2d 00 50 00 77 00 31 00 00 00 1c 00 00 00 68 00 6f 00 73 00 74 00 37 00 2e 00 65 00 "     \
    "78 00 61 00 6d 00 70 00 6c 00 65 00 00 00 0c 00 00 00 48 00 4f 00 53 00 54 00 37 00 00 00 04 00 00 00 00 11 "     \
    "22 33 04 00 00 00 44 55 66 77 38 00 00 00 02 00 00 00 14 00 00 00 31 00 39 00 32 00 2e 00 30 00 2e 00 32 00 "     \
    "2e 00 37 00 00 00 18 00 00 00 32 00 30 00 30 00 31 00 3a 00 64 00 62 00 38 00 3a 00 3a 00 37 00 00 00"
// LB_NOREDIRECT and a user.
#define INFORMATION "00 04 18 00 00 00 00 00 84 00 00 00 08 00 00 00 62 00 6f 00 62 00 00 00"

static const char *const examples[] = {FREERDP, FULL, INFORMATION};

static bool decode(const uint8_t *data, size_t size)
{
    struct redirection packet;
    char token[64];
    if (!redirection_parse(data, size, &packet))
        return false;
    touch(packet.load_balance_info, packet.load_balance_size);
    assert_true(strlen(redirection_token(&packet, token, sizeof token)) < sizeof token);
    assert_true(packet.address_count <= REDIRECTION_ADDRESSES);
    return true;
}

static void reads_a_packet(void **state)
{
    struct pdu_example bytes = pdu_example(FREERDP);
    struct redirection packet;
    char token[64];
    (void)state;
    assert_true(redirection_parse(bytes.data, bytes.size, &packet));
    assert_int_equal(packet.session, 5);
    assert_int_equal(packet.flags, LB_FLAG_TARGET_NET_ADDRESS | LB_FLAG_LOAD_BALANCE_INFO | LB_FLAG_USERNAME |
                                       LB_FLAG_PASSWORD | LB_FLAG_DONTSTOREUSERNAME);
    assert_string_equal(packet.address, "host7.example");
    assert_string_equal(packet.user, "bob");
    assert_string_equal(redirection_token(&packet, token, sizeof token), "Cookie: msts=tok");
    assert_string_equal(redirection_token(&packet, token, 7), "Cookie");
}

static void reads_every_field(void **state)
{
    struct pdu_example bytes = pdu_example(FULL);
    struct redirection packet;
    char token[64];
    (void)state;
    assert_true(redirection_parse(bytes.data, bytes.size, &packet));
    assert_string_equal(packet.address, "192.0.2.7");
    assert_string_equal(packet.user, "bob");
    assert_string_equal(packet.domain, "DOM");
    assert_string_equal(packet.fqdn, "host7.example");
    assert_string_equal(packet.netbios, "HOST7");
    assert_int_equal(packet.address_count, 2);
    assert_string_equal(packet.addresses[0], "192.0.2.7");
    assert_string_equal(packet.addresses[1], "2001:db8::7");
    assert_string_equal(redirection_token(&packet, token, sizeof token), "Cookie: msts=3640205228.15629.0000");
}

static void hands_out_no_secret(void **state)
{
    static const uint8_t secret[] = {'S', 0, 'e', 0, 'c', 0, 'r', 0, 'e', 0, 't', 0};
    struct pdu_example bytes = pdu_example(FULL);
    struct redirection packet;
    (void)state;
    assert_non_null(memmem(bytes.data, bytes.size, secret, sizeof secret));
    assert_true(redirection_parse(bytes.data, bytes.size, &packet));
    assert_null(memmem(&packet, sizeof packet, "Secret", 6));
    assert_null(memmem(&packet, sizeof packet, secret, sizeof secret));
}

static void a_token_has_only_what_can_be_printed(void **state)
{
    static const uint8_t info[] = {'a', 0x1B, 0xC3, '~', ' ', 0x7F, 'b', '\r', '\n', 'c'};
    const struct redirection packet = {.load_balance_info = info, .load_balance_size = sizeof info};
    const struct redirection none = {0};
    char token[64];
    (void)state;
    assert_string_equal(redirection_token(&packet, token, sizeof token), "a??~ ?b");
    assert_string_equal(redirection_token(&none, token, sizeof token), "");
}

static void refuses_what_is_none(void **state)
{
    struct pdu_example bytes = pdu_example("00 02 0c 00 00 00 00 00 00 00 00 00"); // other Flags
    struct redirection packet;
    (void)state;
    assert_false(redirection_parse(bytes.data, bytes.size, &packet));
    bytes = pdu_example("00 04 0b 00 00 00 00 00 00 00 00 00"); // Length below its own header
    assert_false(redirection_parse(bytes.data, bytes.size, &packet));
    bytes = pdu_example("00 04 10 00 00 00 00 00 01 00 00 00 ff ff ff ff"); // a length that wraps
    assert_false(redirection_parse(bytes.data, bytes.size, &packet));
}

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct pdu_example bytes = pdu_example(examples[i]);
        check_prefixes(decode, examples[i], (size_t)(bytes.data[2] | bytes.data[3] << 8));
    }
}

static void repair(struct pdu_example *bytes)
{
    if (bytes->size < 4)
        return;
    bytes->data[0] = 0; // Flags
    bytes->data[1] = 4;
    bytes->data[2] = (uint8_t)bytes->size; // Length
    bytes->data[3] = (uint8_t)(bytes->size >> 8);
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], repair, 22131);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_packet),       cmocka_unit_test(reads_every_field),
        cmocka_unit_test(hands_out_no_secret),  cmocka_unit_test(a_token_has_only_what_can_be_printed),
        cmocka_unit_test(refuses_what_is_none), cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
