// SPDX-License-Identifier: Apache-2.0
// Rates and round-robin of the queue of targets, with a clock of the test's own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "runner/target_queue.h"

enum { NOBODY = -1 };

// Whose turn it is; it starts at once.
static int start(struct target_queue *queue, double now)
{
    uint32_t target;
    if (!queue_take(queue, now, &target))
        return NOBODY;
    queue_started(queue, target, now);
    return (int)target;
}

static void first_come_first_served(void **state)
{
    (void)state;
    struct target_queue *queue = queue_new(4, 1, 0, 0);
    assert_true(isinf(queue_next(queue, 5)));
    queue_wait(queue, 2, 0, 30);
    queue_wait(queue, 0, 0, 10);
    queue_wait(queue, 1, 0, 20);
    assert_int_equal(queue_waiting(queue), 3);
    assert_int_equal(start(queue, 9.9), NOBODY);
    assert_true(queue_next(queue, 5) == 10);
    assert_int_equal(start(queue, 20), 0);
    assert_int_equal(start(queue, 20), 1);
    assert_int_equal(start(queue, 20), NOBODY);
    queue_wait(queue, 3, 0, 25);
    assert_int_equal(start(queue, 100), 3);
    assert_int_equal(start(queue, 100), 2);
    assert_int_equal(queue_waiting(queue), 0);
    queue_free(queue);
}

// A target that comes back again and again keeps nobody waiting for more than one round.
static void takes_turns(void **state)
{
    (void)state;
    enum { TARGETS = 50, ROUNDS = 20 };
    unsigned had[TARGETS] = {0};
    struct target_queue *queue = queue_new(TARGETS, 1, 0, 0);
    for (uint32_t i = 0; i < TARGETS; i++)
        queue_wait(queue, i, 0, 0);
    for (unsigned i = 0; i < TARGETS * ROUNDS; i++) {
        int target = start(queue, i);
        assert_int_not_equal(target, NOBODY);
        assert_true(had[target] <= i / TARGETS);
        had[target]++;
        queue_wait(queue, (uint32_t)target, 0, i);
    }
    for (unsigned i = 0; i < TARGETS; i++)
        assert_int_equal(had[i], ROUNDS);
    queue_free(queue);
}

static void keeps_to_the_overall_rate(void **state)
{
    (void)state;
    struct target_queue *queue = queue_new(100, 1, 10, 0); // one each 100 ms
    unsigned started = 0;
    double last = 0;
    for (uint32_t i = 0; i < 100; i++)
        queue_wait(queue, i, 0, 0);
    for (double now = 1000; now < 2000; now += 7) {
        if (start(queue, now) == NOBODY)
            continue;
        assert_true(now - last >= 100); // also behind a start that came late
        last = now;
        started++;
    }
    assert_int_equal(started, 10);
    assert_true(queue_next(queue, 1999) == last + 100);
    // What was not used is not saved up.
    unsigned burst = 0;
    while (start(queue, 60000) != NOBODY)
        burst++;
    assert_int_equal(burst, 1);
    queue_free(queue);
}

static void a_slow_gateway_delays_only_its_own(void **state)
{
    (void)state;
    struct target_queue *queue = queue_new(30, 3, 0, 2); // one each 500 ms through each gateway
    unsigned through[3] = {0};
    for (uint32_t i = 0; i < 30; i++)
        queue_wait(queue, i, i % 3, 0);
    for (double now = 0; now <= 1400; now += 10) {
        int target = start(queue, now);
        if (target != NOBODY)
            through[target % 3]++;
    }
    assert_int_equal(through[0], 10);
    assert_int_equal(through[1], 3);
    assert_int_equal(through[2], 3);
    queue_free(queue);
}

static void what_did_not_start_does_not_count(void **state)
{
    (void)state;
    uint32_t target;
    struct target_queue *queue = queue_new(3, 1, 1, 0);
    for (uint32_t i = 0; i < 3; i++)
        queue_wait(queue, i, 0, i);
    assert_true(queue_take(queue, 10, &target) && target == 0);
    queue_park(queue, 0, 0);
    assert_int_equal(start(queue, 10), 1);
    assert_int_equal(start(queue, 500), NOBODY);
    queue_free(queue);
}

static void those_set_aside_come_back_in_order(void **state)
{
    (void)state;
    uint32_t target;
    struct target_queue *queue = queue_new(4, 2, 0, 0);
    for (uint32_t i = 0; i < 4; i++)
        queue_wait(queue, i, 0, i);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(queue_take(queue, 10, &target));
        queue_park(queue, target, 0);
    }
    assert_int_equal(queue_parked(queue), 3);
    assert_int_equal(queue_waiting(queue), 4);
    assert_int_equal(start(queue, 10), 3);
    assert_int_equal(start(queue, 10), NOBODY);
    assert_true(isinf(queue_next(queue, 10)));
    queue_wake(queue);
    assert_int_equal(queue_parked(queue), 0);
    assert_true(queue_next(queue, 10) == 10);
    for (int i = 0; i < 3; i++)
        assert_int_equal(start(queue, 10), i);
    assert_int_equal(queue_waiting(queue), 0);
    queue_free(queue);
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
