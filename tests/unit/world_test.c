// SPDX-License-Identifier: Apache-2.0
// Targets that go by something else than the client: no factor is named, and what decides is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/isolation.h"
#include "analysis/plain_rules.h"

enum { FACTORS = 6, MOST = 256 };

// What a target goes by.
struct target {
    unsigned turns, bad; // machines in turn, and which of them fails
    double apart_ms;     // connections sooner after the last one that it took are refused
    unsigned a_window;   // so many connections are taken in window_ms, the others refused
    double window_ms;
    unsigned decisive;  // bit set of factors: with all of them at level 0 it fails
    bool broken;        // it fails whatever the client does
    enum family family; // of the failure
    uint64_t seed;      // of a coin, where turns is 1
    double now, last, taken[MOST];
    unsigned count, takes;
    double rested;
    struct trial trials[MOST];
};

static unsigned levels(enum factor factor)
{
    return (unsigned)factor < FACTORS ? 2 : 1;
}

static bool possible(const struct variant *variant, const char **why)
{
    (void)variant, (void)why;
    return true;
}

static double one(enum factor factor)
{
    (void)factor;
    return 1;
}

static double nothing(enum factor factor, unsigned level)
{
    (void)factor, (void)level;
    return 0;
}

static const struct factor_space space = {levels, possible, one, nothing, &plain_rules};

static bool refuses(struct target *target)
{
    if (target->apart_ms > 0) {
        bool soon = target->last > 0 && target->now - target->last < target->apart_ms;
        target->last = soon ? target->last : target->now;
        return soon;
    }
    if (target->a_window) {
        unsigned taken = 0;
        for (unsigned i = 0; i < target->takes; i++)
            taken += target->now - target->taken[i] < target->window_ms;
        if (taken >= target->a_window)
            return true;
        target->taken[target->takes++] = target->now;
    }
    return false;
}

static bool fails(struct target *target, const struct variant *variant)
{
    if (target->turns)
        return target->count % target->turns == target->bad;
    if (target->broken)
        return true;
    for (unsigned f = 0; f < FACTORS && target->decisive; f++) {
        if ((target->decisive >> f & 1) && variant->level[f])
            return false;
    }
    return target->decisive;
}

static const struct trial *run(void *context, const struct variant *variant, enum phase until)
{
    struct target *target = context;
    if (target->count == MOST)
        return NULL;
    target->now += 200;
    bool failed = refuses(target) || fails(target, variant);
    struct trial *trial = &target->trials[target->count++];
    *trial = (struct trial){.number = target->count, .variant = *variant, .until = until, .connections = 1, .ms = 200};
    trial->outcome.result = failed ? RESULT_FAILED : RESULT_CONNECTED;
    trial->outcome.family = failed ? target->family : FAMILY_NONE;
    trial->outcome.phase = failed ? PHASE_NEGOTIATE : PHASE_ACTIVE;
    return trial;
}

static void rest(void *context, double ms)
{
    struct target *target = context;
    target->now += ms;
    target->rested += ms;
}

static struct verdict verdict_on(struct target *target, uint64_t seed)
{
    struct isolation isolation = {.factors = &space, .run = run, .rest = rest, .context = target, .seed = seed};
    struct verdict verdict;
    for (unsigned f = 0; f < FACTORS; f++)
        isolation.levels[f] = 3;
    isolate(&isolation, &verdict);
    return verdict;
}

static void test_machines_in_turn(void **state)
{
    (void)state;
    for (unsigned turns = 2; turns <= 4; turns++) {
        unsigned told = 0, runs = 0;
        for (unsigned bad = 0; bad < turns; bad++) {
            for (uint64_t seed = 1; seed <= 10; seed++) {
                static struct target target;
                target = (struct target){.turns = turns, .bad = bad, .family = FAMILY_ERRINFO};
                struct verdict verdict = verdict_on(&target, seed);
                assert_int_not_equal(verdict.kind, VERDICT_ISOLATED);
                assert_int_equal(verdict.alternative_count, 0);
                runs++;
                told += verdict.world == WORLD_IN_TURN;
                if (verdict.world != WORLD_IN_TURN)
                    continue;
                assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
                assert_non_null(strstr(verdict.reason, "machines may answer"));
            }
        }
        assert_true(told * 10 >= runs * 6);
    }
}

static void test_a_limit_of_connections(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        static struct target target;
        target = (struct target){.apart_ms = 1000, .family = FAMILY_CLOSED};
        struct verdict verdict = verdict_on(&target, seed);
        assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
        target = (struct target){.apart_ms = 4000, .family = FAMILY_CLOSED};
        verdict = verdict_on(&target, seed);
        assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
        assert_int_equal(verdict.world, WORLD_RATE);
        assert_non_null(strstr(verdict.reason, "--pause 5"));
        target = (struct target){.a_window = 1, .window_ms = 8000, .family = FAMILY_CLOSED};
        verdict = verdict_on(&target, seed);
        assert_int_equal(verdict.world, WORLD_RATE);
        assert_non_null(strstr(verdict.reason, "--pause 10"));
    }
}

// Time is taken for it only where it may be: not from who is denied in so many words, every time.
static void test_others_are_not_kept_waiting(void **state)
{
    (void)state;
    static struct target target;
    target = (struct target){.broken = true, .family = FAMILY_ERRINFO};
    struct verdict verdict = verdict_on(&target, 1);
    assert_int_equal(verdict.kind, VERDICT_NOT_CLIENT_SIDE);
    assert_true(target.rested == 0);
    target = (struct target){.decisive = 5, .family = FAMILY_CLOSED};
    verdict = verdict_on(&target, 1);
    assert_int_equal(verdict.kind, VERDICT_ISOLATED);
    assert_int_equal(verdict.alternatives[0].count, 2);
    assert_true(target.rested == 0);
    // A target that closes every connection at once may limit them, and is asked once.
    target = (struct target){.broken = true, .family = FAMILY_CLOSED};
    verdict = verdict_on(&target, 1);
    assert_int_equal(verdict.kind, VERDICT_NOT_CLIENT_SIDE);
    assert_true(target.rested == 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machines_in_turn),
        cmocka_unit_test(test_a_limit_of_connections),
        cmocka_unit_test(test_others_are_not_kept_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
