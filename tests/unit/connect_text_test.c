// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/connect_text.h"
#include "report/trial_line.h"
#include "trial/fact.h"

static char *text;
static size_t length;

static struct page open_page(void)
{
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    return (struct page){.file = file, .columns = 80};
}

static void assert_written(struct page *page, const char *expected)
{
    assert_true(page_close(page));
    fclose(page->file);
    assert_string_equal(text, expected);
    free(text);
}

static struct trial denied(void)
{
    struct trial trial;
    assert_true(trial_init(&trial));
    trial.number = 7;
    strcpy(trial.target, "srv.example:3389");
    trial.variant.level[FACTOR_LICENSE] = LICENSE_REUSE;
    trial.outcome = (struct outcome){.result = RESULT_FAILED,
                                     .phase = PHASE_LICENSING,
                                     .family = FAMILY_ERRINFO,
                                     .code = 7,
                                     .name = "ERRINFO_SERVER_DENIED_CONNECTION",
                                     .detail = "the server gave its reason: the server denied the connection",
                                     .mstsc = {BASIS_DOCUMENTED, 3, 7},
                                     .freerdp = {0x2000D, "ERRCONNECT_CONNECT_TRANSPORT_FAILED"}};
    trial.phases[0] = (struct phase_time){PHASE_RESOLVE, 0, 10, 0};
    trial.phases[1] = (struct phase_time){PHASE_TCP, 10, 0.25, 1};
    trial.phases[2] = (struct phase_time){PHASE_LICENSING, 10.25, 29.75, 2};
    trial.phase_count = 3;
    trial.ms = 40;
    trial.connections = trial.logons = 1;
    fact_append(trial.facts, FACT_ADDRESS_RESOLVED, "192.0.2.1");
    fact_append(trial.facts, FACT_ADDRESS_RESOLVED, "2001:db8::1");
    fact_set(trial.facts, FACT_TLS_VERSION, json_string("1.2"));
    fact_set(trial.facts, FACT_CERTIFICATE_SUBJECT, json_string("CN = \033[2Jsrv\nexample"));
    fact_set(trial.facts, FACT_CERTIFICATE_DAYS_LEFT, json_integer(-3));
    fact_set(trial.facts, FACT_CERTIFICATE_SELF_SIGNED, json_true());
    fact_set(trial.facts, FACT_ERRINFO_CODE, json_integer(7));
    fact_set(trial.facts, FACT_ERRINFO_NAME, json_string("ERRINFO_SERVER_DENIED_CONNECTION"));
    return trial;
}

static const char limits[] = "This is not mstsc: rdpprobe has no Windows licence store, no Schannel and no\n"
                             "CredSSP policy. Where it connects and mstsc does not, the cause is on that\n"
                             "Windows client, or in something that mstsc does and rdpprobe does not.\n";

static void reports_a_failure(void **state)
{
    char expected[4096];
    (void)state;
    struct trial trial = denied();
    struct page page = open_page();
    snprintf(expected, sizeof expected,
             "srv.example:3389: failed in licensing: the server gave its reason: the server\n"
             "denied the connection\n"
             "\n"
             "outcome     errinfo 0x7 ERRINFO_SERVER_DENIED_CONNECTION\n"
             "mstsc       Error code 0x3, Extended error code 0x7 - documented\n"
             "FreeRDP     last error 0x2000D ERRCONNECT_CONNECT_TRANSPORT_FAILED (one more\n"
             "            fact, not the diagnosis)\n"
             "next        - the server's own record: event 40 in\n"
             "              Microsoft-Windows-TerminalServices-LocalSessionManager/Operational:\n"
             "              its reason code has the same numbers\n"
             "variant     security=nla tls=default address=name gateway=off license=reuse\n"
             "sent        1 TCP connection, 1 logon\n"
             "\n"
             "Phases                ms  round trips\n"
             "  resolve           10.0   0  #########\n"
             "  tcp                0.2   1           |\n"
             "  licensing         29.8   2           ############################  failed here\n"
             "  in all            40.0   3\n"
             "\n"
             "Facts\n"
             "  address\n"
             "    addresses found                 192.0.2.1, 2001:db8::1\n"
             "  tls\n"
             "    TLS version                     1.2\n"
             "  certificate\n"
             "    certificate subject             CN = ?[2Jsrv?example\n"
             "    certificate days left           -3\n"
             "    certificate self-signed         yes\n"
             "  errinfo\n"
             "    error info                      0x7 ERRINFO_SERVER_DENIED_CONNECTION\n"
             "\n%s",
             limits);
    connect_text(&page, &trial);
    assert_written(&page, expected);
    trial_clear(&trial);
}

static void draws_bars_of_blocks_where_they_can_be_read(void **state)
{
    (void)state;
    struct trial trial = denied();
    struct page page = open_page();
    page.unicode = true;
    page.columns = 160;
    connect_text(&page, &trial);
    assert_true(page_close(&page));
    fclose(page.file);
    // 117 columns for 40 ms
    assert_non_null(strstr(text, "  tcp                0.2   1                               \u2588\n"));
    trial.phases[1].ms = 0.1;
    free(text);
    page = open_page();
    page.unicode = true;
    connect_text(&page, &trial);
    assert_true(page_close(&page));
    fclose(page.file);
    assert_non_null(strstr(text, "  resolve           10.0   0  \u2588\u2588\u2588\u2588\u2588"
                                 "\u2588\u2588\u2588\u2588\n"));
    assert_non_null(strstr(text, "  tcp                0.1   1           \u258F\n"));
    free(text);
    trial_clear(&trial);
}

static void shows_the_steps_of_a_gateway(void **state)
{
    struct trial trial = denied();
    struct page page = open_page();
    (void)state;
    trial.outcome.phase = PHASE_GATEWAY;
    trial.phases[2] = (struct phase_time){PHASE_GATEWAY, 10.25, 29.75, 2};
    trial.steps[0] = (struct step_time){GATEWAY_STEP_TLS, 10.25, 10};
    trial.steps[1] = (struct step_time){GATEWAY_STEP_AUTHORIZE, 20.25, 19.75};
    trial.step_count = 2;
    trial.variant.level[FACTOR_GATEWAY] = GATEWAY_RPC;
    connect_text(&page, &trial);
    assert_true(page_close(&page));
    fclose(page.file);
    assert_non_null(strstr(text, "  gateway           29.8   2           ############################\n"
                                 "    tls             10.0               #########\n"
                                 "    authorize       19.8                        ##################  failed here\n"
                                 "  in all            40.0   3\n"));
    assert_non_null(strstr(text, "gateway=rpc goes as far as FreeRDP's client does"));
    free(text);
    trial_clear(&trial);
}

static void claims_nothing_about_mstsc_without_a_source(void **state)
{
    (void)state;
    struct trial trial = denied();
    struct page page = open_page();
    trial.outcome.mstsc.basis = BASIS_NONE;
    trial.outcome.freerdp.code = 0;
    connect_text(&page, &trial);
    assert_true(page_close(&page));
    fclose(page.file);
    assert_non_null(strstr(text, "mstsc       nothing can be claimed: no source gives mstsc's codes for this\n"
                                 "            outcome\n"));
    assert_null(strstr(text, "FreeRDP "));
    free(text);
    trial_clear(&trial);
}

static void says_that_a_variant_was_not_in_effect(void **state)
{
    (void)state;
    struct trial trial = denied();
    struct page page = open_page();
    trial.variant.level[FACTOR_TLS] = TLS_1_3;
    connect_text(&page, &trial);
    assert_true(page_close(&page));
    fclose(page.file);
    assert_non_null(strstr(text, "            not in effect: the wire shows another level of tls than 1.3\n"));
    free(text);
    trial_clear(&trial);
}

static void summarises_repeats(void **state)
{
    (void)state;
    struct trial a = denied(), b = denied(), c = denied();
    const struct trial *const trials[] = {&a, &b, &c};
    struct page page = open_page();
    b.outcome = (struct outcome){.result = RESULT_CONNECTED, .phase = PHASE_ACTIVE};
    c.outcome = b.outcome;
    b.ms = 10;
    c.ms = 30;
    connect_text_summary(&page, trials, 3);
    assert_written(&page, "3 trials, 3 connections, 3 logons\n"
                          "  1 errinfo 0x7 in licensing\n"
                          "  2 connected\n"
                          "  ms of those that connected: median 20.0, from 10.0 to 30.0\n");
    trial_clear(&a);
    trial_clear(&b);
    trial_clear(&c);
}

static void writes_a_line_of_progress(void **state)
{
    const struct variant baseline = {{0}};
    (void)state;
    struct trial trial = denied();
    struct page page = open_page();
    trial_line(&page, &trial, &baseline);
    trial.outcome = (struct outcome){.result = RESULT_CONNECTED, .phase = PHASE_TLS};
    trial.until = PHASE_TLS;
    trial_line(&page, &trial, &trial.variant);
    assert_written(&page, "trial 7 license=reuse: errinfo 0x7 in licensing, 40.0 ms\n"
                          "trial 7 until tls: reached in tls, 40.0 ms\n");
    trial_clear(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_a_failure),
        cmocka_unit_test(draws_bars_of_blocks_where_they_can_be_read),
        cmocka_unit_test(shows_the_steps_of_a_gateway),
        cmocka_unit_test(claims_nothing_about_mstsc_without_a_source),
        cmocka_unit_test(says_that_a_variant_was_not_in_effect),
        cmocka_unit_test(summarises_repeats),
        cmocka_unit_test(writes_a_line_of_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
