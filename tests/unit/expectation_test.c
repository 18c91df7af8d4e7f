// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "scenario/expectation.h"
#include "trial/fact.h"

// The trials that the tables below are about.
static struct trial connected, denied, refused, locked, unauthorized;

static struct trial failed_trial(enum phase phase, enum family family, uint32_t code, const char *name)
{
    struct trial trial;
    assert_true(trial_init(&trial));
    trial.outcome.result = RESULT_FAILED;
    trial.outcome.phase = phase;
    trial.outcome.family = family;
    trial.outcome.code = code;
    snprintf(trial.outcome.name, sizeof trial.outcome.name, "%s", name);
    return trial;
}

static int setup(void **state)
{
    (void)state;
    assert_true(trial_init(&connected));
    connected.outcome.result = RESULT_CONNECTED;
    connected.outcome.phase = PHASE_ACTIVE;
    connected.ms = 2999.96;
    fact_set(connected.facts, FACT_TLS_VERSION, json_string("1.2"));
    fact_set(connected.facts, FACT_CERTIFICATE_DAYS_LEFT, json_integer(10));
    fact_set(connected.facts, FACT_CERTIFICATE_NOT_AFTER, json_string("2026-10-01T00:00:00Z"));
    fact_set(connected.facts, FACT_CERTIFICATE_TRUSTED, json_false());
    fact_set(connected.facts, FACT_CERTIFICATE_SUBJECT, json_string("CN=\x1b[31mred (x & y)"));
    fact_set(connected.facts, FACT_CREDSSP_VERSION, json_integer(6));
    fact_set(connected.facts, FACT_NTLM_OS_VERSION, json_string("10.0.20348"));
    fact_set(connected.facts, FACT_CLOCK_SKEW, json_real(-3600.5));
    fact_append(connected.facts, FACT_LICENSING_MESSAGES, "LICENSE_REQUEST");
    fact_append(connected.facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE");
    denied = failed_trial(PHASE_LICENSING, FAMILY_ERRINFO, 7, "ERRINFO_SERVER_DENIED_CONNECTION");
    fact_set(denied.facts, FACT_TLS_VERSION, json_string("1.0"));
    refused = failed_trial(PHASE_NEGOTIATE, FAMILY_NEGOTIATION, 5, "HYBRID_REQUIRED_BY_SERVER");
    locked = failed_trial(PHASE_NLA, FAMILY_CREDSSP, 0xC0000234, "STATUS_ACCOUNT_LOCKED_OUT");
    unauthorized = failed_trial(PHASE_NLA, FAMILY_AUTHORIZATION, 5, "AUTHZ_ACCESS_DENIED");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    trial_clear(&connected);
    trial_clear(&denied);
    trial_clear(&refused);
    trial_clear(&locked);
    trial_clear(&unauthorized);
    return 0;
}

static const struct {
    const struct trial *trial;
    const char *text, *seen; // NULL: met
} rows[] = {
    {&connected, "connected", NULL},
    {&connected, "failed", "connected (active)"},
    {&denied, "connected", "failed in licensing with errinfo ERRINFO_SERVER_DENIED_CONNECTION"},
    {&denied, "failed", NULL},
    {&denied, "phase >= nla", NULL},
    {&denied, "phase = licensing", NULL},
    {&denied, "phase < licensing", "licensing"},
    {&refused, "phase >= nla", "negotiate"},
    {&refused, "phase!=nla", NULL},
    {&connected, "ms < 3000", NULL},
    {&connected, "ms < 2000.5", "3000.0 ms"},
    // Outcomes
    {&denied, "errinfo", NULL},
    {&denied, "errinfo 7", NULL},
    {&denied, "errinfo:0x7", NULL},
    {&denied, "0x3/0x7", NULL},
    {&denied, "errinfo SERVER_DENIED_CONNECTION", NULL},
    {&denied, "errinfo errinfo_server_denied_connection", NULL},
    {&denied, "errinfo 7@licensing", NULL},
    {&denied, "errinfo @ nla", "failed in licensing with errinfo ERRINFO_SERVER_DENIED_CONNECTION"},
    {&denied, "errinfo 8", "failed in licensing with errinfo ERRINFO_SERVER_DENIED_CONNECTION"},
    {&denied, "errinfo SERVER_SHUTDOWN", "failed in licensing with errinfo ERRINFO_SERVER_DENIED_CONNECTION"},
    {&connected, "errinfo 7", "connected (active)"},
    {&connected, "! 0x3/0x7", NULL},
    {&denied, "!0x3/0x7", "failed in licensing with errinfo ERRINFO_SERVER_DENIED_CONNECTION"},
    {&refused, "negotiation HYBRID_REQUIRED", NULL},
    {&unauthorized, "authorization ACCESS_DENIED", NULL},
    {&unauthorized, "authorization 5", NULL},
    {&unauthorized, "credssp ACCESS_DENIED", "failed in nla with authorization AUTHZ_ACCESS_DENIED"},
    {&refused, "negotiation HYBRID_REQUIRED_BY_SERVER", NULL},
    {&refused, "negotiation SSL_REQUIRED", "failed in negotiate with negotiation HYBRID_REQUIRED_BY_SERVER"},
    {&locked, "credssp STATUS_ACCOUNT_LOCKED_OUT", NULL},
    {&locked, "credssp account_locked_out", NULL},
    {&locked, "credssp 0xC0000234", NULL},
    {&locked, "credssp STATUS_LOGON_FAILURE", "failed in nla with credssp STATUS_ACCOUNT_LOCKED_OUT"},
    // Facts
    {&connected, "tls.version >= 1.2", NULL},
    {&connected, "tls.version > 1.2", "1.2"},
    {&connected, "tls.version = 1.2", NULL},
    {&connected, "tls.version != 1.2", "1.2"},
    {&denied, "tls.version >= 1.2", "1.0"},
    {&connected, "ntlm.os_version >= 10.0.9600", NULL}, // as numbers, not as text
    {&connected, "certificate.not_after >= 2026-09-30", NULL},
    {&connected, "certificate.not_after > 2027", "2026-10-01T00:00:00Z"},
    {&connected, "certificate.days_left > 14", "10"},
    {&connected, "certificate.days_left > 9.5", NULL},
    {&connected, "credssp.version >= 5", NULL},
    {&connected, "certificate.trusted", "false"},
    {&connected, "certificate.trusted = no", NULL},
    {&connected, "!certificate.trusted", NULL},
    {&connected, "licensing.messages = new_license", NULL},
    {&connected, "licensing.messages = UPGRADE_LICENSE", "LICENSE_REQUEST NEW_LICENSE"},
    {&connected, "licensing.messages != UPGRADE_LICENSE", NULL},
    {&connected, "certificate.subject = \"CN=x (a & b)\"", "CN=?[31mred (x & y)"},
    {&connected, "clock.skew < 300", "-3600.5"}, // slow by an hour is no better than fast
    {&connected, "clock.skew < 3601", NULL},
    {&connected, "clock.skew > -3600", "-3600.5"},
    {&connected, "licensing.messages", NULL},
    {&connected, "licensing.role", "no licensing.role"},
    {&connected, "! licensing.role", NULL},
    // What was not seen meets nothing, negated or not.
    {&connected, "mcs.result = 0", "no mcs.result"},
    {&connected, "mcs.result != 0", "no mcs.result"},
    {&connected, "!(mcs.result = 0)", "no mcs.result"},
    {&connected, "errinfo.advertised", "no errinfo.advertised"},
    {&connected, "!errinfo.advertised", "no errinfo.advertised"},
    {&refused, "tls.version >= 1.2", "no tls.version (failed in negotiate with negotiation HYBRID_REQUIRED_BY_SERVER)"},
    {&connected, "mcs.result = 0 | connected", NULL},
    {&connected, "mcs.result = 0 & failed", "no mcs.result, connected (active)"},
    // Operators
    {&connected, "connected & tls.version >= 1.3", "tls.version 1.2"},
    {&connected, "failed & tls.version >= 1.2", "connected (active)"},
    {&connected, "failed | tls.version >= 1.3", "connected (active), tls.version 1.2"},
    {&connected, "connected | failed & failed", NULL}, // & before |
    {&connected, "(connected | failed) & failed", "connected (active)"},
    {&connected, "!failed & !(failed | ms > 9000)", NULL},
    {&connected, "!(connected & tls.version = 1.2)", "connected (active), tls.version 1.2"},
    {&connected, "!!connected", NULL},
    {&connected, "failed & errinfo 7 & errinfo 8", "connected (active)"}, // said once
};

static void tells_what_is_met(void **state)
{
    struct expression_error error;
    char sentence[1024], wanted[1024];
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct expectation e = {.text = (char *)rows[i].text, .test = expectation_test_parse(rows[i].text, &error)};
        if (!e.test)
            print_error("%s: %zu: %s\n", rows[i].text, error.offset, error.text);
        assert_non_null(e.test);
        bool met = expectation_met(&e, rows[i].trial, sentence, sizeof sentence);
        snprintf(wanted, sizeof wanted, rows[i].seen ? "expected %s, saw %s" : "", rows[i].text, rows[i].seen);
        if (met != !rows[i].seen || strcmp(sentence, wanted) != 0) {
            print_error("%s: wanted '%s', got '%s'\n", rows[i].text, wanted, sentence);
            wrong++;
        }
        expectation_test_free(e.test);
    }
    assert_int_equal(wrong, 0);
}

// Kleene's tables: U is a fact that was not seen.
static void knows_three_values(void **state)
{
#define F "failed"
#define V "connected"
#define U "mcs.result = 0"
    static const struct {
        const char *text;
        bool holds;
    } truths[] = {
        {V " & " V, true},
        {V " & " F, false},
        {V " & " U, false},
        {U " & " V, false},
        {U " & " U, false},
        {V " | " F, true},
        {F " | " V, true},
        {F " | " F, false},
        {U " | " V, true},
        {V " | " U, true},
        {U " | " F, false},
        {"!" F, true},
        {"!" V, false},
        {"!" U, false},
        {"!(" F " & " U ")", true},
        {"!(" V " & " U ")", false},
        {"!(" V " | " U ")", false},
        {"!(" F " | " U ")", false},
    };
    struct expression_error error;
    (void)state;
    for (size_t i = 0; i < sizeof truths / sizeof truths[0]; i++) {
        struct expectation_test *test = expectation_test_parse(truths[i].text, &error);
        assert_non_null(test);
        if (expectation_test_holds(test, &connected) != truths[i].holds)
            print_error("%s\n", truths[i].text);
        assert_int_equal(expectation_test_holds(test, &connected), truths[i].holds);
        expectation_test_free(test);
    }
}

// Sentences fit whatever room there is.
static void keeps_to_the_room(void **state)
{
    struct expression_error error;
    char sentence[64];
    struct expectation e = {.text = (char *)"connected & tls.version >= 1.2"};
    (void)state;
    e.test = expectation_test_parse(e.text, &error);
    for (size_t size = 1; size <= sizeof sentence; size++) {
        memset(sentence, 'x', sizeof sentence);
        assert_false(expectation_met(&e, &denied, sentence, size));
        assert_true(strlen(sentence) < size);
    }
    expectation_test_free(e.test);
}

// Every fact can be asked for.
static void knows_every_fact(void **state)
{
    struct expression_error error;
    char text[128];
    (void)state;
    for (int i = 0; i < FACT_COUNT; i++) {
        snprintf(text, sizeof text, "%s.%s", fact_row((enum fact)i)->group, fact_row((enum fact)i)->name);
        struct expectation_test *test = expectation_test_parse(text, &error);
        if (!test)
            print_error("%s: %s\n", text, error.text);
        assert_non_null(test);
        expectation_test_free(test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_is_met),
        cmocka_unit_test(knows_three_values),
        cmocka_unit_test(keeps_to_the_room),
        cmocka_unit_test(knows_every_fact),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
