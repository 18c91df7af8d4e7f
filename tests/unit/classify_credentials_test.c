// SPDX-License-Identifier: Apache-2.0
// What a connection has shown about user and password.
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
    struct evidence evidence;
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
        assert_string_equal(credentials_word(&rows[i].evidence, rows[i].in_info), rows[i].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
