// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "trial/effect.h"
#include "trial/fact.h"
#include "trial/outcome_record.h"
#include "trial/trial.h"

static struct trial example(void)
{
    struct trial trial;
    assert_true(trial_init(&trial));
    trial.number = 7;
    strcpy(trial.target, "srv.example:3389");
    trial.repeat = 2;
    trial.variant = (struct variant){{SECURITY_TLS, TLS_1_2, ADDRESS_IPV6, GATEWAY_HTTP, LICENSE_REUSE}};
    trial.outcome = (struct outcome){.result = RESULT_FAILED,
                                     .phase = PHASE_LICENSING,
                                     .family = FAMILY_ERRINFO,
                                     .side = SIDE_TARGET,
                                     .code = 7,
                                     .name = "ERRINFO_SERVER_DENIED_CONNECTION",
                                     .detail = "the server denied the connection",
                                     .mstsc = {BASIS_DOCUMENTED, 3, 7},
                                     .freerdp = {0x2000D, "ERRCONNECT_CONNECT_TRANSPORT_FAILED"}};
    trial.redirected_from = 6;
    trial.phases[0] = (struct phase_time){PHASE_RESOLVE, 0, 0.4, 0};
    trial.phases[1] = (struct phase_time){PHASE_TCP, 0.4, 1.125, 1};
    trial.phases[2] = (struct phase_time){PHASE_GATEWAY, 1.525, 9.5, 3};
    trial.phase_count = 3;
    trial.steps[0] = (struct step_time){GATEWAY_STEP_TLS, 1.525, 8};
    trial.steps[1] = (struct step_time){GATEWAY_STEP_SECOND_TCP, 9.525, 1.5};
    trial.step_count = 2;
    assert_true(fact_set(trial.facts, FACT_TLS_VERSION, json_string("1.2")));
    assert_true(fact_append(trial.facts, FACT_LICENSING_MESSAGES, "LICENSE_INFO"));
    trial.connections = 2;
    trial.logons = 1;
    trial.failed_logons = 1;
    trial.ms = 41.75;
    trial.peak_kib = 4096;
    trial.cpu_ms = 7.25;
    return trial;
}

static void test_round_trip(void **state)
{
    (void)state;
    char error[200];
    struct trial trial = example(), read;
    json_t *json = trial_to_json(&trial);
    assert_non_null(json);
    assert_true(trial_from_json(json, &read, error, sizeof error));

    assert_int_equal(read.number, 7);
    assert_string_equal(read.target, trial.target);
    assert_int_equal(read.repeat, 2);
    assert_true(variant_equal(&read.variant, &trial.variant));
    assert_int_equal(read.until, PHASE_ACTIVE);
    assert_int_equal(read.outcome.result, RESULT_FAILED);
    assert_int_equal(read.outcome.phase, PHASE_LICENSING);
    assert_int_equal(read.outcome.family, FAMILY_ERRINFO);
    assert_int_equal(read.outcome.side, SIDE_TARGET);
    assert_int_equal(read.outcome.code, 7);
    assert_string_equal(read.outcome.name, trial.outcome.name);
    assert_string_equal(read.outcome.detail, trial.outcome.detail);
    assert_int_equal(read.outcome.mstsc.basis, BASIS_DOCUMENTED);
    assert_int_equal(read.outcome.mstsc.code, 3);
    assert_int_equal(read.outcome.mstsc.extended, 7);
    assert_int_equal(read.outcome.freerdp.code, 0x2000D);
    assert_string_equal(read.outcome.freerdp.name, trial.outcome.freerdp.name);
    assert_int_equal(read.phase_count, 3);
    assert_int_equal(read.phases[1].phase, PHASE_TCP);
    assert_true(read.phases[1].ms == 1.125);
    assert_int_equal(read.redirected_from, 6);
    assert_int_equal(read.phases[1].round_trips, 1);
    assert_string_equal(fact_text(read.facts, FACT_TLS_VERSION, ""), "1.2");
    assert_true(fact_has(read.facts, FACT_LICENSING_MESSAGES, "LICENSE_INFO"));
    assert_int_equal(read.connections, 2);
    assert_int_equal(read.logons, 1);
    assert_int_equal(read.failed_logons, 1);
    assert_true(read.ms == 41.75);
    assert_int_equal(read.peak_kib, 4096);
    assert_true(read.cpu_ms == 7.25);
    assert_int_equal(read.step_count, 2);
    assert_int_equal(read.steps[1].step, GATEWAY_STEP_SECOND_TCP);
    assert_true(read.steps[1].start == 9.525 && read.steps[1].ms == 1.5);

    json_t *again = trial_to_json(&read);
    assert_true(json_equal(json, again));
    json_decref(again);
    json_decref(json);
    trial_clear(&read);
    trial_clear(&trial);
}

static void test_connected(void **state)
{
    (void)state;
    char error[200];
    struct trial trial, read;
    assert_true(trial_init(&trial));
    trial.until = PHASE_TLS;
    trial.outcome.phase = PHASE_TLS;
    json_t *json = trial_to_json(&trial);
    assert_null(json_object_get(json_object_get(json, "outcome"), "family"));
    assert_true(trial_from_json(json, &read, error, sizeof error));
    assert_int_equal(read.until, PHASE_TLS);
    assert_int_equal(read.outcome.result, RESULT_CONNECTED);
    assert_int_equal(read.outcome.family, FAMILY_NONE);
    json_decref(json);
    trial_clear(&read);
    trial_clear(&trial);

    assert_true(trial_init(&trial));
    trial.until = trial.outcome.phase = PHASE_NLA;
    trial.at_challenge = true;
    json = trial_to_json(&trial);
    assert_string_equal(json_string_value(json_object_get(json, "until")), "nla-challenge");
    assert_true(trial_from_json(json, &read, error, sizeof error));
    assert_int_equal(read.until, PHASE_NLA);
    assert_true(read.at_challenge);
    json_decref(json);
    trial_clear(&read);
    trial_clear(&trial);
    trial_clear(&trial); // safe on a zeroed record
}

// Sets one member of the example's record, and reads it. Returns whether that worked.
static bool read_with(const char *member, json_t *value, char *error, size_t size)
{
    struct trial trial = example(), read;
    json_t *json = trial_to_json(&trial);
    if (value)
        json_object_set_new(json, member, value);
    else
        json_object_del(json, member);
    bool ok = trial_from_json(json, &read, error, size);
    if (ok)
        trial_clear(&read);
    json_decref(json);
    trial_clear(&trial);
    return ok;
}

static enum failing_side side_read(json_t *outcome)
{
    char error[200];
    struct outcome read;
    assert_true(outcome_from_json(outcome, &read, error, sizeof error));
    json_decref(outcome);
    return read.side;
}

static json_t *failed(const char *phase, const char *family, const char *name)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "result", "failed", "phase", phase, "family", family, "name", name);
}

// Records of releases that told the side by the name alone.
static void test_side_of_older_records(void **state)
{
    (void)state;
    assert_int_equal(side_read(failed("tcp", "tcp", "GATEWAY_ECONNREFUSED")), SIDE_GATEWAY);
    assert_int_equal(side_read(failed("resolve", "dns", "GATEWAY_EAI_NONAME")), SIDE_GATEWAY);
    assert_int_equal(side_read(failed("tcp", "tcp", "ECONNREFUSED")), SIDE_TARGET);
    assert_int_equal(side_read(failed("tls", "tls", "sent_protocol_version")), SIDE_CLIENT);
    assert_int_equal(side_read(failed("tls", "tls", "protocol_version")), SIDE_TARGET);
    assert_int_equal(side_read(failed("gateway", "closed", "FIN")), SIDE_GATEWAY);
    assert_int_equal(side_read(failed("active", "gateway", "E_PROXY_SESSIONTIMEOUT")), SIDE_GATEWAY);
    assert_int_equal(side_read(failed("tls", "local", "CERTIFICATE_REJECTED")), SIDE_CLIENT);
    assert_int_equal(side_read(json_pack("{s:s, s:s}", "result", "connected", "phase", "active")), SIDE_NONE);
}

// A journal older than a factor had what was sent then, which need not be today's default.
static void test_factor_that_an_older_record_lacks(void **state)
{
    struct trial trial = example(), read;
    json_t *json = trial_to_json(&trial);
    char error[200];
    (void)state;
    json_object_del(json_object_get(json, "variant"), "keyboard");
    json_object_del(json_object_get(json, "variant"), "segment-size");
    json_object_set_new(json_object_get(json, "facts"), "client", json_pack("{s:i}", "keyboard", 0));
    assert_true(trial_from_json(json, &read, error, sizeof error));
    assert_int_equal(read.variant.level[FACTOR_KEYBOARD], KEYBOARD_NONE);
    assert_int_equal(factor_effect(FACTOR_KEYBOARD, &read), EFFECT_YES);
    assert_int_equal(read.variant.level[FACTOR_SEGMENT_SIZE], 0);
    json_decref(json);
    trial_clear(&read);
    trial_clear(&trial);
}

static void test_refusals(void **state)
{
    (void)state;
    char error[200];
    assert_false(read_with("target", NULL, error, sizeof error));
    assert_string_equal(error, "the record has no text \"target\"");
    assert_false(read_with("outcome", NULL, error, sizeof error));
    assert_false(read_with("until", json_string("lunch"), error, sizeof error));
    assert_non_null(strstr(error, "lunch"));
    assert_false(read_with("variant", json_pack("{s:s}", "colour", "blue"), error, sizeof error));
    assert_non_null(strstr(error, "colour"));
    assert_false(read_with("variant", json_pack("{s:s}", "tls", "1.7"), error, sizeof error));
    assert_non_null(strstr(error, "1.7"));
    assert_false(read_with("variant", json_pack("{s:i}", "tls", 1), error, sizeof error));
    assert_true(read_with("unheard-of", json_integer(1), error, sizeof error));
    assert_true(read_with("until", NULL, error, sizeof error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_connected),
        cmocka_unit_test(test_side_of_older_records),
        cmocka_unit_test(test_factor_that_an_older_record_lacks),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
