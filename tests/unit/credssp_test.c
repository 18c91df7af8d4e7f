// SPDX-License-Identifier: Apache-2.0
// What the codes of a CredSSP server are called, and what they say of the password.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <winpr/error.h>
#include <winpr/nt.h>
#include <winpr/sspi.h>

#include "knowledge/codes.h"

static const char *name_of(uint32_t code)
{
    const struct code_row *row = credssp_row(code);
    return row ? row->name : "none";
}

static void sspi_results_have_names(void **state)
{
    (void)state;
    assert_string_equal(name_of(0x80090302), "SEC_E_UNSUPPORTED_FUNCTION"); // Server 2022 with incoming NTLM off
    assert_string_equal(name_of(0x80090308), "SEC_E_INVALID_TOKEN");
    assert_string_equal(name_of(0x80090322), "SEC_E_WRONG_PRINCIPAL");
    assert_string_equal(name_of(0x80090346), "SEC_E_BAD_BINDINGS");
    assert_string_equal(name_of(0x80090367), "SEC_E_APPLICATION_PROTOCOL_MISMATCH");
}

static void wrapped_errors_have_the_name_of_what_is_inside(void **state)
{
    (void)state;
    assert_string_equal(name_of(0xC00700EA), "ERROR_MORE_DATA");    // FreeRDP's server
    assert_string_equal(name_of(0xC007030C), "SEC_E_LOGON_DENIED"); // IronRDP's
    assert_string_equal(name_of(0xC007052E), "ERROR_LOGON_FAILURE");
    assert_null(credssp_row(0xC007FFFF));
    assert_null(credssp_row(0x8007052E)); // an HRESULT of Win32 is none of the forms
    assert_null(credssp_row(0));
}

static void names_are_those_of_the_headers(void **state)
{
    static const struct {
        uint32_t code;
        const char *name;
    } known[] = {
#define KNOWN(name) {(uint32_t)(name), #name}
        KNOWN(SEC_E_INSUFFICIENT_MEMORY),
        KNOWN(SEC_E_TARGET_UNKNOWN),
        KNOWN(SEC_E_SECPKG_NOT_FOUND),
        KNOWN(SEC_E_LOGON_DENIED),
        KNOWN(SEC_E_NO_AUTHENTICATING_AUTHORITY),
        KNOWN(SEC_E_BAD_PKGID),
        KNOWN(SEC_E_INCOMPLETE_CREDENTIALS),
        KNOWN(SEC_E_TIME_SKEW),
        KNOWN(SEC_E_KDC_UNKNOWN_ETYPE),
        KNOWN(SEC_E_DOWNGRADE_DETECTED),
        KNOWN(SEC_E_KDC_CERT_REVOKED),
        KNOWN(SEC_E_DELEGATION_POLICY),
        KNOWN(SEC_E_MUTUAL_AUTH_FAILED),
        KNOWN(STATUS_NO_SUCH_LOGON_SESSION),
        KNOWN(STATUS_ILL_FORMED_PASSWORD),
        KNOWN(STATUS_ACCOUNT_RESTRICTION),
        KNOWN(STATUS_NO_SUCH_DOMAIN),
        KNOWN(STATUS_LOGON_SESSION_COLLISION),
        KNOWN(STATUS_LOGON_NOT_GRANTED),
        KNOWN(STATUS_TRUSTED_RELATIONSHIP_FAILURE),
        KNOWN(STATUS_DOMAIN_TRUST_INCONSISTENT),
        KNOWN(STATUS_DOMAIN_CONTROLLER_NOT_FOUND),
        KNOWN(STATUS_MUTUAL_AUTHENTICATION_FAILED),
        KNOWN(STATUS_SMARTCARD_LOGON_REQUIRED),
        KNOWN(STATUS_PKINIT_FAILURE),
        KNOWN(STATUS_BAD_BINDINGS),
        KNOWN(STATUS_SMARTCARD_WRONG_PIN),
        KNOWN(STATUS_USER2USER_REQUIRED),
        KNOWN(STATUS_KDC_CERT_EXPIRED),
        KNOWN(STATUS_AUTHENTICATION_FIREWALL_FAILED),
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_string_equal(name_of(known[i].code), known[i].name);
}

static void rows_are_whole_and_alone(void **state)
{
    const struct code_row *row, *other;
    size_t count = 0;
    (void)state;
    for (; (row = credssp_row_at(count)); count++) {
        assert_ptr_equal(credssp_row(row->code), row);
        assert_true(strlen(row->meaning) > 5 && strlen(row->name) < 64); // struct outcome's name
        for (size_t i = 0; i < count && (other = credssp_row_at(i)); i++)
            assert_true(other->code != row->code && strcmp(other->name, row->name) != 0);
    }
    assert_true(count > 170);
    for (size_t i = 0; (row = windows_error_row_at(i)); i++)
        assert_ptr_equal(credssp_row(0xC0070000 | row->code), row);
}

static void a_policy_judges_no_password(void **state)
{
    static const struct {
        uint32_t code;
        enum credssp_refusal refusal;
    } policies[] = {
        {0x80090302, REFUSAL_NTLM},
        {0xC0000418, REFUSAL_NTLM},
        {0xC000006E, REFUSAL_RESTRICTED_ACCOUNT},
        {0xC007052F, REFUSAL_RESTRICTED_ACCOUNT},
        {0xC000018A, REFUSAL_DOMAIN_TRUST},
        {0xC000018D, REFUSAL_DOMAIN_TRUST},
        {0xC000019B, REFUSAL_DOMAIN_TRUST},
        {0xC000005E, REFUSAL_NO_AUTHORITY},
        {0x80090311, REFUSAL_NO_AUTHORITY},
        {0x80090322, REFUSAL_SERVICE_NAME},
        {0xC00000BB, REFUSAL_OTHER},
        {0xC0000133, REFUSAL_OTHER},
        {0xC0000413, REFUSAL_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        assert_int_equal(credssp_on_password(policies[i].code), PASSWORD_NOT_JUDGED);
        assert_int_equal(credssp_refusal_of(policies[i].code), policies[i].refusal);
        assert_false(credssp_is_account_state(policies[i].code));
        assert_false(credssp_blocks_account(policies[i].code));
    }
}

static void what_was_judged_or_may_have_been(void **state)
{
    static const uint32_t right[] = {0xC000006F, 0xC0000070, 0xC0000071, 0xC000015B, 0xC0000224, 0xC0070532};
    static const uint32_t wrong[] = {0xC0000064, 0xC000006A, 0xC000006D, 0x8009030C, 0xC00700EA, 0xC007030C};
    static const uint32_t unsaid[] = {0,          0xC0000022, 0xC0000072, 0xC0000193, 0xC0000234, 0xC0070775,
                                      0x80090346, 0xC000035B, 0x80090308, 0xC0001234, 0x8009FFFF};
    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_int_equal(credssp_on_password(right[i]), PASSWORD_RIGHT);
        assert_int_equal(credssp_on_password(wrong[i]), PASSWORD_WRONG);
    }
    for (size_t i = 0; i < sizeof unsaid / sizeof unsaid[0]; i++)
        assert_int_equal(credssp_on_password(unsaid[i]), PASSWORD_UNSAID);
    assert_int_equal(credssp_refusal_of(0x80090346), REFUSAL_CHANNEL_BINDINGS);
    assert_int_equal(credssp_refusal_of(0xC000006D), REFUSAL_OTHER);
}

static void blocked_accounts_must_rest(void **state)
{
    (void)state;
    assert_true(credssp_blocks_account(0xC0000234) && credssp_blocks_account(0xC0070775));
    assert_true(credssp_blocks_account(0xC0000072) && credssp_blocks_account(0xC0000193));
    assert_false(credssp_blocks_account(0xC000006D) || credssp_blocks_account(0xC000015B));
    assert_true(credssp_is_account_state(0xC0000234) && credssp_is_account_state(0xC0000224));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sspi_results_have_names),
        cmocka_unit_test(wrapped_errors_have_the_name_of_what_is_inside),
        cmocka_unit_test(names_are_those_of_the_headers),
        cmocka_unit_test(rows_are_whole_and_alone),
        cmocka_unit_test(a_policy_judges_no_password),
        cmocka_unit_test(what_was_judged_or_may_have_been),
        cmocka_unit_test(blocked_accounts_must_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
