// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trial/client_text.h"

static void the_name_of_a_client(void **state)
{
    const char *clause;
    (void)state;
    assert_true(client_name_check("PC-7", &clause));
    assert_null(clause);
    assert_true(client_name_check("FIFTEEN-LETTERS", &clause));
    assert_false(client_name_check("SIXTEEN-LETTERS!", &clause));
    assert_non_null(strstr(clause, "15 characters"));
    assert_false(client_name_check("PC 7", &clause));
    assert_false(client_name_check("PC\xc3\xa4", &clause));
    assert_false(client_name_check("", &clause));
    assert_string_equal(clause, "names no computer");
}

static void a_routing_token(void **state)
{
    char text[LOAD_BALANCE_MAX + 1];
    const char *clause;
    (void)state;
    assert_true(load_balance_check("tsv://MS Terminal Services Plugin.1.Farm", &clause));
    assert_false(load_balance_check("two\r\nlines", &clause));
    assert_string_equal(clause, "takes printable ASCII only");
    assert_false(load_balance_check("", &clause));
    memset(text, 'x', sizeof text);
    text[LOAD_BALANCE_MAX] = '\0';
    assert_false(load_balance_check(text, &clause));
    assert_non_null(strstr(clause, "238"));
    text[LOAD_BALANCE_MAX - 1] = '\0';
    assert_int_equal(strlen(text), 238);
    assert_true(load_balance_check(text, &clause));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_of_a_client),
        cmocka_unit_test(a_routing_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
