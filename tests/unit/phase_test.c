// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trial/phase.h"

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < PHASE_COUNT; i++) {
        enum phase phase;
        assert_true(phase_from_name(phase_name((enum phase)i), &phase));
        assert_int_equal(phase, i);
    }
    enum phase phase = PHASE_MCS;
    assert_false(phase_from_name("lunch", &phase));
    assert_int_equal(phase, PHASE_MCS);
    assert_string_equal(phase_name(PHASE_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
