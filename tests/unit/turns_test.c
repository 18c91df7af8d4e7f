// SPDX-License-Identifier: Apache-2.0
// Rates and round-robin of the schedule, with a clock of the test's own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "runner/turns.h"

enum { NOBODY = -1 };

// Whose turn it is; it starts at once.
static int start(struct turns *turns, double now)
{
    uint32_t target;
    if (!turns_take(turns, now, &target))
        return NOBODY;
    turns_started(turns, target, now);
    return (int)target;
}

static void first_come_first_served(void **state)
{
    (void)state;
    struct turns *turns = turns_new(4, 1, 0, 0);
    assert_true(isinf(turns_next(turns, 5)));
    turns_wait(turns, 2, 0, 30);
    turns_wait(turns, 0, 0, 10);
    turns_wait(turns, 1, 0, 20);
    assert_int_equal(turns_waiting(turns), 3);
    assert_int_equal(start(turns, 9.9), NOBODY);
    assert_true(turns_next(turns, 5) == 10);
    assert_int_equal(start(turns, 20), 0);
    assert_int_equal(start(turns, 20), 1);
    assert_int_equal(start(turns, 20), NOBODY);
    turns_wait(turns, 3, 0, 25);
    assert_int_equal(start(turns, 100), 3);
    assert_int_equal(start(turns, 100), 2);
    assert_int_equal(turns_waiting(turns), 0);
    turns_free(turns);
}

// A target that comes back again and again keeps nobody waiting for more than one round.
static void takes_turns(void **state)
{
    (void)state;
    enum { TARGETS = 50, ROUNDS = 20 };
    unsigned had[TARGETS] = {0};
    struct turns *turns = turns_new(TARGETS, 1, 0, 0);
    for (uint32_t i = 0; i < TARGETS; i++)
        turns_wait(turns, i, 0, 0);
    for (unsigned i = 0; i < TARGETS * ROUNDS; i++) {
        int target = start(turns, i);
        assert_int_not_equal(target, NOBODY);
        assert_true(had[target] <= i / TARGETS);
        had[target]++;
        turns_wait(turns, (uint32_t)target, 0, i);
    }
    for (unsigned i = 0; i < TARGETS; i++)
        assert_int_equal(had[i], ROUNDS);
    turns_free(turns);
}

static void keeps_to_the_overall_rate(void **state)
{
    (void)state;
    struct turns *turns = turns_new(100, 1, 10, 0); // one each 100 ms
    unsigned started = 0;
    double last = 0;
    for (uint32_t i = 0; i < 100; i++)
        turns_wait(turns, i, 0, 0);
    for (double now = 1000; now < 2000; now += 7) {
        if (start(turns, now) == NOBODY)
            continue;
        assert_true(now - last >= 100); // also behind a start that came late
        last = now;
        started++;
    }
    assert_int_equal(started, 10);
    assert_true(turns_next(turns, 1999) == last + 100);
    // What was not used is not saved up.
    unsigned burst = 0;
    while (start(turns, 60000) != NOBODY)
        burst++;
    assert_int_equal(burst, 1);
    turns_free(turns);
}

static void a_slow_gateway_delays_only_its_own(void **state)
{
    (void)state;
    struct turns *turns = turns_new(30, 3, 0, 2); // one each 500 ms through each gateway
    unsigned through[3] = {0};
    for (uint32_t i = 0; i < 30; i++)
        turns_wait(turns, i, i % 3, 0);
    for (double now = 0; now <= 1400; now += 10) {
        int target = start(turns, now);
        if (target != NOBODY)
            through[target % 3]++;
    }
    assert_int_equal(through[0], 10);
    assert_int_equal(through[1], 3);
    assert_int_equal(through[2], 3);
    turns_free(turns);
}

static void what_did_not_start_does_not_count(void **state)
{
    (void)state;
    uint32_t target;
    struct turns *turns = turns_new(3, 1, 1, 0);
    for (uint32_t i = 0; i < 3; i++)
        turns_wait(turns, i, 0, i);
    assert_true(turns_take(turns, 10, &target) && target == 0);
    turns_park(turns, 0, 0);
    assert_int_equal(start(turns, 10), 1);
    assert_int_equal(start(turns, 500), NOBODY);
    turns_free(turns);
}

static void those_set_aside_come_back_in_order(void **state)
{
    (void)state;
    uint32_t target;
    struct turns *turns = turns_new(4, 2, 0, 0);
    for (uint32_t i = 0; i < 4; i++)
        turns_wait(turns, i, 0, i);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(turns_take(turns, 10, &target));
        turns_park(turns, target, 0);
    }
    assert_int_equal(turns_parked(turns), 3);
    assert_int_equal(turns_waiting(turns), 4);
    assert_int_equal(start(turns, 10), 3);
    assert_int_equal(start(turns, 10), NOBODY);
    assert_true(isinf(turns_next(turns, 10)));
    turns_wake(turns);
    assert_int_equal(turns_parked(turns), 0);
    assert_true(turns_next(turns, 10) == 10);
    for (int i = 0; i < 3; i++)
        assert_int_equal(start(turns, 10), i);
    assert_int_equal(turns_waiting(turns), 0);
    turns_free(turns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_come_first_served),           cmocka_unit_test(takes_turns),
        cmocka_unit_test(keeps_to_the_overall_rate),         cmocka_unit_test(a_slow_gateway_delays_only_its_own),
        cmocka_unit_test(what_did_not_start_does_not_count), cmocka_unit_test(those_set_aside_come_back_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
