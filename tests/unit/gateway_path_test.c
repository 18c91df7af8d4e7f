// SPDX-License-Identifier: Apache-2.0
// What trials through a gateway say: of a failure on another way, of the causes that concern gateways, and in words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/isolation.h"
#include "analysis/rdp_observation.h"
#include "made_run.h"

enum { HRESULT = 0x80070000, RAP = HRESULT | 0x59DA, CAP = HRESULT | 0x59DB, CONNECT_FAILED = HRESULT | 0x59DD };

static struct made_run run;

static int begin_run(void **state)
{
    (void)state;
    made_run_begin(&run);
    return 0;
}

static int end_run(void **state)
{
    (void)state;
    made_run_end(&run);
    return 0;
}

static struct trial *add(unsigned gateway, enum family family, uint32_t code, enum phase phase)
{
    struct trial *trial = made_trial(&run, FACTOR_GATEWAY, gateway, family, code, phase);
    if (gateway != GATEWAY_OFF && phase > PHASE_GATEWAY)
        fact_set(trial->facts, FACT_GATEWAY_TRANSPORT, json_string(level_name(FACTOR_GATEWAY, gateway)));
    return trial;
}

static void named(struct trial *trial, const char *name)
{
    snprintf(trial->outcome.name, sizeof trial->outcome.name, "%s", name);
}

static void failed_at_gateway(struct trial *trial, const char *name)
{
    named(trial, name);
    trial->outcome.side = SIDE_GATEWAY;
}

static enum observation seen(const struct trial *failure, const struct trial *trial)
{
    struct signature signature = signature_of(&failure->outcome);
    return observe(trial, &signature, failure->outcome.phase);
}

static void a_gateway_that_is_reached_is_no_target_that_is(void **state)
{
    (void)state;
    struct trial *refused = add(GATEWAY_OFF, FAMILY_TCP, ECONNREFUSED, PHASE_TCP);
    named(refused, "ECONNREFUSED");
    assert_int_equal(seen(refused, refused), OBSERVED_SIGNATURE);
    assert_int_equal(seen(refused, add(GATEWAY_HTTP, FAMILY_GATEWAY, CONNECT_FAILED, PHASE_GATEWAY)),
                     OBSERVED_UNRESOLVED);
    struct trial *elsewhere = add(GATEWAY_HTTP, FAMILY_TCP, ECONNREFUSED, PHASE_TCP);
    failed_at_gateway(elsewhere, "GATEWAY_ECONNREFUSED");
    assert_int_equal(seen(refused, elsewhere), OBSERVED_UNRESOLVED);
    // Whoever answers X.224 is the target.
    assert_int_equal(seen(refused, add(GATEWAY_HTTP, FAMILY_NEGOTIATION, 5, PHASE_NEGOTIATE)), OBSERVED_NO_SIGNATURE);
    assert_int_equal(seen(refused, add(GATEWAY_HTTP, FAMILY_NONE, 0, PHASE_ACTIVE)), OBSERVED_NO_SIGNATURE);
    // What does not reach the gateway itself is got over by a trial that does.
    assert_int_equal(seen(elsewhere, add(GATEWAY_HTTP, FAMILY_GATEWAY, CAP, PHASE_GATEWAY)), OBSERVED_NO_SIGNATURE);
}

static enum cause_status status(const char *id)
{
    find_made_causes(&run);
    return made_finding(&run, id)->status;
}

static void a_certificate_that_was_not_accepted(void **state)
{
    (void)state;
    named(add(GATEWAY_WEBSOCKET, FAMILY_LOCAL, 10, PHASE_GATEWAY), "CERTIFICATE_REJECTED");
    made_verdict(&run, VERDICT_ISOLATED);
    assert_int_equal(status("H28"), CAUSE_SUPPORTED);
}

static void a_certificate_of_the_target_is_another_one(void **state)
{
    (void)state;
    named(add(GATEWAY_WEBSOCKET, FAMILY_LOCAL, 10, PHASE_TLS), "CERTIFICATE_REJECTED");
    made_verdict(&run, VERDICT_ISOLATED);
    assert_int_equal(status("H28"), CAUSE_REFUTED);
}

static void a_policy_is_no_certificate(void **state)
{
    (void)state;
    add(GATEWAY_WEBSOCKET, FAMILY_GATEWAY, CAP, PHASE_GATEWAY);
    made_verdict(&run, VERDICT_ISOLATED);
    assert_int_equal(status("H28"), CAUSE_REFUTED);
    assert_int_equal(status("H01"), CAUSE_UNDECIDED);
}

static void a_password_that_the_gateway_accepted(void **state)
{
    (void)state;
    fact_set(add(GATEWAY_WEBSOCKET, FAMILY_GATEWAY, CAP, PHASE_GATEWAY)->facts, FACT_GATEWAY_CREDENTIALS,
             json_string("verified"));
    made_verdict(&run, VERDICT_ISOLATED);
    assert_int_equal(status("H09"), CAUSE_REFUTED);
}

static void a_token_that_the_gateway_refused(void **state)
{
    (void)state;
    add(GATEWAY_WEBSOCKET, FAMILY_GATEWAY, HRESULT | 0x59F8, PHASE_GATEWAY);
    made_verdict(&run, VERDICT_STOPPED);
    assert_int_equal(status("H09"), CAUSE_SUPPORTED);
}

static void a_gateway_without_a_certificate(void **state)
{
    (void)state;
    add(GATEWAY_WEBSOCKET, FAMILY_GATEWAY, 0x59EE, PHASE_GATEWAY);
    made_verdict(&run, VERDICT_ISOLATED);
    assert_int_equal(status("H28"), CAUSE_SUPPORTED);
}

static void a_target_that_the_gateway_does_not_reach(void **state)
{
    (void)state;
    add(GATEWAY_WEBSOCKET, FAMILY_GATEWAY, 0x59DD, PHASE_GATEWAY);
    made_verdict(&run, VERDICT_ISOLATED);
    assert_int_equal(status("H01"), CAUSE_SUPPORTED);
}

static void a_tunnel_made_for_others(void **state)
{
    (void)state;
    add(GATEWAY_OFF, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    add(GATEWAY_WEBSOCKET, FAMILY_NONE, 0, PHASE_ACTIVE);
    made_verdict(&run, VERDICT_ISOLATED);
    made_cause(&run, FACTOR_GATEWAY, GATEWAY_OFF, 1, 2);
    assert_int_equal(status("H28"), CAUSE_REFUTED);
}

// ---- in words, by the trials on record ----

static const char *told(void)
{
    static struct verdict verdict;
    struct isolation isolation = {
        .recorded = run.list, .recorded_count = run.count, .baseline = run.list[0]->variant, .levels = {1}};
    for (int f = 0; f < FACTOR_COUNT; f++)
        isolation.untestable[f] = f == FACTOR_GATEWAY ? NULL : "not here";
    isolation.levels[FACTOR_GATEWAY] = 7;
    isolate(&isolation, &verdict);
    return verdict.gateway;
}

static void nothing_where_no_trial_went_through_one(void **state)
{
    (void)state;
    add(GATEWAY_OFF, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    add(GATEWAY_OFF, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    assert_string_equal(told(), "");
}

static void the_far_host_refused(void **state)
{
    (void)state;
    add(GATEWAY_HTTP, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    add(GATEWAY_HTTP, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    assert_string_equal(told(), "the tunnel worked, the far host refused (trials 1 and 2)");
}

static void both_ways_refused(void **state)
{
    (void)state;
    add(GATEWAY_HTTP, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    add(GATEWAY_HTTP, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    add(GATEWAY_OFF, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    assert_string_equal(told(), "the tunnel worked, the far host refused (trials 1 and 2); directly the failure is the "
                                "same (trial 3)");
}

static void nobody_refused(void **state)
{
    (void)state;
    add(GATEWAY_HTTP, FAMILY_CLOSED, 0, PHASE_MCS);
    add(GATEWAY_HTTP, FAMILY_CLOSED, 0, PHASE_MCS);
    assert_string_equal(told(), "the tunnel worked, and the connection failed beyond it (trials 1 and 2)");
}

static void the_gateway_ended_the_session(void **state)
{
    (void)state;
    add(GATEWAY_HTTP, FAMILY_GATEWAY, 0x59F6, PHASE_ACTIVE);
    add(GATEWAY_HTTP, FAMILY_GATEWAY, 0x59F6, PHASE_ACTIVE);
    assert_string_equal(told(), "the tunnel worked until the gateway closed it (trials 1 and 2)");
}

static void a_name_that_the_policy_refuses(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct trial *trial = add(GATEWAY_HTTP, FAMILY_GATEWAY, RAP, PHASE_GATEWAY);
        fact_set(trial->facts, FACT_ADDRESS_ASKED, json_string("srv.corp.test"));
        fact_set(trial->facts, FACT_ADDRESS_PRESENTED, json_string("srv.corp.test"));
    }
    assert_string_equal(told(), "the gateway let the user in, and its resource policy (RAP) refused the target by the "
                                "name srv.corp.test (trials 1 and 2)");
}

static void a_gateway_that_does_not_reach_it_either(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        named(add(GATEWAY_OFF, FAMILY_TCP, ECONNREFUSED, PHASE_TCP), "ECONNREFUSED");
    add(GATEWAY_HTTP, FAMILY_GATEWAY, CONNECT_FAILED, PHASE_GATEWAY);
    assert_string_equal(told(), "the gateway let the user in, and could not reach the target (trial 3)");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, begin_run, end_run)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_gateway_that_is_reached_is_no_target_that_is),
        ROW(a_certificate_that_was_not_accepted),
        ROW(a_certificate_of_the_target_is_another_one),
        ROW(a_policy_is_no_certificate),
        ROW(a_password_that_the_gateway_accepted),
        ROW(a_token_that_the_gateway_refused),
        ROW(a_gateway_without_a_certificate),
        ROW(a_target_that_the_gateway_does_not_reach),
        ROW(a_tunnel_made_for_others),
        ROW(nothing_where_no_trial_went_through_one),
        ROW(the_far_host_refused),
        ROW(both_ways_refused),
        ROW(nobody_refused),
        ROW(the_gateway_ended_the_session),
        ROW(a_name_that_the_policy_refuses),
        ROW(a_gateway_that_does_not_reach_it_either),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
