// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/server_hello.h"

#define RANDOM "a6 af 06 a4 12 18 60 dc 5e 6e 60 24 9c d3 4c 95 93 0c 8a c5 cb 14 34 da c1 55 77 2e d3 e2 69 28"

// RFC 8448 3: the ServerHello of the simple 1-RTT handshake, TLS 1.3 with TLS_AES_128_GCM_SHA256.
#define TLS13                                                                                                          \
    "02 00 00 56 03 03 " RANDOM                                                                                        \
    " 00 13 01 00 00 2e 00 33 00 24 00 1d 00 20 c9 82 88 76 11 20 95 fe 66 76 2b db f7 c6 "                            \
    "72 e1 56 d6 cc 25 3b 83 3d f1 dd 69 b1 b0 4e 75 1f 0f 00 2b 00 02 03 04"
// Built from RFC 5246 7.4.1.3 and RFC 2246: TLS 1.2 with a session id and an extension, TLS 1.0 without extensions.
#define TLS12 "02 00 00 31 03 03 " RANDOM " 04 01 02 03 04 c0 30 00 00 05 ff 01 00 01 00"
#define TLS10 "02 00 00 26 03 01 " RANDOM " 00 00 2f 00"

static const char *const examples[] = {TLS13, TLS12, TLS10};

static bool decode(const uint8_t *data, size_t size)
{
    struct server_hello hello;
    return server_hello_parse(data, size, &hello);
}

static void expect(const char *hex, uint16_t version, uint16_t cipher)
{
    struct pdu_example bytes = pdu_example(hex);
    struct server_hello hello;
    assert_true(server_hello_parse(bytes.data, bytes.size, &hello));
    assert_int_equal(hello.version, version);
    assert_int_equal(hello.cipher, cipher);
}

static bool refuses(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return !decode(bytes.data, bytes.size);
}

static void reads_the_version(void **state)
{
    (void)state;
    expect(TLS13, 0x0304, 0x1301);
    expect(TLS12, 0x0303, 0xC030);
    expect(TLS10, 0x0301, 0x002F);
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    assert_true(refuses("01 00 00 26 03 01 " RANDOM " 00 00 2f 00"));                   // ClientHello
    assert_true(refuses("02 00 00 27 03 01 " RANDOM " 00 00 2f 00"));                   // a length beyond the data
    assert_true(refuses("02 00 00 26 03 01 " RANDOM " ff 00 2f 00"));                   // a session id beyond the data
    assert_true(refuses("02 00 00 27 03 01 " RANDOM " 00 00 2f 00 00"));                // half a length of extensions
    assert_true(refuses("02 00 00 2c 03 01 " RANDOM " 00 00 2f 00 00 04 00 2b 00 09")); // an extension beyond them
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
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], repair_handshake, 8446);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_version),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
