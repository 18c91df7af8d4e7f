// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connection/licensing.h"
#include "octets.h"

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
    struct octets octets = octets_of(hex);
    struct licensing_message message;
    assert_true(licensing_parse(octets.data, octets.size, &message));
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

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], octets_of(examples[i]).data[0] == LICENSING_ERROR_ALERT ? 12 : 4);
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], NULL, 2211);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_error_alerts), cmocka_unit_test(tells_types),   cmocka_unit_test(knows_success),
        cmocka_unit_test(stands_truncation),  cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
