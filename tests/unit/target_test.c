// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "trial/target.h"

static void test_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host;
        uint16_t port;
        bool literal;
        const char *again;
    } rows[] = {
        {"srv.example", "srv.example", 3389, false, "srv.example:3389"},
        {"srv.example:65535", "srv.example", 65535, false, "srv.example:65535"},
        {"srv_1:1", "srv_1", 1, false, "srv_1:1"},
        {"192.0.2.1", "192.0.2.1", 3389, true, "192.0.2.1:3389"},
        {"192.0.2.1:3390", "192.0.2.1", 3390, true, "192.0.2.1:3390"},
        {"2001:db8::1", "2001:db8::1", 3389, true, "[2001:db8::1]:3389"},
        {"[2001:db8::1]", "2001:db8::1", 3389, true, "[2001:db8::1]:3389"},
        {"[::1]:13389", "::1", 13389, true, "[::1]:13389"},
        {"300.0.2.1", "300.0.2.1", 3389, false, "300.0.2.1:3389"},
        {"fe80::1%eth0", "fe80::1%eth0", 3389, true, "[fe80::1%eth0]:3389"},
        {"[fe80::1%2]:3390", "fe80::1%2", 3390, true, "[fe80::1%2]:3390"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct target target, again;
        const char *error = NULL;
        char text[HOST_MAX + 16];
        if (!target_parse(rows[i].text, 3389, &target, &error))
            fail_msg("%s %s", rows[i].text, error);
        assert_string_equal(target.host, rows[i].host);
        assert_int_equal(target.port, rows[i].port);
        assert_int_equal(target.literal, rows[i].literal);
        assert_string_equal(target_text(&target, text, sizeof text), rows[i].again);
        assert_true(target_parse(text, 1, &again, &error));
        assert_string_equal(again.host, target.host);
        assert_int_equal(again.port, target.port);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        ":3389",
                                        "srv:",
                                        "srv:0",
                                        "srv:65536",
                                        "srv:33a",
                                        "srv:-1",
                                        "srv: 1",
                                        "[::1",
                                        "[::1]3389",
                                        "[::1]:",
                                        "[]",
                                        "[srv]",
                                        "fe80::1%",
                                        "[fe80::1%a/b]",
                                        "srv%lo",
                                        "192.0.2.1%lo",
                                        "fe80::1%a-name-of-16-char",
                                        "2001:db8::z",
                                        "a b",
                                        "user@srv",
                                        "rdp://srv",
                                        "srv\n",
                                        "srv/path",
                                        "\"srv\""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct target target = {.port = 9};
        const char *error = NULL;
        if (target_parse(wrong[i], 3389, &target, &error))
            fail_msg("\"%s\" was accepted", wrong[i]);
        assert_non_null(error);
        assert_int_equal(target.port, 9); // left alone
    }
    char longest[HOST_MAX + 1];
    struct target target;
    const char *error = NULL;
    memset(longest, 'a', HOST_MAX);
    longest[HOST_MAX] = '\0';
    assert_false(target_parse(longest, 3389, &target, &error));
    longest[HOST_MAX - 1] = '\0';
    assert_true(target_parse(longest, 3389, &target, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
