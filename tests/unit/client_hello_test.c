// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/client_hello.h"

#define RANDOM "cb 34 ec b1 e7 81 63 ba 1c 38 c6 da cb 19 6a 6d ff a2 1a 8d 99 12 ec 18 a2 ef 62 83 02 4d ec e7"

// RFC 8448 3: the ClientHello of the simple 1-RTT handshake, its key share left out.
#define TLS13                                                                                                          \
    "01 00 00 90 03 03 " RANDOM                                                                                        \
    " 00 00 06 13 01 13 03 13 02 01 00 00 61 00 00 00 0b 00 09 00 00 06 73 65 72 76 65 72 ff 01 00 01 00"              \
    " 00 0a 00 14 00 12 00 1d 00 17 00 18 00 19 01 00 01 01 01 02 01 03 01 04 00 23 00 00 00 2b 00 03 02 03 04"        \
    " 00 0d 00 20 00 1e 04 03 05 03 06 03 02 03 08 04 08 05 08 06 04 01 05 01 06 01 02 01 04 02 05 02 06 02 02 02"     \
    " 00 2d 00 02 01 01"
// Built from RFC 5246 7.4.1.2 and RFC 8701: two values that only grease, and formats of points; TLS 1.0, none of all.
#define GREASED                                                                                                        \
    "01 00 00 3c 03 03 " RANDOM " 00 00 04 0a 0a c0 2f 01 00 00 0f 1a 1a 00 01 00 00 0b 00 02 01 00 00 17 00 00"
#define TLS10 "01 00 00 29 03 01 " RANDOM " 00 00 02 00 2f 01 00"

static char text[CLIENT_HELLO_TEXT_MAX];

static bool decode(const uint8_t *data, size_t size)
{
    return client_hello_text(data, size, text, sizeof text);
}

static void expect(const char *hex, const char *wanted)
{
    struct pdu_example bytes = pdu_example(hex);
    assert_true(decode(bytes.data, bytes.size));
    assert_string_equal(text, wanted);
}

static bool refuses(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return !decode(bytes.data, bytes.size) && !text[0];
}

static void tells_what_is_offered(void **state)
{
    (void)state;
    expect(TLS13, "771,4865-4867-4866,0-65281-10-35-43-13-45,29-23-24-25-256-257-258-259-260,");
    expect(TLS10, "769,47,,,");
}

static void leaves_out_what_greases(void **state)
{
    (void)state;
    expect(GREASED, "771,49199,11-23,,0");
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    assert_true(refuses("02 00 00 29 03 01 " RANDOM " 00 00 02 00 2f 01 00"));       // ServerHello
    assert_true(refuses("01 00 00 2a 03 01 " RANDOM " 00 00 02 00 2f 01 00"));       // a length beyond the data
    assert_true(refuses("01 00 00 29 03 01 " RANDOM " 00 00 04 00 2f 01 00"));       // suites beyond the data
    assert_true(refuses("01 00 00 2b 03 01 " RANDOM " 00 00 02 00 2f 01 00 00 02")); // extensions beyond the data
    assert_true(refuses("01 00 00 31 03 01 " RANDOM " 00 00 02 00 2f 01 00 00 06 00 0a 00 02 00 04")); // groups
}

static void text_has_to_fit(void **state)
{
    (void)state;
    struct pdu_example bytes = pdu_example(TLS13);
    for (size_t room = 1; room <= strlen("771,4865-4867-4866,0-65281-10-35-43-13-45,29-23-24-25-256-257-258-259-260,");
         room++) {
        assert_false(client_hello_text(bytes.data, bytes.size, text, room));
        assert_string_equal(text, "");
    }
}

static const char *const examples[] = {TLS13, GREASED, TLS10};

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], pdu_example(examples[i]).size);
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], repair_handshake, 8701);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_is_offered), cmocka_unit_test(leaves_out_what_greases),
        cmocka_unit_test(refuses_what_is_none),  cmocka_unit_test(text_has_to_fit),
        cmocka_unit_test(stands_truncation),     cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
