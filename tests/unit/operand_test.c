// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trial/factor.h"
#include "trial/profile.h"

static char canonical[OPERAND_MAX];

static bool check(enum factor factor, const char *text, const char **clause)
{
    return factor_row(factor)->operand->check(text, canonical, sizeof canonical, clause);
}

static void the_name_of_a_client(void **state)
{
    const char *clause;
    (void)state;
    assert_true(check(FACTOR_CLIENT_NAME, "PC-7", &clause));
    assert_null(clause);
    assert_true(check(FACTOR_CLIENT_NAME, "FIFTEEN-LETTERS", &clause));
    assert_false(check(FACTOR_CLIENT_NAME, "SIXTEEN-LETTERS!", &clause));
    assert_non_null(strstr(clause, "15 characters"));
    assert_false(check(FACTOR_CLIENT_NAME, "PC 7", &clause));
    assert_false(check(FACTOR_CLIENT_NAME, "PC\xc3\xa4", &clause));
    assert_false(check(FACTOR_CLIENT_NAME, "", &clause));
    assert_string_equal(clause, "names no computer");
}

static void a_routing_token(void **state)
{
    char text[238 + 2];
    const char *clause;
    (void)state;
    assert_true(check(FACTOR_LOAD_BALANCE, "tsv://MS Terminal Services Plugin.1.Farm", &clause));
    assert_false(check(FACTOR_LOAD_BALANCE, "two\r\nlines", &clause));
    assert_string_equal(clause, "takes printable ASCII only");
    assert_false(check(FACTOR_LOAD_BALANCE, "", &clause));
    memset(text, 'x', sizeof text);
    text[239] = '\0';
    assert_false(check(FACTOR_LOAD_BALANCE, text, &clause));
    assert_non_null(strstr(clause, "238"));
    text[238] = '\0';
    assert_int_equal(strlen(text), 238);
    assert_true(check(FACTOR_LOAD_BALANCE, text, &clause));
}

static void a_keyboard_layout(void **state)
{
    static const char *const refused[] = {"", "0x", "de", "00000407", "407h", "0x40G", "-1", " 7", "+7", "1031 "};
    const char *clause;
    (void)state;
    assert_true(check(FACTOR_KEYBOARD, "0x407", &clause));
    assert_string_equal(canonical, "0x407");
    assert_true(check(FACTOR_KEYBOARD, "1031", &clause));
    assert_string_equal(canonical, "0x407");
    assert_true(check(FACTOR_KEYBOARD, "0X00010c0a", &clause));
    assert_string_equal(canonical, "0x10C0A");
    assert_true(check(FACTOR_KEYBOARD, "0xFFFFFFFF", &clause));
    assert_true(check(FACTOR_KEYBOARD, "0", &clause));
    assert_string_equal(canonical, "0x0");
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(check(FACTOR_KEYBOARD, refused[i], &clause));
        assert_non_null(strstr(clause, "such as 0x407"));
    }
    assert_false(check(FACTOR_KEYBOARD, "4294967296", &clause));
    assert_non_null(strstr(clause, "0xFFFFFFFF"));
    assert_false(check(FACTOR_KEYBOARD, "0xFFFFFFFFFFFFFFFFFF", &clause));
}

// A text that names the layout of another level leaves nothing to compare.
static void layouts_that_are_the_same(void **state)
{
    struct profile profile = profile_default();
    (void)state;
    strcpy(profile.operand[FACTOR_KEYBOARD], "0x407");
    assert_false(factor_row(FACTOR_KEYBOARD)->same(&profile, KEYBOARD_US, KEYBOARD_GIVEN));
    assert_false(factor_row(FACTOR_KEYBOARD)->same(&profile, KEYBOARD_US, KEYBOARD_NONE));
    strcpy(profile.operand[FACTOR_KEYBOARD], "0x409");
    assert_true(factor_row(FACTOR_KEYBOARD)->same(&profile, KEYBOARD_US, KEYBOARD_GIVEN));
    strcpy(profile.operand[FACTOR_KEYBOARD], "0x0");
    assert_true(factor_row(FACTOR_KEYBOARD)->same(&profile, KEYBOARD_NONE, KEYBOARD_GIVEN));
}

static void another_name_of_a_target(void **state)
{
    const char *clause;
    (void)state;
    assert_true(check(FACTOR_ADDRESS, "SRV", &clause));
    assert_string_equal(canonical, "SRV");
    assert_false(check(FACTOR_ADDRESS, "192.0.2.1", &clause));
    assert_non_null(strstr(clause, "a name without a port"));
    assert_false(check(FACTOR_ADDRESS, "srv:3390", &clause));
    assert_non_null(strstr(clause, "a name without a port"));
    assert_false(check(FACTOR_ADDRESS, "", &clause));
    assert_non_null(clause);
}

// What option, scenario and journal are made of is there, and no two operands share it.
static void the_rows_of_operands(void **state)
{
    (void)state;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_operand *operand = factor_row((enum factor)f)->operand;
        if (!operand)
            continue;
        assert_true(operand->level > 0 && operand->level < factor_levels((enum factor)f));
        assert_true(operand->length_max > 0 && operand->length_max < OPERAND_MAX);
        assert_true(operand->argument[0] && operand->help[0] && operand->noun[0] && operand->lack[0]);
        assert_int_equal(operand->of_target, operand->missing != NULL);
        for (int g = 0; g < f; g++) {
            const struct factor_operand *other = factor_row((enum factor)g)->operand;
            assert_true(!other || (strcmp(operand->option, other->option) && strcmp(operand->member, other->member)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_of_a_client),     cmocka_unit_test(a_routing_token),
        cmocka_unit_test(a_keyboard_layout),        cmocka_unit_test(layouts_that_are_the_same),
        cmocka_unit_test(another_name_of_a_target), cmocka_unit_test(the_rows_of_operands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
