// SPDX-License-Identifier: Apache-2.0
// What trials make probable: causes by Bayes' rule, and chance by a test that no way to choose trials defeats.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/question.h"

enum { DIMENSIONS = 6, FULL = (1 << DIMENSIONS) - 1 };
static const double alike[DIMENSIONS] = {1, 1, 1, 1, 1, 1};

static double free_of_charge(void *context, uint32_t point)
{
    (void)context, (void)point;
    return 1;
}
static const struct questions anything = {free_of_charge, NULL};

static struct belief start(void)
{
    struct belief belief;
    assert_true(belief_init(&belief, DIMENSIONS, alike));
    return belief;
}

// Asks what the belief wants to know about a cause until it is sure.
static unsigned ask_until_sure(struct belief *belief, const struct hypothesis *cause)
{
    unsigned trials = 0;
    uint32_t point;
    while (hypothesis_probability(belief_best(belief)) < 0.99 && belief_ask(belief, &anything, &point, NULL)) {
        belief_learn(belief, point, hypothesis_holds(cause, point), trials);
        assert_true(++trials < 40);
    }
    return trials;
}

static void test_every_cause_is_found(void **state)
{
    (void)state;
    for (uint32_t a = 1; a < FULL; a <<= 1) {
        for (uint32_t b = a << 1; b < FULL; b <<= 1) {
            const struct hypothesis causes[] = {{.terms = {a}, .term_count = 1},
                                                {.terms = {a | b}, .term_count = 1},
                                                {.terms = {a, b}, .term_count = 2}};
            for (unsigned i = 0; i < 3; i++) {
                struct belief belief = start();
                ask_until_sure(&belief, &causes[i]);
                const struct hypothesis *best = belief_best(&belief);
                assert_int_equal(best->term_count, causes[i].term_count);
                assert_int_equal(best->terms[0], causes[i].terms[0]);
                assert_int_equal(best->terms[1], causes[i].terms[1]);
                belief_clear(&belief);
            }
        }
    }
}

// One false pass takes away certainty, not the cause; more of the same takes the cause.
static void test_noise(void **state)
{
    (void)state;
    struct belief belief = start();
    for (unsigned i = 0; i < 6; i++)
        belief_learn(&belief, i % 2 ? FULL : FULL & ~1u, i % 2, i);
    double before = belief_failing(&belief, FULL);
    assert_true(belief_noisy(&belief) < 0.3);
    belief_learn(&belief, FULL, false, 6);
    assert_true(belief_noisy(&belief) > 0.9);
    assert_true(belief_failing(&belief, FULL) > 0.5 && belief_failing(&belief, FULL) < before);
    for (unsigned i = 0; i < 8; i++)
        belief_learn(&belief, FULL, false, 7 + i);
    assert_true(belief_failing(&belief, FULL) < 0.5 || belief_noisy(&belief) > 0.9);
    belief_clear(&belief);
}

// SplitMix64 (Steele, Lea, Flood 2014).
static double uniform(uint64_t *seed)
{
    uint64_t z = *seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

// A difference that does not come again and again may be a coincidence.
static void test_against_chance(void **state)
{
    (void)state;
    struct belief belief = start();
    uint64_t seed = 1;
    double last = belief_against_chance(&belief);
    assert_true(last <= 1);
    for (unsigned i = 0; i < 24; i++) {
        bool fails = uniform(&seed) < 0.5;
        belief_learn(&belief, fails ? FULL : FULL & ~1u, fails, i);
        if (i == 3)
            assert_true(belief_against_chance(&belief) < 5); // two failures and two passes prove nothing
    }
    assert_true(belief_against_chance(&belief) > 1000);
    assert_true(belief_chance(&belief) < 0.001);
    // What was chosen because it passed says nothing against chance.
    double before = belief_against_chance(&belief);
    belief_learn_chosen(&belief, 0, false);
    assert_true(belief_against_chance(&belief) <= before * 1.001);
    belief_clear(&belief);
}

// What fails and passes in turn may be machines in turn, and what fails first and passes then a change: an order that
// goes with it proves nothing.
static void test_order_proves_nothing(void **state)
{
    (void)state;
    for (unsigned turns = 2; turns <= 4; turns++) {
        struct belief belief = start();
        for (unsigned i = 0; i < 40; i++)
            belief_learn(&belief, i % turns ? FULL & ~1u : FULL, i % turns == 0, i);
        assert_true(belief_against_chance(&belief) < 1);
        belief_clear(&belief);
    }
    struct belief belief = start();
    for (unsigned i = 0; i < 16; i++)
        belief_learn(&belief, i / 8 ? FULL & ~1u : FULL, i / 8 == 0, i);
    assert_true(belief_against_chance(&belief) < 20);
    belief_clear(&belief);
}

// Ville's inequality: by a coin the test ever reaches x once in x runs at most, though each trial is the one that the
// belief would like best.
static void test_a_coin_seldom_convinces(void **state)
{
    (void)state;
    enum { RUNS = 400, TRIALS = 30 };
    for (unsigned rate = 1; rate <= 9; rate += 2) {
        unsigned reached = 0, by_chance = 0;
        for (unsigned run = 0; run < RUNS; run++) {
            struct belief belief = start();
            uint64_t seed = run * 7919u + rate;
            double highest = 0;
            for (unsigned i = 0; i < TRIALS; i++) {
                uint32_t point = FULL;
                belief_ask(&belief, &anything, &point, NULL);
                belief_learn(&belief, point, uniform(&seed) < rate / 10.0, i);
                double now = belief_against_chance(&belief);
                highest = now > highest ? now : highest;
            }
            reached += highest >= 10;
            by_chance += belief_chance(&belief) > 0.5;
            belief_clear(&belief);
        }
        assert_true(reached <= RUNS / 10);
        if (rate == 5)
            assert_true(by_chance > RUNS / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cause_is_found),    cmocka_unit_test(test_noise),
        cmocka_unit_test(test_against_chance),          cmocka_unit_test(test_order_proves_nothing),
        cmocka_unit_test(test_a_coin_seldom_convinces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
