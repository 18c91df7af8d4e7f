// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "trial/outcome.h"

static struct signature parsed(const char *text)
{
    struct signature signature;
    const char *error = NULL;
    if (!signature_parse(text, &signature, &error))
        fail_msg("%s %s", text, error);
    return signature;
}

static void test_families(void **state)
{
    (void)state;
    for (int i = FAMILY_NONE + 1; i < FAMILY_COUNT; i++) {
        enum family family;
        assert_true(family_name((enum family)i)[0] != '\0');
        assert_true(family_from_name(family_name((enum family)i), &family));
        assert_int_equal(family, i);
    }
    enum family family;
    assert_string_equal(family_name(FAMILY_NONE), "");
    assert_false(family_from_name("", &family));
    assert_false(family_from_name("weather", &family));
}

static void test_parse(void **state)
{
    (void)state;
    struct signature s = parsed("0x3/0x7");
    assert_int_equal(s.family, FAMILY_ERRINFO);
    assert_int_equal(s.code, 7);
    assert_true(s.any_phase);
    s = parsed("3/0x112F");
    assert_int_equal(s.code, 0x112F);
    s = parsed("credssp 0xC000006D");
    assert_int_equal(s.family, FAMILY_CREDSSP);
    assert_true(s.code == 0xC000006D);
    assert_true(s.any_phase);
    s = parsed("closed:0@licensing");
    assert_int_equal(s.family, FAMILY_CLOSED);
    assert_int_equal(s.phase, PHASE_LICENSING);
    assert_false(s.any_phase);
    s = parsed("timeout@tls");
    assert_int_equal(s.family, FAMILY_TIMEOUT);
    assert_int_equal(s.phase, PHASE_TLS);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",           "0x3",        "0x4/0x7",  "0x3/",    "/0x7",         "0x3/0x7/1",           "weather",
        "errinfo -1", "errinfo 0x", "errinfo ", "closed@", "closed@lunch", "errinfo 0x100000000", "0x3/seven"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct signature signature;
        const char *error = NULL;
        if (signature_parse(wrong[i], &signature, &error))
            fail_msg("\"%s\" was accepted", wrong[i]);
        assert_non_null(error);
    }
    char longest[200];
    struct signature signature;
    const char *error = NULL;
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_false(signature_parse(longest, &signature, &error));
}

static void test_text_is_read_again(void **state)
{
    (void)state;
    for (int family = FAMILY_NONE + 1; family < FAMILY_COUNT; family++) {
        for (int phase = 0; phase < PHASE_COUNT; phase++) {
            struct outcome outcome = {.result = RESULT_FAILED,
                                      .phase = (enum phase)phase,
                                      .family = (enum family)family,
                                      .code = 0xC0000234u};
            struct signature signature = signature_of(&outcome), read;
            char text[96];
            const char *error = NULL;
            assert_true(signature_matches(&signature, &outcome));
            assert_true(signature_parse(signature_text(&signature, text, sizeof text), &read, &error));
            assert_true(signature_matches(&read, &outcome));
            assert_int_equal(read.any_phase, signature.any_phase);
            outcome.phase = (enum phase)((phase + 1) % PHASE_COUNT);
            assert_int_equal(signature_matches(&read, &outcome), signature.any_phase);
        }
    }
}

// What a report prints can be asked for.
static void test_codes_of_all_kinds(void **state)
{
    static const struct {
        const char *text;
        struct outcome outcome;
    } rows[] = {
        {"0x904/0x7", {.family = FAMILY_CLOSED, .mstsc = {BASIS_INFERRED, 0x904, 0}}},
        {"0x1104", {.family = FAMILY_PROTOCOL, .mstsc = {BASIS_INFERRED, 0x1104, 0}}},
        {"0x300001B", {.family = FAMILY_GATEWAY, .code = 0x59DA, .mstsc = {BASIS_INFERRED, 0x300001B, 0}}},
        {"0x0002000D", {.family = FAMILY_CLOSED, .freerdp = {0x2000D, "ERRCONNECT_CONNECT_TRANSPORT_FAILED"}}},
        {"ERRCONNECT_CONNECT_TRANSPORT_FAILED",
         {.family = FAMILY_CLOSED, .freerdp = {0x2000D, "ERRCONNECT_CONNECT_TRANSPORT_FAILED"}}},
        {"0xC000018D", {.family = FAMILY_CREDSSP, .code = 0xC000018D}},
        {"ERRINFO_SERVER_DENIED_CONNECTION",
         {.family = FAMILY_ERRINFO, .code = 7, .name = "ERRINFO_SERVER_DENIED_CONNECTION"}},
        {"negotiation OTHER_PROTOCOL_SELECTED", {.family = FAMILY_NEGOTIATION, .name = "OTHER_PROTOCOL_SELECTED"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome outcome = rows[i].outcome, other = {.result = RESULT_FAILED, .family = FAMILY_DNS};
        char text[96];
        struct signature s = parsed(rows[i].text);
        outcome.result = RESULT_FAILED;
        assert_true(signature_matches(&s, &outcome));
        assert_false(signature_matches(&s, &other));
        s = parsed(signature_text(&s, text, sizeof text)); // as a journal has it
        assert_true(signature_matches(&s, &outcome));
        outcome.result = RESULT_CONNECTED;
        assert_false(signature_matches(&s, &outcome));
    }
    struct outcome named = {.result = RESULT_FAILED, .family = FAMILY_NEGOTIATION, .name = "OTHER_PROTOCOL_SELECTED"};
    struct signature own = signature_of(&named);
    char text[96];
    assert_string_equal(signature_text(&own, text, sizeof text), "negotiation OTHER_PROTOCOL_SELECTED");
}

static void test_matches(void **state)
{
    (void)state;
    struct signature denied = parsed("0x3/0x7");
    struct outcome outcome = {.result = RESULT_FAILED, .phase = PHASE_ACTIVE, .family = FAMILY_ERRINFO, .code = 7};
    assert_true(signature_matches(&denied, &outcome));
    outcome.code = 5;
    assert_false(signature_matches(&denied, &outcome));
    outcome.code = 7;
    outcome.family = FAMILY_ULTIMATUM;
    assert_false(signature_matches(&denied, &outcome));
    outcome.family = FAMILY_ERRINFO;
    outcome.result = RESULT_CONNECTED;
    assert_false(signature_matches(&denied, &outcome));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families), cmocka_unit_test(test_parse),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_text_is_read_again),
        cmocka_unit_test(test_matches),  cmocka_unit_test(test_codes_of_all_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
