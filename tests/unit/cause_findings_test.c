// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "analysis/cause_evidence.h"
#include "analysis/cause_signs.h"
#include "made_run.h"

static struct made_run run;

static int end_run(void **state)
{
    (void)state;
    made_run_end(&run);
    return 0;
}

static void expect(const char *id, enum cause_status status)
{
    if (made_finding(&run, id)->status != status)
        fail_msg("%s is %s, not %s", id, cause_status_name(made_finding(&run, id)->status), cause_status_name(status));
}

static bool shows(enum cause_evidence evidence)
{
    struct shown shown[EVIDENCE_COUNT];
    gather_evidence(&run.verdict, run.list, run.count, shown);
    return shown[evidence].is;
}

static void without_a_failure_nothing_is_decided(void **state)
{
    (void)state;
    made_run_begin(&run);
    made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_NONE, 0, PHASE_ACTIVE);
    find_made_causes(&run);
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        assert_int_equal(run.findings[i].status, CAUSE_UNDECIDED);
        assert_int_equal(run.findings[i].because_count, 0);
        assert_int_equal(run.findings[i].fact_count, 0);
    }
}

// Every status of a run rests on evidence that the row names, and on trials of that run.
static void every_status_rests_on_trials(void **state)
{
    static void (*const made[])(struct made_run *) = {made_denial_of_everybody, made_tls_cause, made_wrong_password,
                                                      made_unknown_name, made_nla_only};
    (void)state;
    for (size_t m = 0; m < sizeof made / sizeof made[0]; m++) {
        made[m](&run);
        for (size_t i = 0; i < CAUSE_COUNT; i++) {
            const struct cause_finding *finding = &run.findings[i];
            bool has[EVIDENCE_COUNT] = {false};
            for (unsigned k = 0; k < finding->evidence_count; k++)
                has[finding->evidence[k]] = true;
            assert_int_equal(cause_judge(finding->cause, has), finding->status);
            assert_true(finding->status == CAUSE_UNDECIDED || finding->because_count > 0);
            for (unsigned k = 0; k < finding->because_count; k++) {
                assert_in_range(finding->because[k], 1, run.count);
                assert_true(k == 0 || finding->because[k - 1] < finding->because[k]);
            }
        }
        made_run_end(&run);
    }
}

static void everybody_is_denied(void **state)
{
    (void)state;
    made_denial_of_everybody(&run);
    expect("H05", CAUSE_UNDECIDED); // it would look so, and so would others
    expect("H01", CAUSE_REFUTED);
    expect("H06", CAUSE_REFUTED); // the server had not asked who it is
    expect("H16", CAUSE_REFUTED);
    expect("H35", CAUSE_UNDECIDED);
    assert_true(made_finding(&run, "H16")->contradicts_protocol);
    assert_false(made_finding(&run, "H05")->contradicts_protocol);
}

static void only_users_are_denied(void **state)
{
    (void)state;
    made_run_begin(&run);
    made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    made_verdict(&run, VERDICT_NOT_CLIENT_SIDE);
    find_made_causes(&run);
    expect("H05", CAUSE_UNDECIDED);
    expect("H06", CAUSE_UNDECIDED);
    expect("H09", CAUSE_REFUTED);
}

static void a_proved_tls_version(void **state)
{
    (void)state;
    made_tls_cause(&run);
    expect("H14", CAUSE_SUPPORTED);
    expect("H13", CAUSE_REFUTED); // the handshake was complete
    expect("H05", CAUSE_REFUTED); // the server let the other version in
    expect("H34", CAUSE_REFUTED);
    assert_int_equal(made_finding(&run, "H14")->because_count, 2);
    assert_int_equal(made_finding(&run, "H14")->because[0], 1);
    assert_int_equal(made_finding(&run, "H14")->because[1], 2);
}

// A finding alone proves nothing: the minimal pair does.
static void a_cause_without_its_pair(void **state)
{
    (void)state;
    made_tls_cause(&run);
    run.verdict.pair_count = 0;
    find_made_causes(&run);
    expect("H14", CAUSE_REFUTED);
    expect("H05", CAUSE_UNDECIDED);
}

static void a_stored_licence(void **state)
{
    (void)state;
    made_run_begin(&run);
    fact_append(made_trial(&run, FACTOR_LICENSE, LICENSE_REUSE, FAMILY_ERRINFO, 7, PHASE_LICENSING)->facts,
                FACT_LICENSING_MESSAGES, "LICENSE_INFO");
    made_trial(&run, FACTOR_LICENSE, LICENSE_CLEAR, FAMILY_NONE, 0, PHASE_ACTIVE);
    made_verdict(&run, VERDICT_ISOLATED);
    made_cause(&run, FACTOR_LICENSE, LICENSE_REUSE, 1, 2);
    find_made_causes(&run);
    expect("H16", CAUSE_UNDECIDED); // an intact one decides, and a corrupt one was never tried
    expect("H17", CAUSE_UNDECIDED); // no clock was seen
}

static void a_corrupt_licence(void **state)
{
    (void)state;
    made_run_begin(&run);
    fact_append(made_trial(&run, FACTOR_LICENSE, LICENSE_CORRUPT, FAMILY_ERRINFO, 7, PHASE_LICENSING)->facts,
                FACT_LICENSING_MESSAGES, "LICENSE_INFO");
    made_trial(&run, FACTOR_LICENSE, LICENSE_REUSE, FAMILY_NONE, 0, PHASE_ACTIVE);
    made_verdict(&run, VERDICT_ISOLATED);
    made_cause(&run, FACTOR_LICENSE, LICENSE_CORRUPT, 1, 2);
    find_made_causes(&run);
    expect("H16", CAUSE_SUPPORTED);
}

// An empty store that fails where a stored licence works is another matter.
static void an_empty_licence_store(void **state)
{
    (void)state;
    made_run_begin(&run);
    fact_append(made_trial(&run, FACTOR_LICENSE, LICENSE_CLEAR, FAMILY_ERRINFO, 7, PHASE_LICENSING)->facts,
                FACT_LICENSING_MESSAGES, "NEW_LICENSE_REQUEST");
    made_verdict(&run, VERDICT_ISOLATED);
    made_cause(&run, FACTOR_LICENSE, LICENSE_CLEAR, 1, 1);
    find_made_causes(&run);
    expect("H16", CAUSE_REFUTED);
}

static void ways_to_fail_the_logon(void **state)
{
    static const struct {
        uint32_t code;
        const char *id;
    } codes[] = {
        {0xC0000234, "H07"}, {0xC0000072, "H07"}, {0xC000015B, "H06"}, {0xC000005E, "H31"}, {0xC000006D, "H09"}};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        made_run_begin(&run);
        made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_CREDSSP, codes[i].code, PHASE_NLA);
        made_verdict(&run, VERDICT_STOPPED);
        find_made_causes(&run);
        expect(codes[i].id, CAUSE_SUPPORTED);
        expect("H10", CAUSE_UNDECIDED); // the server did answer
        expect("H11", CAUSE_UNDECIDED);
        made_run_end(&run);
    }
}

// What refuses is the way to log on, the domain or a name: neither the password nor the state of the account.
static void policies_are_no_passwords(void **state)
{
    static const struct {
        uint32_t code;
        const char *id;
    } codes[] = {{0xC000006E, "H43"}, {0x80090302, "H43"}, {0xC0000418, "H43"}, {0xC000018D, "H44"},
                 {0xC000019B, "H44"}, {0x80090322, "H45"}, {0x80090346, "H29"}, {0x80090311, "H31"}};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        made_run_begin(&run);
        made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_CREDSSP, codes[i].code, PHASE_NLA);
        made_verdict(&run, VERDICT_STOPPED);
        find_made_causes(&run);
        expect(codes[i].id, CAUSE_SUPPORTED);
        expect("H07", CAUSE_UNDECIDED);
        expect("H09", CAUSE_UNDECIDED);
        expect("H10", CAUSE_UNDECIDED);
        made_run_end(&run);
    }
}

static void a_gateway_that_judged_no_password(void **state)
{
    (void)state;
    made_run_begin(&run);
    struct trial *trial = made_trial(&run, FACTOR_GATEWAY, GATEWAY_HTTP, FAMILY_GATEWAY, 401, PHASE_GATEWAY);
    strcpy(trial->outcome.name, "NO_COMMON_SCHEME");
    made_verdict(&run, VERDICT_STOPPED);
    find_made_causes(&run);
    expect("H09", CAUSE_UNDECIDED);
    strcpy(trial->outcome.name, "USER_ACCOUNT_RESTRICTED");
    made_verdict(&run, VERDICT_STOPPED);
    find_made_causes(&run);
    expect("H09", CAUSE_UNDECIDED);
    expect("H43", CAUSE_SUPPORTED);
    made_run_end(&run);
}

// A server that closes in TLS says nothing of its certificate, and a broker that redirects is no broken one.
static void what_is_no_sign_of_its_own(void **state)
{
    (void)state;
    made_run_begin(&run);
    made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_CLOSED, 0, PHASE_TLS);
    made_verdict(&run, VERDICT_NOT_CLIENT_SIDE);
    find_made_causes(&run);
    expect("H15", CAUSE_UNDECIDED);
    made_run_end(&run);
    made_run_begin(&run);
    made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_REDIRECTION, 0, PHASE_CAPABILITIES);
    made_verdict(&run, VERDICT_NOT_CLIENT_SIDE);
    find_made_causes(&run);
    expect("H33", CAUSE_UNDECIDED);
    made_run_end(&run);
}

// Whatever version fails, the remedy names none.
static void no_remedy_names_a_level_that_fails(void **state)
{
    (void)state;
    for (unsigned level = 0; level < factor_levels(FACTOR_TLS); level++)
        assert_null(strstr(cause_row_of("H14")->remedy, level_name(FACTOR_TLS, level)));
}

static void authorization_is_no_password(void **state)
{
    (void)state;
    made_run_begin(&run);
    made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_AUTHORIZATION, 5, PHASE_NLA);
    made_verdict(&run, VERDICT_STOPPED);
    find_made_causes(&run);
    expect("H06", CAUSE_SUPPORTED);
    expect("H09", CAUSE_UNDECIDED);
    expect("H10", CAUSE_UNDECIDED);
    expect("H11", CAUSE_UNDECIDED);
    made_run_end(&run);
}

static void ways_not_to_get_there(void **state)
{
    (void)state;
    made_run_begin(&run);
    struct trial *trial = made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_TCP, ECONNREFUSED, PHASE_TCP);
    strcpy(trial->outcome.name, "ECONNREFUSED");
    made_verdict(&run, VERDICT_INCONCLUSIVE);
    find_made_causes(&run);
    expect("H01", CAUSE_UNDECIDED); // somebody refused
    expect("H02", CAUSE_UNDECIDED);
    expect("H32", CAUSE_UNDECIDED);
    expect("H04", CAUSE_SUPPORTED);
    expect("H42", CAUSE_REFUTED);
    expect("H05", CAUSE_UNDECIDED);
    assert_true(shows(EVIDENCE_TCP_REFUSED));
    assert_false(shows(EVIDENCE_TCP_SILENT));
}

// Accidents: the same variant fails once and works once.
static void a_failure_that_comes_and_goes(void **state)
{
    (void)state;
    made_run_begin(&run);
    made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_NONE, 0, PHASE_ACTIVE);
    made_verdict(&run, VERDICT_INCONCLUSIVE);
    find_made_causes(&run);
    expect("H32", CAUSE_UNDECIDED); // several come and go so
    expect("H34", CAUSE_UNDECIDED);
    expect("H05", CAUSE_UNDECIDED);
    expect("H06", CAUSE_REFUTED); // the account got a session
}

static void another_machine_behind_the_address(void **state)
{
    (void)state;
    made_run_begin(&run);
    fact_set(made_trial(&run, FACTOR_ADDRESS, ADDRESS_NAME, FAMILY_ERRINFO, 7, PHASE_LICENSING)->facts,
             FACT_CERTIFICATE_SHA256, json_string("aa"));
    fact_set(made_trial(&run, FACTOR_ADDRESS, ADDRESS_IPV4, FAMILY_NONE, 0, PHASE_ACTIVE)->facts,
             FACT_CERTIFICATE_SHA256, json_string("bb"));
    for (size_t i = 0; i < run.count; i++) {
        fact_set(run.trials[i].facts, FACT_ADDRESS_FAMILY, json_string("ipv4"));
        fact_set(run.trials[i].facts, FACT_ADDRESS_ASKED, json_string("srv.example"));
        fact_set(run.trials[i].facts, FACT_ADDRESS_PRESENTED, json_string("srv.example"));
    }
    made_verdict(&run, VERDICT_ISOLATED);
    made_cause(&run, FACTOR_ADDRESS, ADDRESS_NAME, 1, 2);
    find_made_causes(&run);
    expect("H30", CAUSE_SUPPORTED);
    assert_true(shows(EVIDENCE_DIFFERENT_HOSTS));
    fact_set(run.trials[1].facts, FACT_CERTIFICATE_SHA256, json_string("aa"));
    find_made_causes(&run);
    expect("H30", CAUSE_UNDECIDED);
    assert_true(shows(EVIDENCE_SAME_HOST));
}

// A trial whose variant was not in effect is no evidence.
static void a_variant_that_was_not_in_effect(void **state)
{
    (void)state;
    made_run_begin(&run);
    made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    struct trial *trial = made_trial(&run, FACTOR_SECURITY, SECURITY_TLS, FAMILY_ERRINFO, 7, PHASE_LICENSING);
    made_verdict(&run, VERDICT_NOT_CLIENT_SIDE);
    assert_true(shows(EVIDENCE_ERRINFO_BEFORE_AUTH));
    fact_set(trial->facts, FACT_NEGOTIATION_SELECTED, json_string("HYBRID"));
    assert_false(shows(EVIDENCE_ERRINFO_BEFORE_AUTH));
}

static void in_the_verdicts_record(void **state)
{
    (void)state;
    made_denial_of_everybody(&run);
    json_t *json = verdict_to_json(&run.verdict);
    assert_non_null(json);
    assert_true(verdict_set_causes(json, run.findings));
    const json_t *causes = json_object_get(json, "causes");
    assert_int_equal(json_array_size(causes), CAUSE_COUNT);
    json_t *expected = json_pack("{s:s, s:s, s:[i,i,i,i], s:[s], s:b}", "id", "H13", "status", "refuted", "because", 1,
                                 2, 3, 4, "facts", "tls.version", "contradicts_protocol", 1);
    assert_true(json_equal(json_array_get(causes, 12), expected));
    json_decref(expected);
    json_decref(json);
}

static void signs_name_their_evidence_once(void **state)
{
    (void)state;
    for (size_t i = 0; sign_at(i); i++) {
        assert_true(sign_at(i)->fact_count > 0);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(sign_at(i)->evidence, sign_at(k)->evidence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(without_a_failure_nothing_is_decided, end_run),
        cmocka_unit_test_teardown(every_status_rests_on_trials, end_run),
        cmocka_unit_test_teardown(everybody_is_denied, end_run),
        cmocka_unit_test_teardown(only_users_are_denied, end_run),
        cmocka_unit_test_teardown(a_proved_tls_version, end_run),
        cmocka_unit_test_teardown(a_cause_without_its_pair, end_run),
        cmocka_unit_test_teardown(a_stored_licence, end_run),
        cmocka_unit_test_teardown(a_corrupt_licence, end_run),
        cmocka_unit_test_teardown(an_empty_licence_store, end_run),
        cmocka_unit_test_teardown(ways_to_fail_the_logon, end_run),
        cmocka_unit_test_teardown(policies_are_no_passwords, end_run),
        cmocka_unit_test_teardown(a_gateway_that_judged_no_password, end_run),
        cmocka_unit_test_teardown(what_is_no_sign_of_its_own, end_run),
        cmocka_unit_test(no_remedy_names_a_level_that_fails),
        cmocka_unit_test_teardown(authorization_is_no_password, end_run),
        cmocka_unit_test_teardown(ways_not_to_get_there, end_run),
        cmocka_unit_test_teardown(a_failure_that_comes_and_goes, end_run),
        cmocka_unit_test_teardown(another_machine_behind_the_address, end_run),
        cmocka_unit_test_teardown(a_variant_that_was_not_in_effect, end_run),
        cmocka_unit_test_teardown(in_the_verdicts_record, end_run),
        cmocka_unit_test(signs_name_their_evidence_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
