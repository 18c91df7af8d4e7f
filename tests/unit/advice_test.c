// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "knowledge/advice.h"
#include "knowledge/codes.h"
#include "trial/outcome.h"

static void every_failure_has_something_to_look_at(void **state)
{
    (void)state;
    for (int family = FAMILY_NONE + 1; family < FAMILY_COUNT; family++) {
        const struct advice *advice = advice_for(family_name((enum family)family), 0, "");
        assert_non_null(advice->looks[0].what);
        assert_non_null(advice->looks[0].how);
    }
}

// A family whose name in the table is mistyped would get the general advice.
static void these_families_have_their_own(void **state)
{
    static const enum family families[] = {FAMILY_ERRINFO,   FAMILY_NEGOTIATION, FAMILY_CREDSSP, FAMILY_TLS,
                                           FAMILY_LICENSING, FAMILY_GATEWAY,     FAMILY_DNS,     FAMILY_TCP};
    const struct advice *general = advice_for(family_name(FAMILY_PROTOCOL), 0, "");
    (void)state;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        assert_ptr_not_equal(advice_for(family_name(families[i]), 0xFFFF, ""), general);
    assert_ptr_equal(advice_for(family_name(FAMILY_AUTHORIZATION), 6, ""), general);
    assert_non_null(advice_for(family_name(FAMILY_AUTHORIZATION), 5, "")->note);
}

// Every named code of every family that has a table, by the family's name in the journal.
static void every_named_code_has_a_step(void **state)
{
    static const struct {
        const char *family;
        const struct code_row *(*at)(size_t index);
    } tables[] = {{"errinfo", errinfo_row_at},
                  {"negotiation", negotiation_failure_row_at},
                  {"tls", tls_alert_row_at},
                  {"credssp", credssp_row_at},
                  {"licensing", licensing_error_row_at},
                  {"gateway", gateway_row_at},
                  {"authorization", authorization_row_at},
                  {"ultimatum", ultimatum_row_at},
                  {"protocol", mcs_result_row_at},
                  {"logon", logon_error_row_at}};
    const struct code_row *row;
    (void)state;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; (row = tables[t].at(i)); i++) {
            const struct advice *advice = advice_for(tables[t].family, row->code, row->name);
            assert_true(advice->looks[0].what && advice->looks[0].how);
        }
    }
}

static void a_name_stands_before_its_family(void **state)
{
    (void)state;
    assert_non_null(strstr(advice_for("negotiation", 0, "OTHER_PROTOCOL_SELECTED")->looks[0].how, "honeypot"));
    assert_non_null(strstr(advice_for("negotiation", 0, "ANSWER_IS_TLS")->note, "TLS wrapper"));
    assert_non_null(strstr(advice_for("gateway", 401, "NO_COMMON_SCHEME")->note, "No password was sent"));
    assert_non_null(strstr(advice_for("gateway", 401, "USER_ACCOUNT_RESTRICTED")->looks[0].how, "Protected Users"));
    assert_non_null(strstr(advice_for("redirection", 0, "REDIRECTED")->looks[0].how, "--follow-redirect"));
    assert_non_null(strstr(advice_for("licensing", 8, "ERR_INVALID_CLIENT")->looks[0].how, "Licensing"));
}

static void one_code_stands_before_its_family(void **state)
{
    (void)state;
    assert_non_null(strstr(advice_for("errinfo", 9, "")->note, "right to log on remotely"));
    assert_non_null(strstr(advice_for("errinfo", 0x104, "")->looks[0].how, "RD Licensing Diagnoser"));
    assert_non_null(strstr(advice_for("errinfo", 7, "")->looks[0].how, "event 40"));
}

static void a_gateways_high_word_may_be_missing(void **state)
{
    (void)state;
    assert_ptr_equal(advice_for("gateway", 0x800759DA, ""), advice_for("gateway", 0x59DA, ""));
    assert_ptr_not_equal(advice_for("gateway", 0x800759DA, ""), advice_for("gateway", 0x800759DB, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_has_something_to_look_at),
        cmocka_unit_test(these_families_have_their_own),
        cmocka_unit_test(every_named_code_has_a_step),
        cmocka_unit_test(a_name_stands_before_its_family),
        cmocka_unit_test(one_code_stands_before_its_family),
        cmocka_unit_test(a_gateways_high_word_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
