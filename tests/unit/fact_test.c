// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "trial/fact.h"

static json_t *value_of(enum fact_type type)
{
    switch (type) {
    case FACT_TEXT:
        return json_string("text");
    case FACT_INTEGER:
        return json_integer(-5);
    case FACT_BOOLEAN:
        return json_true();
    case FACT_LIST:
        return json_pack("[s, s]", "one", "two");
    case FACT_REAL:
        return json_real(-90.5);
    case FACT_OBJECTS:
        return json_pack("[{s:s}]", "subject", "CN=one");
    }
    return NULL;
}

// What a fact takes of another type's value: a list is not looked into, a whole number is a number.
static bool takes(enum fact_type fact, enum fact_type value)
{
    return fact == value || (fact == FACT_LIST && value == FACT_OBJECTS) ||
           (fact == FACT_OBJECTS && value == FACT_LIST) || (fact == FACT_REAL && value == FACT_INTEGER);
}

static void test_every_fact(void **state)
{
    (void)state;
    json_t *facts = json_object();
    for (int i = 0; i < FACT_COUNT; i++) {
        const struct fact_row *row = fact_row((enum fact)i);
        char path[96];
        enum fact fact;
        snprintf(path, sizeof path, "%s.%s", row->group, row->name);
        assert_true(fact_from_path(path, &fact));
        assert_int_equal(fact, i);
        assert_true(row->title[0] != '\0');
        assert_null(fact_get(facts, fact));
        for (int type = FACT_TEXT; type <= FACT_OBJECTS; type++)
            assert_int_equal(fact_set(facts, fact, value_of((enum fact_type)type)),
                             takes(row->type, (enum fact_type)type));
        json_t *value = value_of(row->type);
        assert_true(fact_set(facts, fact, json_incref(value)));
        assert_true(json_equal(fact_get(facts, fact), value));
        json_decref(value);
    }
    enum fact fact;
    assert_false(fact_from_path("tls", &fact));
    assert_false(fact_from_path("tls.colour", &fact));
    json_decref(facts);
}

// The observers of TLS and certificates go from one block to the other by the distance.
static void check_block(enum fact first, enum fact last, enum fact gateway)
{
    for (int i = first; i <= (int)last; i++) {
        const struct fact_row *row = fact_row((enum fact)i), *same = fact_row((enum fact)(gateway + i - (int)first));
        char group[64];
        snprintf(group, sizeof group, "gateway.%s", row->group);
        assert_string_equal(same->group, group);
        assert_string_equal(same->name, row->name);
        assert_int_equal(same->type, row->type);
    }
}

static void test_the_gateways_facts_are_in_the_order_of_the_targets(void **state)
{
    (void)state;
    check_block(FACT_TLS_VERSION, FACT_TLS_ENDED_WITH, FACT_GATEWAY_TLS_VERSION);
    check_block(FACT_CERTIFICATE_SUBJECT, FACT_CERTIFICATE_CHAIN, FACT_GATEWAY_CERTIFICATE_SUBJECT);
}

static void test_readers(void **state)
{
    (void)state;
    json_t *facts = json_object();
    assert_string_equal(fact_text(facts, FACT_TLS_VERSION, "none"), "none");
    assert_int_equal(fact_integer(facts, FACT_ERRINFO_CODE, -1), -1);
    assert_true(fact_boolean(facts, FACT_CERTIFICATE_TRUSTED, true));
    assert_false(fact_has(facts, FACT_LICENSING_MESSAGES, "LICENSE_REQUEST"));
    assert_true(fact_set(facts, FACT_ERRINFO_CODE, json_integer(0xFFFFFFFF)));
    assert_true(fact_integer(facts, FACT_ERRINFO_CODE, 0) == 0xFFFFFFFF);
    assert_true(fact_append(facts, FACT_LICENSING_MESSAGES, "LICENSE_REQUEST"));
    assert_true(fact_append(facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE"));
    assert_true(fact_has(facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE"));
    assert_false(fact_has(facts, FACT_LICENSING_MESSAGES, "NEW"));
    assert_int_equal(json_array_size(fact_get(facts, FACT_LICENSING_MESSAGES)), 2);
    assert_true(fact_set(facts, FACT_CLOCK_SKEW, json_real(-90.5)));
    assert_true(fact_real(facts, FACT_CLOCK_SKEW, 0) == -90.5);
    assert_true(fact_real(facts, FACT_CLOCK_UNCERTAINTY, 7) == 7);
    json_decref(facts);
}

static void test_a_group_in_a_group(void **state)
{
    (void)state;
    json_t *facts = json_object();
    assert_true(fact_set(facts, FACT_GATEWAY_TRANSPORT, json_string("http")));
    assert_true(fact_set(facts, FACT_GATEWAY_TLS_VERSION, json_string("1.2")));
    assert_true(fact_set(facts, FACT_GATEWAY_TLS_CIPHER, json_string("NULL")));
    assert_true(fact_set(facts, FACT_TLS_VERSION, json_string("1.3")));
    json_t *expected = json_pack("{s:{s:s, s:{s:s, s:s}}, s:{s:s}}", "gateway", "transport", "http", "tls", "version",
                                 "1.2", "cipher", "NULL", "tls", "version", "1.3");
    assert_true(json_equal(facts, expected));
    assert_string_equal(fact_text(facts, FACT_GATEWAY_TLS_VERSION, ""), "1.2");
    assert_null(fact_get(facts, FACT_GATEWAY_CERTIFICATE_SUBJECT));
    json_decref(expected);
    json_decref(facts);
}

static void a_fact_can_be_taken_out(void **state)
{
    (void)state;
    json_t *facts = json_object();
    fact_remove(facts, FACT_END_SILENCE); // was not there
    fact_set(facts, FACT_END_SILENCE, json_integer(1));
    fact_set(facts, FACT_ENDED_BY, json_string("server"));
    fact_remove(facts, FACT_END_SILENCE);
    assert_null(fact_get(facts, FACT_END_SILENCE));
    assert_string_equal(fact_text(facts, FACT_ENDED_BY, ""), "server");
    fact_remove(facts, FACT_ENDED_BY);
    assert_int_equal(json_object_size(facts), 0); // no empty group is left
    json_decref(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fact_can_be_taken_out),
        cmocka_unit_test(test_every_fact),
        cmocka_unit_test(test_readers),
        cmocka_unit_test(test_the_gateways_facts_are_in_the_order_of_the_targets),
        cmocka_unit_test(test_a_group_in_a_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
