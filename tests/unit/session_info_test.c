// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connection/session_info.h"
#include "octets.h"

// Logon errors as FreeRDP's server sends them, without the padding at the end.
#define ERRORS "03 00 00 00 48 02 02 00 00 00 08 00 00 00 fe ff ff ff 00 00 00 00"
#define PLAIN  "02 00 00 00"
// From the layouts of MS-RDPBCGR 2.2.10.1.1.4 and 2.2.4.2: cookie of session 9, then LOGON_MSG_NO_PERMISSION.
#define COOKIE_AND_ERRORS                                                                                              \
    "03 00 00 00 2a 00 03 00 00 00 1c 00 00 00 1c 00 00 00 01 00 00 00 09 00 00 00 a1 a1 a1 a1 a1 a1 a1 a1 a1 a1 "     \
    "a1 a1 a1 a1 a1 a1 08 00 00 00 fa ff ff ff 04 00 00 00"

enum { V1_SIZE = 580, V2_TEXTS = 580, V2_SIZE = 596 };

// TS_LOGON_INFO (2.2.10.1.1.1): DOM, bob, session 3.
static struct octets version_1(void)
{
    struct octets octets = octets_of("00 00 00 00 08 00 00 00 44 00 4f 00 4d 00 00 00");
    octets.size = V1_SIZE;
    octets.data[60] = 8;
    octets.data[64] = 'b';
    octets.data[66] = 'o';
    octets.data[68] = 'b';
    octets.data[576] = 3;
    return octets;
}

// TS_LOGON_INFO_VERSION_2 (2.2.10.1.1.2): session 7, then the texts behind 558 octets of padding.
static struct octets version_2(void)
{
    struct octets octets = octets_of("01 00 00 00 01 00 12 00 00 00 07 00 00 00 08 00 00 00 08 00 00 00");
    octets.size = V2_SIZE;
    octets.data[V2_TEXTS] = 'D';
    octets.data[V2_TEXTS + 2] = 'O';
    octets.data[V2_TEXTS + 4] = 'M';
    octets.data[V2_TEXTS + 8] = 'b';
    octets.data[V2_TEXTS + 10] = 'o';
    octets.data[V2_TEXTS + 12] = 'b';
    return octets;
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
    struct octets octets = version_1();
    struct session_info info;
    (void)state;
    assert_true(session_info_parse(octets.data, octets.size, &info));
    assert_true(session_info_logged_on(&info));
    assert_string_equal(info.domain, "DOM");
    assert_string_equal(info.user, "bob");
    assert_int_equal(info.session, 3);
    assert_false(session_info_parse(octets.data, octets.size - 1, &info));
    octets.data[4] = 54; // cbDomain beyond its field
    assert_false(session_info_parse(octets.data, octets.size, &info));

    octets = version_2();
    assert_true(session_info_parse(octets.data, octets.size, &info));
    assert_true(session_info_logged_on(&info));
    assert_string_equal(info.domain, "DOM");
    assert_string_equal(info.user, "bob");
    assert_int_equal(info.session, 7);
    assert_false(session_info_parse(octets.data, octets.size - 1, &info));
    octets.data[21] = 0xFF; // cbUserName
    assert_false(session_info_parse(octets.data, octets.size, &info));
}

static void a_plain_notify_is_a_logon(void **state)
{
    struct octets octets = octets_of(PLAIN);
    struct session_info info;
    (void)state;
    assert_true(session_info_parse(octets.data, octets.size, &info));
    assert_true(session_info_logged_on(&info) && !info.has_session && !info.has_error);
}

static void reads_logon_errors(void **state)
{
    struct octets octets = octets_of(ERRORS);
    struct session_info info;
    (void)state;
    assert_true(session_info_parse(octets.data, octets.size, &info));
    assert_true(info.has_error && !info.has_cookie && !session_info_logged_on(&info));
    assert_int_equal(info.error_type, 0xFFFFFFFE);
    assert_int_equal(info.error_data, 0);
    octets = octets_of(COOKIE_AND_ERRORS);
    assert_true(session_info_parse(octets.data, octets.size, &info));
    assert_true(info.has_error && info.has_cookie && info.has_session);
    assert_int_equal(info.session, 9);
    assert_int_equal(info.error_type, 0xFFFFFFFA);
    assert_int_equal(info.error_data, 4);
}

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], octets_of(examples[i]).size);
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
