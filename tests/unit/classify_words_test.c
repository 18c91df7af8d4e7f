// SPDX-License-Identifier: Apache-2.0
// What a connection has shown about user and password, and who ended it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connection/classify.h"

enum { ACCESS_DENIED = 49 + 1, INTERNAL_ERROR = 80 + 1 };      // TLS alerts (RFC 8446 6.2), + 1
enum { BAD_PASSWORD = 0, UPDATE_PASSWORD = 1, CONTINUE = -2 }; // MS-RDPBCGR 2.2.10.1.1.4.1.1

static const struct row {
    const char *word;
    bool in_info;
    struct trace trace;
} rows[] = {
    {"not checked", false, {0}},
    {"not checked", true, {.phase = PHASE_ACTIVE}}, // a logon screen
    // NLA went through, whatever came then.
    {"verified", false, {.authenticate_sent = true, .nla_passed = true}},
    {"verified", false, {.authenticate_sent = true, .nla_passed = true, .alert_received = ACCESS_DENIED}},
    {"verified", false, {.nla_passed = true, .authorization_known = true, .authorization = 5}},
    // The server's CredSSP said why not.
    {"refused", false, {.authenticate_sent = true, .credssp_error = true, .ntstatus = 0xC000006D}},
    {"verified", false, {.authenticate_sent = true, .credssp_error = true, .ntstatus = 0xC0000224}},
    {"not checked", false, {.authenticate_sent = true, .credssp_error = true, .ntstatus = 0xC0000234}},
    {"not checked", false, {.credssp_error = true, .ntstatus = 0xC000006D}}, // before the password was sent
    {"not checked", false, {.credssp_error = true, .ntstatus = 0xC0000224}},
    // Or an alert did, or nothing.
    {"refused", false, {.authenticate_sent = true, .alert_received = ACCESS_DENIED}},
    {"not checked", false, {.authenticate_sent = true, .alert_received = INTERNAL_ERROR}},
    {"not checked", false, {.alert_received = ACCESS_DENIED}},
    {"not checked", false, {.authenticate_sent = true, .peer_end = PEER_FIN}},
    {"refused", false, {.kerberos_refused = true}},
    // The session's logon, with and without a password of this client's.
    {"verified", false, {.logged_on = true}},
    {"refused", true, {.logon_error = true, .logon_code = BAD_PASSWORD}},
    {"not checked", false, {.logon_error = true, .logon_code = BAD_PASSWORD}}, // somebody at the screen
    {"verified", true, {.logon_error = true, .logon_code = UPDATE_PASSWORD}},
    {"not checked", true, {.logon_error = true, .logon_code = (uint32_t)CONTINUE}},
    {"verified", true, {.logon_error = true, .logon_code = BAD_PASSWORD, .logged_on = true}},
};

static void words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("row %zu\n", i);
        assert_string_equal(credentials_word(&rows[i].trace, rows[i].in_info), rows[i].word);
    }
}

// ---- who ended it ----

static const struct side {
    const char *by; // "" for nobody
    enum family family;
    uint32_t code;
    struct trace trace;
} sides[] = {
    {"", FAMILY_DNS, 2, {.phase = PHASE_RESOLVE}},
    {"", FAMILY_TCP, 111, {.phase = PHASE_TCP}},
    {"server", FAMILY_NEGOTIATION, 5, {.confirmed = true, .confirm = {.kind = CONFIRM_FAILURE}}},
    {"client", FAMILY_NEGOTIATION, 0, {.confirmed = true, .wrong_protocol = true}},
    {"client", FAMILY_NEGOTIATION, 0, {.not_x224 = true}},
    {"server", FAMILY_TLS, 70, {.phase = PHASE_TLS, .alert_received = 71}},
    {"gateway", FAMILY_TLS, 70, {.phase = PHASE_GATEWAY, .gateway = true, .alert_received = 71}},
    {"client", FAMILY_TLS, 70, {.phase = PHASE_TLS, .alert_sent = 71}},
    {"server", FAMILY_CREDSSP, 0xC000006D, {.credssp_error = true}},
    {"client", FAMILY_CREDSSP, 0, {.phase = PHASE_NLA}},
    {"server", FAMILY_AUTHORIZATION, 5, {.phase = PHASE_NLA}},
    {"server", FAMILY_LICENSING, 6, {.licensing_error = true}},
    {"client", FAMILY_LICENSING, 0, {.phase = PHASE_LICENSING}},
    {"server", FAMILY_PROTOCOL, 14, {.mcs_result = 14}},
    {"client", FAMILY_PROTOCOL, 0, {.phase = PHASE_MCS}},
    {"server", FAMILY_ERRINFO, 7, {.phase = PHASE_LICENSING}},
    {"server", FAMILY_ULTIMATUM, 1, {.phase = PHASE_ACTIVE}},
    {"server", FAMILY_REDIRECTION, 0, {.phase = PHASE_CAPABILITIES}},
    {"server", FAMILY_CLOSED, 0, {.phase = PHASE_MCS}},
    {"gateway", FAMILY_CLOSED, 0, {.phase = PHASE_GATEWAY, .gateway = true}},
    {"gateway", FAMILY_CLOSED, 0, {.phase = PHASE_MCS, .gateway = true}},
    {"server", FAMILY_CLOSED, 0, {.phase = PHASE_MCS, .gateway = true, .tunnel = {.closed = true}}},
    {"gateway", FAMILY_GATEWAY, 404, {.phase = PHASE_GATEWAY, .gateway = true}},
    {"client", FAMILY_GATEWAY, 0, {.phase = PHASE_GATEWAY, .gateway = true}},
    {"client", FAMILY_LOCAL, 0, {.phase = PHASE_NLA}},
};

static void who_ended_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        const struct outcome outcome = {.result = RESULT_FAILED, .family = sides[i].family, .code = sides[i].code};
        const char *by = ended_by(&sides[i].trace, &outcome);
        assert_string_equal(by ? by : "", sides[i].by);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words), cmocka_unit_test(who_ended_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
