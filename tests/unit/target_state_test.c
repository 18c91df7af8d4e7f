// SPDX-License-Identifier: Apache-2.0
// Steps of a target: which comes next, and when a licence is issued before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/target_state.h"

enum { STEPS = 4 };

// Step 0 and 2 are left out; `until` of the others tells which they are.
static enum engine_answer answer(void *context, uint32_t target, uint32_t step, struct engine_step *set)
{
    (void)context;
    (void)target;
    *set = (struct engine_step){.until = step == 1 ? PHASE_ACTIVE : PHASE_TLS};
    if (step >= STEPS)
        return STEP_NONE;
    return step % 2 ? STEP_RUN : STEP_SKIP;
}

static uint32_t gateway_of(void *context, uint32_t target)
{
    (void)context;
    return target + 1;
}

static void steps_left_out_are_passed_over(void **state)
{
    (void)state;
    const struct engine_work work = {.step = answer};
    struct target_state target = {.target = 7};
    struct engine_step step;
    assert_true(target_next_step(&target, &work, &step));
    assert_int_equal(target.step, 1);
    assert_int_equal(step.until, PHASE_ACTIVE);
    assert_true(target_next_step(&target, &work, &step)); // asking twice changes nothing
    assert_int_equal(target.step, 1);
    target_advance(&target, false); // a trial before it
    assert_int_equal(target.step, 1);
    target_advance(&target, true);
    assert_true(target_next_step(&target, &work, &step));
    assert_int_equal(target.step, 3);
    target_advance(&target, true);
    assert_false(target_next_step(&target, &work, &step));
    assert_int_equal(target.step, STEPS);
}

static void the_route_is_direct_or_the_gateway(void **state)
{
    (void)state;
    struct engine_work work = {.gateways = 9, .gateway = gateway_of};
    const struct target_state target = {.target = 7};
    struct variant variant = {0};
    variant.level[FACTOR_GATEWAY] = GATEWAY_OFF;
    assert_int_equal(target_route(&target, &work, &variant), 0);
    variant.level[FACTOR_GATEWAY] = GATEWAY_OFF + 1;
    assert_int_equal(target_route(&target, &work, &variant), 8);
    work.gateways = 0;
    assert_int_equal(target_route(&target, &work, &variant), 0);
}

static void a_licence_to_present_is_issued_once(void **state)
{
    (void)state;
    struct target_state target = {0};
    struct engine_step wanted = {.until = PHASE_ACTIVE}, step;
    wanted.variant.level[FACTOR_LICENSE] = LICENSE_REUSE;
    step = wanted;
    assert_false(target_plan_trial(&target, "/nowhere", &step));
    assert_int_equal(step.variant.level[FACTOR_LICENSE], LICENSE_CLEAR);
    target_advance(&target, false);
    step = wanted;
    assert_true(target_plan_trial(&target, "/nowhere", &step)); // whether or not the server issued one
    assert_int_equal(step.variant.level[FACTOR_LICENSE], LICENSE_REUSE);
    target_advance(&target, true);
    step = wanted;
    assert_false(target_plan_trial(&target, "/nowhere", &step)); // the next step asks for one again
}

static void what_presents_none_is_run_as_it_is(void **state)
{
    (void)state;
    const struct target_state target = {0};
    struct engine_step step = {.until = PHASE_ACTIVE};
    step.variant.level[FACTOR_LICENSE] = LICENSE_CLEAR;
    assert_true(target_plan_trial(&target, "/nowhere", &step));
    step.variant.level[FACTOR_LICENSE] = LICENSE_REUSE;
    step.until = PHASE_NLA; // before it is presented
    assert_true(target_plan_trial(&target, "/nowhere", &step));
    step.until = PHASE_ACTIVE;
    step.as_it_is = true;
    assert_true(target_plan_trial(&target, "/nowhere", &step));
    assert_int_equal(step.variant.level[FACTOR_LICENSE], LICENSE_REUSE);
}

static void stores_are_the_targets_own_where_licences_are_presented(void **state)
{
    (void)state;
    struct engine_work work = {0};
    struct target_state target = {.target = 3};
    struct stat found;
    char scratch[SCRATCH_PATH], store[SCRATCH_PATH];
    assert_true(scratch_make(scratch));
    assert_true(target_make_store(&target, &work, scratch, store));
    assert_string_equal(store, scratch);
    work.licenses = true;
    for (int i = 0; i < 2; i++) {
        assert_true(target_make_store(&target, &work, scratch, store));
        assert_true(strncmp(store, scratch, strlen(scratch)) == 0 && strcmp(store, scratch) != 0);
        assert_int_equal(stat(store, &found), 0);
    }
    target_drop_store(&target, &work, scratch);
    assert_int_not_equal(stat(store, &found), 0);
    assert_int_equal(stat(scratch, &found), 0);
    scratch_remove(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_left_out_are_passed_over),
        cmocka_unit_test(the_route_is_direct_or_the_gateway),
        cmocka_unit_test(a_licence_to_present_is_issued_once),
        cmocka_unit_test(what_presents_none_is_run_as_it_is),
        cmocka_unit_test(stores_are_the_targets_own_where_licences_are_presented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
