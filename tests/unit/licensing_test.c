// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/licensing.h"

// MS-RDPBCGR 4.1.11, Server License Error PDU - Valid Client: the decrypted licensing packet.
#define VALID_CLIENT "ff 03 10 00 07 00 00 00 02 00 00 00 04 00 00 00"
// The same message with ERR_NO_LICENSE_SERVER and ST_TOTAL_ABORT (2.2.1.12.1.3).
#define NO_LICENSE_SERVER "ff 83 10 00 06 00 00 00 01 00 00 00 04 00 00 00"
// Preambles (2.2.1.12.1.1) of the others, with the front of their contents.
#define REQUEST     "01 03 98 08 84 ef ae 20 b1 d5 9e 36 49 1a e8 2e 0a 99 89 ac"
#define CHALLENGE   "02 03 38 00 ff ff ff ff 00 00 0a 00"
#define NEW_LICENSE "03 03 20 07 09 00 00 08"
#define UPGRADE     "04 03 20 07 09 00 00 08"
#define INFO        "12 83 94 01 01 00 00 00"
#define NEW_REQUEST "13 83 9b 02 01 00 00 00"
#define RESPONSE    "15 83 94 00 01 00 18 00"

// A whole licence request, as xrdp sends it.
#define XRDP_REQUEST                                                                                                   \
    "01 02 3e 01 7b 3c 31 a6 ae e8 74 f6 b4 a5 03 90 e7 c2 c7 39 ba 53 1c 30 54 6e 90 05 d0 05 ce 44 18 91 83 81 "     \
    "00 00 04 00 2c 00 00 00 4d 00 69 00 63 00 72 00 6f 00 73 00 6f 00 66 00 74 00 20 00 43 00 6f 00 72 00 70 00 "     \
    "6f 00 72 00 61 00 74 00 69 00 6f 00 6e 00 00 00 08 00 00 00 32 00 33 00 36 00 00 00 0d 00 04 00 01 00 00 00 "     \
    "03 00 b8 00 01 00 00 00 01 00 00 00 01 00 00 00 06 00 5c 00 52 53 41 31 48 00 00 00 00 02 00 00 3f 00 00 00 "     \
    "01 00 01 00 01 c7 c9 f7 8e 5a 38 e4 29 c3 00 95 2d dd 4c 3e 50 45 0b 0d 9e 2a 5d 18 63 64 c4 2c f7 8f 29 d5 "     \
    "3f c5 35 22 34 ff ad 3a e6 e3 95 06 ae 55 82 e3 c8 c7 b4 a8 47 c8 50 71 74 29 53 89 6d 9c ed 70 00 00 00 00 "     \
    "00 00 00 00 08 00 48 00 a8 f4 31 b9 ab 4b e6 b4 f4 39 89 d6 b1 da f6 1e ec b1 f0 54 3b 5e 3e 6a 71 b4 f7 75 "     \
    "c8 16 2f 24 00 de e9 82 99 5f 33 0b a9 a6 94 af cb 11 c3 f2 db 09 42 68 29 56 58 01 56 db 59 03 69 db 7d 37 "     \
    "00 00 00 00 00 00 00 00 01 00 00 00 0e 00 0e 00 6d 69 63 72 6f 73 6f 66 74 2e 63 6f 6d 00"

static const char *const requests[] = {XRDP_REQUEST};

static const char *const examples[] = {VALID_CLIENT, NO_LICENSE_SERVER, REQUEST, CHALLENGE, NEW_LICENSE, UPGRADE,
                                       INFO,         NEW_REQUEST,       RESPONSE};

static bool decode(const uint8_t *data, size_t size)
{
    struct licensing_message message;
    if (!licensing_parse(data, size, &message))
        return false;
    licensing_succeeds(&message);
    return true;
}

static struct licensing_message message_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct licensing_message message;
    assert_true(licensing_parse(bytes.data, bytes.size, &message));
    return message;
}

static bool succeeds(const char *hex)
{
    struct licensing_message message = message_of(hex);
    return licensing_succeeds(&message);
}

static void reads_error_alerts(void **state)
{
    struct licensing_message message = message_of(VALID_CLIENT);
    (void)state;
    assert_int_equal(message.type, LICENSING_ERROR_ALERT);
    assert_int_equal(message.error, LICENSING_STATUS_VALID_CLIENT);
    assert_int_equal(message.transition, LICENSING_NO_TRANSITION);

    message = message_of(NO_LICENSE_SERVER);
    assert_int_equal(message.error, 6);
    assert_int_equal(message.transition, 1);
}

static void tells_types(void **state)
{
    (void)state;
    assert_int_equal(message_of(REQUEST).type, LICENSING_REQUEST);
    assert_int_equal(message_of(CHALLENGE).type, LICENSING_PLATFORM_CHALLENGE);
    assert_int_equal(message_of(NEW_LICENSE).type, LICENSING_NEW_LICENSE);
    assert_int_equal(message_of(UPGRADE).type, LICENSING_UPGRADE_LICENSE);
    assert_int_equal(message_of(INFO).type, LICENSING_INFO);
    assert_int_equal(message_of(NEW_REQUEST).type, LICENSING_NEW_LICENSE_REQUEST);
    assert_int_equal(message_of(RESPONSE).type, LICENSING_PLATFORM_CHALLENGE_RESPONSE);
    assert_int_equal(message_of(REQUEST).error, 0);
}

// Error 7 of licensing is success; error info 7 is the refusal that this program looks for.
static void knows_success(void **state)
{
    (void)state;
    assert_true(succeeds(VALID_CLIENT));
    assert_true(succeeds(NEW_LICENSE));
    assert_true(succeeds(UPGRADE));
    assert_false(succeeds(NO_LICENSE_SERVER));
    assert_false(succeeds(REQUEST));
    assert_false(succeeds(CHALLENGE));
    assert_false(succeeds(INFO));
    assert_false(succeeds(NEW_REQUEST));
    assert_false(succeeds(RESPONSE));
    assert_false(succeeds("00 03 04 00"));
}

static bool decode_request(const uint8_t *data, size_t size)
{
    struct licensing_request request;
    return licensing_parse_request(data, size, &request);
}

static void reads_a_request(void **state)
{
    struct pdu_example bytes = pdu_example(XRDP_REQUEST);
    struct licensing_request request;
    (void)state;
    assert_true(licensing_parse_request(bytes.data, bytes.size, &request));
    assert_int_equal(request.major, 4);
    assert_int_equal(request.minor, 0);
    assert_string_equal(request.company, "Microsoft Corporation");
    assert_string_equal(request.product, "236");
    assert_int_equal(request.key_exchange_count, 1);
    assert_int_equal(request.key_exchanges[0], 1);
    assert_int_equal(request.scope_count, 1);
    assert_string_equal(request.scopes[0], "microsoft.com");
    bytes.data[0] = LICENSING_NEW_LICENSE;
    assert_false(licensing_parse_request(bytes.data, bytes.size, &request));
}

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], pdu_example(examples[i]).data[0] == LICENSING_ERROR_ALERT ? 12 : 4);
    // Up to the last scope.
    check_prefixes(decode_request, XRDP_REQUEST, pdu_example(XRDP_REQUEST).size);
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], NULL, 2211);
    check_mutations(decode_request, requests, sizeof requests / sizeof requests[0], NULL, 2212);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_request), cmocka_unit_test(reads_error_alerts), cmocka_unit_test(tells_types),
        cmocka_unit_test(knows_success),   cmocka_unit_test(stands_truncation),  cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
