// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/randomization.h"

enum { RUNS = 20000, TRIALS = 60 };

// How many of RUNS on a target that goes by the count of trials alone (bits of pattern, in turn) ever reach x.
static unsigned reached(uint64_t pattern, unsigned period, double noise, double x)
{
    unsigned count = 0;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        struct randomization randomization;
        randomization_init(&randomization, seed);
        bool over = false;
        for (unsigned i = 0; i < TRIALS && !over; i++) {
            bool wanted = randomization_coin(&randomization);
            randomization_learn(&randomization, wanted, pattern >> (i % period) & 1, noise, noise / 3);
            over = randomization_against_order(&randomization) >= x;
        }
        count += over;
    }
    return count;
}

static void test_a_target_that_goes_by_the_count_is_not_believed(void **state)
{
    (void)state;
    static const struct {
        uint64_t pattern;
        unsigned period;
    } targets[] = {{0, 1}, {1, 1}, {1, 2}, {1, 3}, {3, 4}, {0xff, 16}, {0x9e3779b97f4a7c15u, 64}};
    for (unsigned i = 0; i < sizeof targets / sizeof *targets; i++) {
        for (double noise = 0; noise < 0.3; noise += 0.1) {
            assert_true(reached(targets[i].pattern, targets[i].period, noise, 1000) <= RUNS / 1000);
            assert_true(reached(targets[i].pattern, targets[i].period, noise, 20) <= RUNS / 20);
        }
    }
}

static void test_a_true_cause_is_believed_soon(void **state)
{
    (void)state;
    struct randomization randomization;
    randomization_init(&randomization, 1);
    assert_true(randomization_against_order(&randomization) == 1);
    unsigned failing = 0;
    while (randomization_against_order(&randomization) < 1000) {
        bool fails = randomization_coin(&randomization);
        failing += fails;
        randomization_learn(&randomization, fails, fails, 0, 0);
    }
    assert_int_equal(randomization.tosses, 11);
    assert_in_range(failing, 1, 10);
    // One trial in eight may end otherwise.
    for (unsigned i = 0; i < 40; i++)
        randomization_learn(&randomization, i % 2, i % 8 ? i % 2 : !(i % 2), 0.1, 0.03);
    assert_true(randomization_against_order(&randomization) > 1000);
}

static void test_a_seed_makes_one_order(void **state)
{
    (void)state;
    struct randomization a, b, c;
    unsigned differ = 0;
    randomization_init(&a, 7);
    randomization_init(&b, 7);
    randomization_init(&c, 8);
    for (unsigned i = 0; i < 64; i++) {
        bool toss = randomization_coin(&a);
        assert_int_equal(toss, randomization_coin(&b));
        differ += toss != randomization_coin(&c);
    }
    assert_in_range(differ, 10, 54);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_target_that_goes_by_the_count_is_not_believed),
        cmocka_unit_test(test_a_true_cause_is_believed_soon),
        cmocka_unit_test(test_a_seed_makes_one_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
