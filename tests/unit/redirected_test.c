// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trial/fact.h"
#include "trial/redirected.h"

static const struct target broker = {.host = "broker.example", .port = 3390};

static struct trial redirected(void)
{
    struct trial trial;
    assert_true(trial_init(&trial));
    trial.outcome = (struct outcome){.result = RESULT_FAILED, .family = FAMILY_REDIRECTION};
    return trial;
}

static void goes_to_the_name_before_the_address(void **state)
{
    struct trial trial = redirected();
    struct target to;
    const char *token;
    uint32_t session;
    (void)state;
    assert_true(trial_redirected_to(&trial, &broker, &to, &token, &session)); // to a session of the same host
    assert_string_equal(to.host, "broker.example");
    fact_set(trial.facts, FACT_REDIRECTION_NETBIOS, json_string("no host"));
    assert_false(trial_redirected_to(&trial, &broker, &to, &token, &session));
    fact_set(trial.facts, FACT_REDIRECTION_NETBIOS, json_string("HOST7"));
    assert_true(trial_redirected_to(&trial, &broker, &to, &token, &session));
    assert_string_equal(to.host, "HOST7");
    fact_set(trial.facts, FACT_REDIRECTION_ADDRESS, json_string("2001:db8::7"));
    assert_true(trial_redirected_to(&trial, &broker, &to, &token, &session));
    assert_string_equal(to.host, "2001:db8::7");
    assert_true(to.literal);
    fact_set(trial.facts, FACT_REDIRECTION_FQDN, json_string("host7.example"));
    assert_true(trial_redirected_to(&trial, &broker, &to, &token, &session));
    assert_string_equal(to.host, "host7.example");
    assert_int_equal(to.port, 3390);
    assert_string_equal(token, "");
    assert_int_equal(session, 0);
    fact_set(trial.facts, FACT_REDIRECTION_SESSION, json_integer(0xFFFFFFFE));
    assert_true(trial_redirected_to(&trial, &broker, &to, &token, &session));
    assert_int_equal(session, 0xFFFFFFFE);
    trial_clear(&trial);
}

static void a_token_goes_back_to_where_it_came_from(void **state)
{
    struct trial trial = redirected();
    struct target to;
    const char *token;
    uint32_t session;
    (void)state;
    fact_set(trial.facts, FACT_REDIRECTION_FQDN, json_string("host7.example"));
    fact_set(trial.facts, FACT_REDIRECTION_LOAD_BALANCE, json_string("Cookie: msts=1"));
    assert_true(trial_redirected_to(&trial, &broker, &to, &token, &session));
    assert_string_equal(to.host, "broker.example");
    assert_string_equal(token, "Cookie: msts=1");
    trial_clear(&trial);
}

static void another_outcome_sends_nobody_anywhere(void **state)
{
    struct trial trial = redirected();
    struct target to;
    const char *token;
    uint32_t session;
    (void)state;
    fact_set(trial.facts, FACT_REDIRECTION_FQDN, json_string("host7.example"));
    trial.outcome.family = FAMILY_CLOSED; // LB_NOREDIRECT, and what came afterwards
    assert_false(trial_redirected_to(&trial, &broker, &to, &token, &session));
    trial.outcome = (struct outcome){.result = RESULT_CONNECTED};
    assert_false(trial_redirected_to(&trial, &broker, &to, &token, &session));
    trial_clear(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_to_the_name_before_the_address),
        cmocka_unit_test(a_token_goes_back_to_where_it_came_from),
        cmocka_unit_test(another_outcome_sends_nobody_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
