// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/chance.h"

static struct chance learned(const char *outcomes, unsigned connections)
{
    struct chance chance = {0};
    for (unsigned i = 0; outcomes[i]; i++)
        chance_learn(&chance, connections * i, outcomes[i] == 'x');
    return chance;
}

static void test_what_never_changes_is_certain(void **state)
{
    (void)state;
    struct chance chance = learned("xxxxxxxx", 1), none = {0};
    assert_true(chance_at_one_rate(&chance) == 0 && chance_at_best(&chance) == 0);
    assert_true(chance_at_best(&none) == 0);
    assert_int_equal(chance_turns(&chance, 4.6), 0);
    assert_int_equal(chance_turns(&none, 4.6), 0);
}

static void test_machines_in_turn(void **state)
{
    (void)state;
    struct chance chance = learned("x.x.x.x.x.x.", 1);
    assert_true(chance_at_one_rate(&chance) < -8 && chance_at_best(&chance) == 0);
    assert_int_equal(chance_turns(&chance, 4.6), 2);
    chance = learned("x..x..x..x..x..x..", 1);
    assert_int_equal(chance_turns(&chance, 4.6), 3);
    chance = learned("xxx.xxx.xxx.xxx.xxx.", 1);
    assert_int_equal(chance_turns(&chance, 4.6), 4);
    // Two connections a trial meet the same of two machines every time, and every other of four.
    chance = learned("x.x.x.x.x.x.", 2);
    assert_int_equal(chance_turns(&chance, 4.6), 4);
    // Nothing of that kind.
    chance = learned("xx.x...xx.xxx..x.x..", 1);
    assert_int_equal(chance_turns(&chance, 4.6), 0);
    assert_int_equal(chance_turns(&(struct chance){0}, 4.6), 0);
}

static void test_bursts(void **state)
{
    (void)state;
    struct chance chance = learned("xxxxxxxx........xxxxxxxx........", 1);
    assert_true(chance_at_one_rate(&chance) < -22);
    assert_true(chance_at_best(&chance) > -12);
    assert_int_equal(chance_turns(&chance, 4.6), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_never_changes_is_certain),
        cmocka_unit_test(test_machines_in_turn),
        cmocka_unit_test(test_bursts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
