// SPDX-License-Identifier: Apache-2.0
// Trials that followed redirections: what is studied of them, and that it is the same from records in any number.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "trial/effect.h"
#include "trial/fact.h"
#include "trial/journey.h"
#include "trial/redirected.h"

enum { RECORDS = 12 };

struct records {
    struct trial trials[RECORDS];
    unsigned count;
    struct journeys journeys;
};

static struct trial *add(struct records *records, uint64_t from, enum family family, enum phase phase)
{
    struct trial *trial = &records->trials[records->count];
    assert_true(trial_init(trial));
    trial->number = ++records->count;
    trial->redirected_from = from;
    trial->outcome = (struct outcome){
        .result = family == FAMILY_NONE ? RESULT_CONNECTED : RESULT_FAILED, .family = family, .phase = phase};
    trial->connections = trial->logons = 1;
    trial->ms = 10;
    snprintf(trial->target, sizeof trial->target, "host%u.example:3389", records->count);
    return trial;
}

static void take(struct records *records)
{
    for (unsigned i = 0; i < records->count; i++)
        assert_true(journeys_add(&records->journeys, &records->trials[i]));
}

static void clear(struct records *records)
{
    journeys_clear(&records->journeys);
    for (unsigned i = 0; i < records->count; i++)
        trial_clear(&records->trials[i]);
}

static void what_was_not_sent_on_is_its_own_record(void **state)
{
    struct records records = {0};
    (void)state;
    add(&records, 0, FAMILY_NONE, PHASE_ACTIVE);
    add(&records, 7, FAMILY_NONE, PHASE_ACTIVE); // of what is not there
    take(&records);
    assert_int_equal(records.journeys.count, 2);
    assert_ptr_equal(records.journeys.trials[0], &records.trials[0]);
    assert_ptr_equal(records.journeys.trials[1], &records.trials[1]);
    assert_null(records.journeys.trials[0]->first);
    assert_int_equal(trial_reach(records.journeys.trials[0]), PHASE_ACTIVE);
    clear(&records);
}

static void a_journey_ends_as_its_last_connection_did(void **state)
{
    struct records records = {0};
    (void)state;
    struct trial *first = add(&records, 0, FAMILY_REDIRECTION, PHASE_CAPABILITIES);
    first->variant.level[FACTOR_SECURITY] = SECURITY_TLS;
    first->repeat = 3;
    struct trial *second = add(&records, 1, FAMILY_REDIRECTION, PHASE_ACTIVE);
    second->variant.level[FACTOR_LOAD_BALANCE] = LOAD_BALANCE_TOKEN;
    struct trial *third = add(&records, 2, FAMILY_NEGOTIATION, PHASE_NEGOTIATE);
    third->outcome.code = 5;
    third->failed_logons = 1;
    add(&records, 0, FAMILY_NONE, PHASE_ACTIVE);
    take(&records);
    assert_int_equal(records.journeys.count, 2);
    const struct trial *whole = records.journeys.trials[0];
    assert_ptr_equal(journeys_numbered(&records.journeys, 3), whole);
    assert_null(journeys_numbered(&records.journeys, 1));
    assert_true(variant_equal(&whole->variant, &first->variant));
    assert_int_equal(whole->repeat, 3);
    assert_int_equal(whole->number, 3);
    assert_int_equal(whole->outcome.code, 5);
    assert_string_equal(whole->target, "host3.example:3389");
    assert_int_equal(whole->connections, 3);
    assert_int_equal(whole->logons, 3);
    assert_int_equal(whole->failed_logons, 1);
    assert_true(whole->ms > 29 && whole->ms < 31);
    assert_ptr_equal(whole->first, first);
    assert_int_equal(whole->redirections, 2);
    // It failed in the negotiation, behind two servers that were past it.
    assert_int_equal(whole->outcome.phase, PHASE_NEGOTIATE);
    assert_int_equal(trial_reach(whole), PHASE_ACTIVE);
    clear(&records);
}

static void facts_are_those_of_the_end_but_for_the_logons_of_gateways_and_licensing(void **state)
{
    struct records records = {0};
    (void)state;
    struct trial *first = add(&records, 0, FAMILY_REDIRECTION, PHASE_CAPABILITIES);
    fact_set(first->facts, FACT_TLS_VERSION, json_string("1.3"));
    fact_set(first->facts, FACT_GATEWAY_LOGONS, json_integer(1));
    fact_set(first->facts, FACT_LICENSING_ROLE, json_string("valid-client"));
    fact_set(first->facts, FACT_LICENSING_MESSAGES, json_pack("[s]", "ERROR_ALERT"));
    struct trial *second = add(&records, 1, FAMILY_NEGOTIATION, PHASE_NEGOTIATE);
    fact_set(second->facts, FACT_GATEWAY_LOGONS, json_integer(2));
    take(&records);
    const json_t *facts = records.journeys.trials[0]->facts;
    assert_null(fact_get(facts, FACT_TLS_VERSION));
    assert_int_equal(fact_integer(facts, FACT_GATEWAY_LOGONS, 0), 3);
    assert_string_equal(fact_text(facts, FACT_LICENSING_ROLE, ""), "valid-client");
    assert_true(fact_has(facts, FACT_LICENSING_MESSAGES, "ERROR_ALERT"));
    assert_int_equal(fact_integer(second->facts, FACT_GATEWAY_LOGONS, 0), 2); // the record stays what it was
    clear(&records);
}

// A token stands in place of the cookie, a session in that of the administrative one, a host is named by the broker.
static void what_the_broker_says_is_in_effect_as_the_first_connection_shows(void **state)
{
    struct records records = {0};
    (void)state;
    struct trial *first = add(&records, 0, FAMILY_REDIRECTION, PHASE_CAPABILITIES);
    struct trial *second = add(&records, 1, FAMILY_NONE, PHASE_ACTIVE);
    first->variant.level[FACTOR_ADDRESS] = ADDRESS_IPV6;
    first->variant.level[FACTOR_COOKIE] = COOKIE_USER;
    first->variant.level[FACTOR_ADMIN] = ADMIN_ON;
    fact_set(first->facts, FACT_ADDRESS_PRESENTED, json_string("::1"));
    fact_set(first->facts, FACT_ADDRESS_FAMILY, json_string("ipv6"));
    fact_set(first->facts, FACT_NEGOTIATION_REQUESTED, json_pack("[s]", "HYBRID"));
    fact_set(first->facts, FACT_NEGOTIATION_COOKIE, json_string("bob"));
    fact_set(first->facts, FACT_CLIENT_CLUSTER_FLAGS, json_integer(2));
    fact_set(first->facts, FACT_CLIENT_SESSION, json_integer(0));
    fact_set(second->facts, FACT_ADDRESS_PRESENTED, json_string("127.0.0.1"));
    fact_set(second->facts, FACT_ADDRESS_FAMILY, json_string("ipv4"));
    fact_set(second->facts, FACT_NEGOTIATION_REQUESTED, json_pack("[s]", "HYBRID"));
    fact_set(second->facts, FACT_NEGOTIATION_ROUTING_TOKEN, json_string("Cookie: msts=1"));
    fact_set(second->facts, FACT_CLIENT_CLUSTER_FLAGS, json_integer(2));
    fact_set(second->facts, FACT_CLIENT_SESSION, json_integer(5));
    take(&records);
    static const enum factor led[] = {FACTOR_ADDRESS, FACTOR_COOKIE, FACTOR_ADMIN, FACTOR_LOAD_BALANCE};
    for (size_t i = 0; i < sizeof led / sizeof *led; i++)
        assert_int_equal(factor_effect(led[i], records.journeys.trials[0]), EFFECT_YES);
    clear(&records);
}

static void a_journey_that_was_given_up_is_known(void **state)
{
    struct records records = {0};
    (void)state;
    add(&records, 0, FAMILY_REDIRECTION, PHASE_CAPABILITIES);
    for (unsigned i = 0; i < REDIRECTIONS_MAX; i++)
        add(&records, i + 1, FAMILY_REDIRECTION, PHASE_CAPABILITIES);
    for (unsigned i = 0; i <= REDIRECTIONS_MAX; i++) {
        assert_true(journeys_add(&records.journeys, &records.trials[i]));
        assert_int_equal(records.journeys.count, 1);
        assert_int_equal(journey_is_cut(records.journeys.trials[0]), i < REDIRECTIONS_MAX); // a circle ends there
    }
    records.trials[0].outcome.family = FAMILY_ERRINFO;
    assert_false(journey_is_cut(&records.trials[0]));
    clear(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_not_sent_on_is_its_own_record),
        cmocka_unit_test(a_journey_ends_as_its_last_connection_did),
        cmocka_unit_test(facts_are_those_of_the_end_but_for_the_logons_of_gateways_and_licensing),
        cmocka_unit_test(what_the_broker_says_is_in_effect_as_the_first_connection_shows),
        cmocka_unit_test(a_journey_that_was_given_up_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
