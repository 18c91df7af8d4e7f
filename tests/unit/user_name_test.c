// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "trial/user_name.h"

static void is(enum user_form_level form, const char *user, const char *domain, const char *sent_user,
               const char *sent_domain)
{
    struct user_name name;
    assert_int_equal(user_name_form(form, user, domain, &name), sent_user != NULL);
    assert_string_equal(name.user, sent_user ? sent_user : user);
    assert_string_equal(name.domain, sent_user ? sent_domain : domain);
}

static void makes_every_form(void **state)
{
    (void)state;
    is(USER_FORM_AS_GIVEN, "alice", "CORP", "alice", "CORP");
    is(USER_FORM_UPN, "alice", "CORP", "alice@CORP", "");
    is(USER_FORM_DOWN_LEVEL, "alice", "CORP", "alice", "CORP");
    is(USER_FORM_AS_GIVEN, "alice@corp.example", "", "alice@corp.example", "");
    is(USER_FORM_UPN, "alice@corp.example", "", "alice@corp.example", "");
    is(USER_FORM_DOWN_LEVEL, "alice@corp.example", "", "alice", "corp.example");
    is(USER_FORM_DOWN_LEVEL, "a@b@corp.example", "", "a@b", "corp.example");
    is(USER_FORM_UPN, "a@b", "CORP", "a@b@CORP", "");
}

static void needs_a_domain(void **state)
{
    static const char *const without[] = {"alice", "", "alice@", "@corp.example"};
    (void)state;
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        assert_false(user_name_has_domain(without[i], ""));
        is(USER_FORM_AS_GIVEN, without[i], "", without[i], "");
        is(USER_FORM_UPN, without[i], "", NULL, NULL);
        is(USER_FORM_DOWN_LEVEL, without[i], "", NULL, NULL);
    }
}

static void knows_forms_that_are_the_same(void **state)
{
    (void)state;
    assert_true(user_name_same(USER_FORM_AS_GIVEN, USER_FORM_DOWN_LEVEL, "alice", "CORP"));
    assert_true(user_name_same(USER_FORM_AS_GIVEN, USER_FORM_UPN, "alice@corp.example", ""));
    assert_false(user_name_same(USER_FORM_AS_GIVEN, USER_FORM_UPN, "alice", "CORP"));
    assert_false(user_name_same(USER_FORM_AS_GIVEN, USER_FORM_UPN, "alice", ""));
}

static void a_name_that_is_too_long_is_none(void **state)
{
    char user[USER_NAME_MAX];
    struct user_name name;
    (void)state;
    memset(user, 'u', sizeof user - 1);
    user[sizeof user - 1] = '\0';
    assert_true(user_name_form(USER_FORM_AS_GIVEN, user, "D", &name));
    assert_false(user_name_form(USER_FORM_UPN, user, "D", &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_every_form),
        cmocka_unit_test(needs_a_domain),
        cmocka_unit_test(knows_forms_that_are_the_same),
        cmocka_unit_test(a_name_that_is_too_long_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
