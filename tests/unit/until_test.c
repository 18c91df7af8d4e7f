// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trial/until.h"

static void every_phase_is_a_point_to_stop_at(void **state)
{
    (void)state;
    for (int i = 0; i < PHASE_COUNT; i++) {
        struct until until = {.phase = PHASE_COUNT, .at_challenge = true};
        assert_true(until_from_name(phase_name((enum phase)i), &until));
        assert_int_equal(until.phase, i);
        assert_false(until.at_challenge);
        assert_string_equal(until_name(until), phase_name((enum phase)i));
    }
}

static void the_challenge_is_within_nla(void **state)
{
    struct until until = {.phase = PHASE_ACTIVE};
    enum phase phase;
    (void)state;
    assert_true(until_from_name("nla-challenge", &until));
    assert_int_equal(until.phase, PHASE_NLA);
    assert_true(until.at_challenge);
    assert_string_equal(until_name(until), "nla-challenge");
    assert_false(phase_from_name("nla-challenge", &phase));
}

static void nothing_else_is(void **state)
{
    struct until until = {.phase = PHASE_ACTIVE};
    (void)state;
    assert_false(until_from_name("", &until));
    assert_false(until_from_name("challenge", &until));
    assert_int_equal(until.phase, PHASE_ACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_phase_is_a_point_to_stop_at),
        cmocka_unit_test(the_challenge_is_within_nla),
        cmocka_unit_test(nothing_else_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
