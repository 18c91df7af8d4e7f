// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/isolate_text.h"
#include "trial/fact.h"

enum { TRIALS_MAX = 8 };

static struct trial trials[TRIALS_MAX];
static const struct trial *list[TRIALS_MAX];
static size_t count;
static char *text;
static size_t length;

static int forget_trials(void **state)
{
    (void)state;
    while (count > 0)
        trial_clear(&trials[--count]);
    return 0;
}

static struct trial *add(unsigned tls, enum phase until)
{
    static const char *const spoken[] = {"1.3", "1.0", "1.1", "1.2", "1.3"};
    struct trial *trial = &trials[count];
    assert_true(trial_init(trial));
    list[count++] = trial;
    trial->number = count;
    trial->until = until;
    trial->variant.level[FACTOR_TLS] = (unsigned char)tls;
    trial->outcome = (struct outcome){.result = RESULT_CONNECTED, .phase = until};
    trial->connections = 1;
    trial->logons = until >= PHASE_ACTIVE;
    trial->ms = 12.5 * (double)count;
    fact_set(trial->facts, FACT_NEGOTIATION_SELECTED, json_string("HYBRID"));
    fact_set(trial->facts, FACT_TLS_VERSION, json_string(spoken[tls]));
    fact_set(trial->facts, FACT_LICENSING_ROLE, json_string("valid-client"));
    return trial;
}

static void add_denied(unsigned tls)
{
    add(tls, PHASE_ACTIVE)->outcome = (struct outcome){.result = RESULT_FAILED,
                                                       .phase = PHASE_LICENSING,
                                                       .family = FAMILY_ERRINFO,
                                                       .code = 7,
                                                       .name = "ERRINFO_SERVER_DENIED_CONNECTION",
                                                       .mstsc = {BASIS_DOCUMENTED, 3, 7}};
}

static struct verdict verdict_of(enum verdict_kind kind, const char *reason)
{
    struct verdict verdict = {.kind = kind,
                              .has_signature = true,
                              .signature = {FAMILY_ERRINFO, 7, PHASE_LICENSING, true},
                              .failure_phase = PHASE_LICENSING};
    snprintf(verdict.reason, sizeof verdict.reason, "%s", reason);
    for (int i = 0; i < FACTOR_COUNT; i++) {
        bool core = i < FACTOR_CORE_END;
        verdict.factors[i].finding = core ? FINDING_INNOCENT : FINDING_NOT_TESTED;
        snprintf(verdict.factors[i].why, sizeof verdict.factors[i].why, "%s",
                 core ? "it made no difference" : "not asked for (--vary)");
    }
    verdict.factors[FACTOR_GATEWAY].finding = FINDING_NOT_TESTED;
    strcpy(verdict.factors[FACTOR_GATEWAY].why, "no gateway was given (--gateway)");
    return verdict;
}

static void render(const struct verdict *verdict, unsigned columns)
{
    const struct isolation isolation = {.baseline = {{[FACTOR_TLS] = TLS_1_1}}};
    FILE *file = open_memstream(&text, &length);
    struct page page = {.file = file, .columns = columns};
    struct cause_finding findings[CAUSE_COUNT];
    assert_non_null(file);
    find_causes(verdict, list, count, findings);
    isolate_text(&page, "srv.example:3389", &isolation, verdict, list, count, findings);
    assert_true(page_close(&page));
    fclose(file);
}

static void reports_a_cause_with_its_proof(void **state)
{
    static const char expected[] = "srv.example:3389: isolated: tls=1.1 triggers 0x3/0x7.\n"
                                   "\n"
                                   "the failure   errinfo 0x7 ERRINFO_SERVER_DENIED_CONNECTION in licensing: the\n"
                                   "              server denied the connection\n"
                                   "mstsc         Error code 0x3, Extended error code 0x7 - documented\n"
                                   "baseline      security=nla tls=1.1 address=name gateway=off license=keep\n"
                                   "\n"
                                   "Why\n"
                                   "  tls         trial 1 fails with 1.1, trial 3 works with 1.2, nothing else\n"
                                   "              differs\n"
                                   "              fails with 1.0 and 1.1, works with 1.2, 1.3 was not tried: the\n"
                                   "              target does not speak it\n"
                                   "\n"
                                   "What to do next\n"
                                   "  - H14 TLS version, supported by trials 1, 3 (the protocol has another answer\n"
                                   "    for this: keep the journal, it is evidence): SCHANNEL\\Protocols in the\n"
                                   "    server's registry; Schannel events 36871, 36874 and 36886. Remedy: use a\n"
                                   "    version that works (the verdict names them), and enable it on the side that\n"
                                   "    lacks it; its cost in security: switching TLS 1.0 or 1.1 on again instead\n"
                                   "    opens every service of that machine to downgrade attacks.\n"
                                   "\n"
                                   "Not the cause\n"
                                   "  security    it made no difference\n"
                                   "  address     it made no difference\n"
                                   "  license     it made no difference\n"
                                   "\n"
                                   "Not tested\n"
                                   "  gateway     no gateway was given (--gateway)\n"
                                   "  auth, user-form, admin, load-balance, error-info, graphics, redirection,\n"
                                   "              client-name, color-depth, autodetect, multitransport,\n"
                                   "              restricted-admin, segment-size, keyboard, rdp-encryption,\n"
                                   "              negotiation, cookie, client: not asked for (--vary)\n"
                                   "\n"
                                   "Trials\n"
                                   "  in every trial: security=nla, address=name, gateway=off, license=keep\n"
                                   "# says  tls  until outcome                                      phase       ms\n"
                                   "1 FAILS 1.1        errinfo 0x7 ERRINFO_SERVER_DENIED_CONNECTION licensing 12.5\n"
                                   "2 scan  1.3* tls   reached                                      tls       25.0\n"
                                   "3 works 1.2*       connected                                    active    37.5\n"
                                   "4 FAILS 1.0*       errinfo 0x7 ERRINFO_SERVER_DENIED_CONNECTION licensing 50.0\n"
                                   "  * another level than the baseline's\n"
                                   "  scan: reached the phase named and was stopped there, before logging on\n"
                                   "\n"
                                   "4 trials (1 stopped before logging on), 4 TCP connections, 3 logons\n"
                                   "\n"
                                   "This is not mstsc: rdpprobe has no Windows licence store, no Schannel and no\n"
                                   "CredSSP policy. Where it connects and mstsc does not, the cause is on that\n"
                                   "Windows client, or in something that mstsc does and rdpprobe does not.\n";
    (void)state;
    struct verdict verdict = verdict_of(VERDICT_ISOLATED, "tls=1.1 triggers 0x3/0x7.");
    verdict.factors[FACTOR_TLS].finding = FINDING_CAUSE;
    verdict.pairs[0] = (struct minimal_pair){FACTOR_TLS, 1, 3};
    verdict.pair_count = 1;
    verdict.sweep[0] = (struct sweep_row){{FACTOR_TLS, TLS_1_0}, OBSERVED_SIGNATURE, 4, NULL};
    verdict.sweep[1] =
        (struct sweep_row){{FACTOR_TLS, TLS_1_3}, OBSERVED_UNRESOLVED, 0, "the target does not speak it"};
    verdict.sweep_count = 2;
    add_denied(TLS_1_1);
    add(TLS_1_3, PHASE_TLS);
    add(TLS_1_2, PHASE_ACTIVE);
    add_denied(TLS_1_0);
    render(&verdict, 80);
    assert_string_equal(text, expected);
    free(text);
}

// What the cause does not explain takes the confidence away, and is named beside it.
static void further_failures_are_told(void **state)
{
    (void)state;
    struct verdict verdict = verdict_of(VERDICT_ISOLATED, "tls=1.1 triggers 0x3/0x7. That is not the whole cause.");
    verdict.further[verdict.further_count++] = 2;
    add_denied(TLS_1_1);
    add_denied(TLS_1_3);
    render(&verdict, 80);
    assert_non_null(strstr(text, "\nconfidence    none in the whole: trial 2 fails without this cause\n"));
    free(text);
    verdict.further[verdict.further_count++] = 14;
    render(&verdict, 80);
    assert_non_null(strstr(text, "none in the whole: trials 2, 14 fail without this cause\n"));
    free(text);
}

static void points_at_the_server_where_no_factor_decides(void **state)
{
    (void)state;
    struct verdict verdict = verdict_of(VERDICT_NOT_CLIENT_SIDE, "All 9 variants show the failure.");
    add_denied(TLS_1_1);
    render(&verdict, 80);
    assert_non_null(strstr(text, "srv.example:3389: not-client-side: no client-side factor decides this failure;\n"
                                 "look for its cause on the server or on the way there.\n"
                                 "All 9 variants show the failure.\n"));
    assert_non_null(strstr(text, "What to do next\n"));
    assert_non_null(strstr(text, "event 40 with reason code 7"));
    assert_non_null(strstr(text, "fDenyTSConnections"));
    assert_non_null(strstr(text, "change logon /query"));
    assert_non_null(strstr(text, "H34 connection limit: quser"));
    assert_non_null(strstr(text, "This is not mstsc"));
    free(text);
}

static void has_a_next_step_though_nothing_is_proved(void **state)
{
    (void)state;
    struct verdict verdict = verdict_of(VERDICT_INCONCLUSIVE, "Too little could be tried.");
    verdict.factors[FACTOR_TLS].finding = FINDING_UNDECIDED;
    add_denied(TLS_1_1);
    render(&verdict, 80);
    assert_non_null(strstr(text, "inconclusive: the trials do not prove a cause.\nToo little could be tried.\n"));
    assert_non_null(strstr(text, "Undecided\n  tls         it made no difference\n"));
    assert_non_null(strstr(text, "What to do next"));
    assert_null(strstr(text, "Why\n"));
    free(text);
}

static void an_experiment_without_a_trial_has_no_table(void **state)
{
    (void)state;
    struct verdict verdict = verdict_of(VERDICT_STOPPED, "No further trial was allowed after 0.");
    verdict.has_signature = false;
    render(&verdict, 80);
    assert_non_null(strstr(text, "stopped: the experiment ended before it could tell.\n"));
    assert_null(strstr(text, "Trials\n"));
    assert_non_null(strstr(text, "0 trials (0 stopped before logging on), 0 TCP connections, 0 logons\n"));
    free(text);
}

static struct trial *add_failed(unsigned tls, enum phase until, enum phase phase, enum family family, unsigned code,
                                const char *name)
{
    struct trial *trial = add(tls, until);
    trial->outcome = (struct outcome){.result = RESULT_FAILED, .phase = phase, .family = family, .code = code};
    snprintf(trial->outcome.name, sizeof trial->outcome.name, "%s", name);
    return trial;
}

// A failure before any logon is studied without one; but what was stopped on purpose never "works".
static void a_scan_reaches_and_does_not_work(void **state)
{
    (void)state;
    struct verdict verdict = verdict_of(VERDICT_INCONCLUSIVE, "x");
    verdict.signature = (struct signature){.family = FAMILY_TLS, .code = 70, .phase = PHASE_TLS};
    verdict.failure_phase = PHASE_TLS;
    add_failed(TLS_1_1, PHASE_TLS, PHASE_TLS, FAMILY_TLS, 70, "protocol_version");
    add(TLS_1_2, PHASE_TLS);
    add(TLS_1_3, PHASE_NEGOTIATE);
    render(&verdict, 80);
    assert_non_null(strstr(text, "1 FAILS 1.1  tls"));
    assert_non_null(strstr(text, "2 scan  1.2* tls       reached "));
    assert_non_null(strstr(text, "3 scan  1.3* negotiate reached "));
    assert_null(strstr(text, "works"));
    free(text);
}

// What failed otherwise, scan or not, is named so; what was not in effect says nothing.
static void a_trial_says_no_more_than_it_showed(void **state)
{
    (void)state;
    struct verdict verdict = verdict_of(VERDICT_INCONCLUSIVE, "x");
    add_denied(TLS_1_1);
    add_failed(TLS_1_0, PHASE_TLS, PHASE_TLS, FAMILY_TLS, 70, "protocol_version");
    add_failed(TLS_1_2, PHASE_ACTIVE, PHASE_TLS, FAMILY_TIMEOUT, 0, "");
    add_failed(TLS_1_2, PHASE_ACTIVE, PHASE_ACTIVE, FAMILY_ERRINFO, 5, "ERRINFO_DISCONNECTED_BY_OTHERCONNECTION");
    fact_set(add(TLS_1_3, PHASE_ACTIVE)->facts, FACT_TLS_VERSION, json_string("1.2"));
    render(&verdict, 160);
    assert_non_null(strstr(text, "\n2 other 1.0*"));
    assert_non_null(strstr(text, "\n3 other 1.2*"));
    assert_non_null(strstr(text, "\n4 other 1.2*"));
    assert_non_null(strstr(text, "\n5 ?     1.3*"));
    assert_non_null(strstr(text, "  other: failed, but otherwise\n"));
    assert_non_null(strstr(text, "  ? the level was not in effect on the wire: proves nothing\n"));
    free(text);
    // Where no failure is studied, trials still connect or fail.
    verdict.has_signature = false;
    render(&verdict, 160);
    assert_non_null(strstr(text, "\n1 other 1.1 "));
    assert_null(strstr(text, "works"));
    free(text);
    add(TLS_1_2, PHASE_ACTIVE);
    render(&verdict, 160);
    assert_non_null(strstr(text, "\n6 works 1.2*"));
    free(text);
}

// Where names and families find no room, what is left still says what happened.
static void a_narrow_table_has_no_bare_numbers(void **state)
{
    (void)state;
    struct verdict verdict = verdict_of(VERDICT_INCONCLUSIVE, "x");
    add_denied(TLS_1_1);
    struct trial *far = add_failed(TLS_DEFAULT, PHASE_ACTIVE, PHASE_RESOLVE, FAMILY_DNS, 2, "EAI_NONAME");
    for (int f = 0; f < FACTOR_COUNT; f++)
        far->variant.level[f] = (unsigned char)(factor_levels((enum factor)f) - 1);
    add_failed(TLS_1_3, PHASE_NEGOTIATE, PHASE_NEGOTIATE, FAMILY_NEGOTIATION, 5, "HYBRID_REQUIRED_BY_SERVER");
    add_failed(TLS_1_2, PHASE_ACTIVE, PHASE_NLA, FAMILY_CREDSSP, 0xC000006D, "STATUS_LOGON_FAILURE");
    render(&verdict, 80);
    assert_non_null(strstr(text, " EAI_NONAME "));
    assert_non_null(strstr(text, " negotiation 5 "));
    assert_non_null(strstr(text, " 0xC000006D "));
    free(text);
}

// The widest table there can be: every factor varied, the longest levels, a long code.
static void the_table_fits_its_page(void **state)
{
    (void)state;
    struct verdict verdict = verdict_of(VERDICT_INCONCLUSIVE, "x");
    add_denied(TLS_1_1);
    struct trial *far = add(TLS_DEFAULT, PHASE_ACTIVE);
    far->number = 100;
    far->variant = (struct variant){{SECURITY_TLS, TLS_DEFAULT, ADDRESS_IPV6, GATEWAY_WEBSOCKET, LICENSE_REUSE}};
    far->outcome = (struct outcome){.result = RESULT_FAILED,
                                    .phase = PHASE_CAPABILITIES,
                                    .family = FAMILY_CREDSSP,
                                    .code = 0xC000006D,
                                    .name = "STATUS_LOGON_FAILURE"};
    far->ms = 20000;
    add(TLS_1_3, PHASE_NEGOTIATE);
    for (unsigned columns = 80; columns <= 160; columns += 20) {
        render(&verdict, columns);
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
            if (page_width(line) > columns)
                fail_msg("wider than %u columns: %s", columns, line);
        }
        free(text);
    }
    render(&verdict, 160);
    assert_non_null(strstr(text, "credssp 0xC000006D STATUS_LOGON_FAILURE"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reports_a_cause_with_its_proof, forget_trials),
        cmocka_unit_test_teardown(further_failures_are_told, forget_trials),
        cmocka_unit_test_teardown(points_at_the_server_where_no_factor_decides, forget_trials),
        cmocka_unit_test_teardown(has_a_next_step_though_nothing_is_proved, forget_trials),
        cmocka_unit_test_teardown(an_experiment_without_a_trial_has_no_table, forget_trials),
        cmocka_unit_test_teardown(a_scan_reaches_and_does_not_work, forget_trials),
        cmocka_unit_test_teardown(a_trial_says_no_more_than_it_showed, forget_trials),
        cmocka_unit_test_teardown(a_narrow_table_has_no_bare_numbers, forget_trials),
        cmocka_unit_test_teardown(the_table_fits_its_page, forget_trials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
