// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/session_info.h"

// Logon errors as FreeRDP's server sends them, without the padding at the end.
#define ERRORS "03 00 00 00 48 02 02 00 00 00 08 00 00 00 fe ff ff ff 00 00 00 00"
#define PLAIN  "02 00 00 00"
// From the layouts of MS-RDPBCGR 2.2.10.1.1.4 and 2.2.4.2: cookie of session 9, then LOGON_MSG_NO_PERMISSION.
#define COOKIE_AND_ERRORS                                                                                              \
    "03 00 00 00 2a 00 03 00 00 00 1c 00 00 00 1c 00 00 00 01 00 00 00 09 00 00 00 a1 a1 a1 a1 a1 a1 a1 a1 a1 a1 "     \
    "a1 a1 a1 a1 a1 a1 08 00 00 00 fa ff ff ff 04 00 00 00"

enum { V1_SIZE = 580, V2_TEXTS = 580, V2_SIZE = 596 };

// TS_LOGON_INFO (2.2.10.1.1.1): DOM, bob, session 3.
static struct pdu_example version_1(void)
{
    struct pdu_example bytes = pdu_example("00 00 00 00 08 00 00 00 44 00 4f 00 4d 00 00 00");
    bytes.size = V1_SIZE;
    bytes.data[60] = 8;
    bytes.data[64] = 'b';
    bytes.data[66] = 'o';
    bytes.data[68] = 'b';
    bytes.data[576] = 3;
    return bytes;
}

// TS_LOGON_INFO_VERSION_2 (2.2.10.1.1.2): session 7, then the texts behind 558 bytes of padding.
static struct pdu_example version_2(void)
{
    struct pdu_example bytes = pdu_example("01 00 00 00 01 00 12 00 00 00 07 00 00 00 08 00 00 00 08 00 00 00");
    bytes.size = V2_SIZE;
    bytes.data[V2_TEXTS] = 'D';
    bytes.data[V2_TEXTS + 2] = 'O';
    bytes.data[V2_TEXTS + 4] = 'M';
    bytes.data[V2_TEXTS + 8] = 'b';
    bytes.data[V2_TEXTS + 10] = 'o';
    bytes.data[V2_TEXTS + 12] = 'b';
    return bytes;
}

static const char *const examples[] = {ERRORS, PLAIN, COOKIE_AND_ERRORS};

static bool decode(const uint8_t *data, size_t size)
{
    struct session_info info;
    if (!session_info_parse(data, size, &info))
        return false;
    session_info_logged_on(&info);
    return true;
}

static void reads_who_is_logged_on(void **state)
{
    struct pdu_example bytes = version_1();
    struct session_info info;
    (void)state;
    assert_true(session_info_parse(bytes.data, bytes.size, &info));
    assert_true(session_info_logged_on(&info));
    assert_string_equal(info.domain, "DOM");
    assert_string_equal(info.user, "bob");
    assert_int_equal(info.session, 3);
    assert_false(session_info_parse(bytes.data, bytes.size - 1, &info));
    bytes.data[4] = 54; // cbDomain beyond its field
    assert_false(session_info_parse(bytes.data, bytes.size, &info));

    bytes = version_2();
    assert_true(session_info_parse(bytes.data, bytes.size, &info));
    assert_true(session_info_logged_on(&info));
    assert_string_equal(info.domain, "DOM");
    assert_string_equal(info.user, "bob");
    assert_int_equal(info.session, 7);
    assert_false(session_info_parse(bytes.data, bytes.size - 1, &info));
    bytes.data[21] = 0xFF; // cbUserName
    assert_false(session_info_parse(bytes.data, bytes.size, &info));
}

static void a_plain_notify_is_a_logon(void **state)
{
    struct pdu_example bytes = pdu_example(PLAIN);
    struct session_info info;
    (void)state;
    assert_true(session_info_parse(bytes.data, bytes.size, &info));
    assert_true(session_info_logged_on(&info) && !info.has_session && !info.has_error);
}

static void reads_logon_errors(void **state)
{
    struct pdu_example bytes = pdu_example(ERRORS);
    struct session_info info;
    (void)state;
    assert_true(session_info_parse(bytes.data, bytes.size, &info));
    assert_true(info.has_error && !info.has_cookie && !session_info_logged_on(&info));
    assert_int_equal(info.error_type, 0xFFFFFFFE);
    assert_int_equal(info.error_data, 0);
    bytes = pdu_example(COOKIE_AND_ERRORS);
    assert_true(session_info_parse(bytes.data, bytes.size, &info));
    assert_true(info.has_error && info.has_cookie && info.has_session);
    assert_int_equal(info.session, 9);
    assert_int_equal(info.error_type, 0xFFFFFFFA);
    assert_int_equal(info.error_data, 4);
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
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], NULL, 2210);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_who_is_logged_on), cmocka_unit_test(a_plain_notify_is_a_logon),
        cmocka_unit_test(reads_logon_errors),     cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
