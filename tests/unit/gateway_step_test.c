// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trial/gateway_step.h"

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < GATEWAY_STEP_COUNT; i++) {
        enum gateway_step step;
        assert_true(gateway_step_from_name(gateway_step_name((enum gateway_step)i), &step));
        assert_int_equal(step, i);
    }
    enum gateway_step step = GATEWAY_STEP_TUNNEL;
    assert_false(gateway_step_from_name("lunch", &step));
    assert_int_equal(step, GATEWAY_STEP_TUNNEL);
    assert_string_equal(gateway_step_name(GATEWAY_STEP_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
