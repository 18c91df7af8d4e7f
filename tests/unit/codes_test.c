// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <freerdp/error.h>
#include <freerdp/redirection.h>
#include <freerdp/settings.h>
#include <string.h>

#include "knowledge/codes.h"

typedef const struct code_row *(*lookup)(uint32_t code);

static const char *name_of(lookup row, uint32_t code)
{
    return row(code) ? row(code)->name : "none";
}

static void names_what_servers_answer(void **state)
{
    (void)state;
    assert_string_equal(name_of(errinfo_row, 8), "ERRINFO_SERVER_DENIED_CONNECTION_FIPS");
    assert_string_equal(name_of(errinfo_row, 7), "ERRINFO_SERVER_DENIED_CONNECTION");
    assert_string_equal(name_of(errinfo_row, 0x10A), "ERRINFO_LICENSE_NO_REMOTE_CONNECTIONS");
    assert_string_equal(name_of(negotiation_failure_row, 5), "HYBRID_REQUIRED_BY_SERVER");
    assert_string_equal(name_of(ntstatus_row, 0xC000006D), "STATUS_LOGON_FAILURE");
    assert_string_equal(name_of(ntstatus_row, 0xC000015B), "STATUS_LOGON_TYPE_NOT_GRANTED");
    assert_string_equal(name_of(licensing_error_row, 6), "ERR_NO_LICENSE_SERVER");
    assert_string_equal(name_of(licensing_error_row, 7), "STATUS_VALID_CLIENT");
    assert_string_equal(name_of(licensing_message_row, 0x12), "LICENSE_INFO");
    assert_string_equal(name_of(licensing_message_row, 0x13), "NEW_LICENSE_REQUEST");
    assert_string_equal(name_of(tls_alert_row, 70), "protocol_version");
    assert_string_equal(name_of(ultimatum_row, 1), "rn-provider-initiated");
}

static void names_what_servers_announce(void **state)
{
    (void)state;
    assert_string_equal(name_of(rdp_version_row, 0x00080004), "5.0 to 8.1");
    assert_string_equal(name_of(rdp_version_row, 0x00080011), "10.12");
    assert_string_equal(name_of(encryption_method_row, 0), "ENCRYPTION_METHOD_NONE");
    assert_string_equal(name_of(encryption_method_row, 8), "ENCRYPTION_METHOD_56BIT");
    assert_string_equal(name_of(encryption_level_row, 3), "ENCRYPTION_LEVEL_HIGH");
    assert_string_equal(name_of(mcs_result_row, 0), "rt-successful");
    assert_string_equal(name_of(mcs_result_row, 14), "rt-unspecified-failure");
    assert_string_equal(name_of(licensing_transition_row, 1), "ST_TOTAL_ABORT");
    assert_string_equal(name_of(licensing_key_exchange_row, 1), "KEY_EXCHANGE_ALG_RSA");
    assert_string_equal(name_of(status_info_row, 0x404), "TS_STATUS_REDIRECTING_TO_DESTINATION");
    assert_string_equal(name_of(session_info_row, 2), "INFOTYPE_LOGON_PLAINNOTIFY");
    assert_string_equal(name_of(capability_row, 0x1C), "SURFACE_COMMANDS");
    assert_string_equal(name_of(capability_os_major_row, 1), "WINDOWS");
    assert_string_equal(name_of(capability_os_minor_row, 3), "WINDOWS_NT");
    assert_null(mcs_result_row(16));
    assert_null(licensing_transition_row(0));
    assert_null(status_info_row(0x500));
    assert_null(capability_row(6));
}

// The numbers are FreeRDP's too.
static void names_logon_notifications(void **state)
{
    (void)state;
    assert_string_equal(name_of(logon_notification_row, LOGON_MSG_DISCONNECT_REFUSED), "LOGON_MSG_DISCONNECT_REFUSED");
    assert_string_equal(name_of(logon_notification_row, LOGON_MSG_NO_PERMISSION), "LOGON_MSG_NO_PERMISSION");
    assert_string_equal(name_of(logon_notification_row, LOGON_MSG_BUMP_OPTIONS), "LOGON_MSG_BUMP_OPTIONS");
    assert_string_equal(name_of(logon_notification_row, LOGON_MSG_RECONNECT_OPTIONS), "LOGON_MSG_RECONNECT_OPTIONS");
    assert_string_equal(name_of(logon_notification_row, LOGON_MSG_SESSION_TERMINATE), "LOGON_MSG_SESSION_TERMINATE");
    assert_string_equal(name_of(logon_notification_row, LOGON_MSG_SESSION_CONTINUE), "LOGON_MSG_SESSION_CONTINUE");
    assert_null(logon_notification_row(LOGON_FAILED_BAD_PASSWORD));
    assert_string_equal(name_of(logon_data_row, LOGON_FAILED_BAD_PASSWORD), "LOGON_FAILED_BAD_PASSWORD");
    assert_string_equal(name_of(logon_data_row, LOGON_FAILED_UPDATE_PASSWORD), "LOGON_FAILED_UPDATE_PASSWORD");
    assert_string_equal(name_of(logon_data_row, LOGON_FAILED_OTHER), "LOGON_FAILED_OTHER");
    assert_string_equal(name_of(logon_data_row, LOGON_WARNING), "LOGON_WARNING");
    assert_null(logon_data_row(4)); // a session
    assert_null(logon_data_row(LOGON_MSG_NO_PERMISSION));
}

// NTSTATUS
#define LOGON_FAILURE UINT32_C(0xC000006D)
#define LOCKED_OUT    UINT32_C(0xC0000234)
#define MUST_CHANGE   UINT32_C(0xC0000224)

static void tells_a_failed_logon_from_a_dialog(void **state)
{
    (void)state;
    for (uint32_t session = 0; session < 6; session++) // whatever LOGON_FAILED_… its number is
        assert_false(logon_error_is_failure(LOGON_MSG_SESSION_CONTINUE, session));
    assert_true(logon_error_is_failure(LOGON_FAILURE, LOGON_FAILED_BAD_PASSWORD));
    assert_true(logon_error_is_failure(LOCKED_OUT, LOGON_FAILED_OTHER));
    assert_false(logon_error_is_failure(LOGON_FAILURE, LOGON_WARNING));
    assert_true(logon_error_is_failure(LOGON_MSG_NO_PERMISSION, 4));
    assert_true(logon_error_is_failure(LOGON_MSG_DISCONNECT_REFUSED, 4));
    assert_false(logon_error_is_failure(LOGON_MSG_BUMP_OPTIONS, 4));
    assert_false(logon_error_is_failure(LOGON_MSG_RECONNECT_OPTIONS, 4));
    assert_true(logon_notification_begins(LOGON_MSG_SESSION_CONTINUE));
    assert_false(logon_notification_begins(LOGON_MSG_NO_PERMISSION));
}

static void tells_why_a_logon_failed(void **state)
{
    (void)state;
    assert_int_equal(logon_error_code(LOGON_FAILURE, LOGON_FAILED_BAD_PASSWORD), LOGON_FAILED_BAD_PASSWORD);
    assert_int_equal(logon_error_code(LOCKED_OUT, LOGON_FAILED_BAD_PASSWORD), LOCKED_OUT);
    assert_int_equal(logon_error_code(LOCKED_OUT, LOGON_FAILED_OTHER), LOCKED_OUT);
    assert_int_equal(logon_error_code(MUST_CHANGE, LOGON_FAILED_UPDATE_PASSWORD), LOGON_FAILED_UPDATE_PASSWORD);
    assert_int_equal(logon_error_code(0, LOGON_FAILED_OTHER), LOGON_FAILED_OTHER);
    assert_int_equal(logon_error_code(LOGON_MSG_NO_PERMISSION, 1), LOGON_MSG_NO_PERMISSION); // session 1
    assert_string_equal(name_of(logon_error_row, LOCKED_OUT), "STATUS_ACCOUNT_LOCKED_OUT");
    assert_string_equal(name_of(logon_notification_row, LOGON_FAILURE), "STATUS_LOGON_FAILURE");
    assert_int_equal(logon_error_on_password(LOGON_FAILED_BAD_PASSWORD), PASSWORD_WRONG);
    assert_int_equal(logon_error_on_password(LOGON_FAILED_UPDATE_PASSWORD), PASSWORD_RIGHT);
    assert_int_equal(logon_error_on_password(LOGON_MSG_NO_PERMISSION), PASSWORD_UNSAID);
    assert_int_equal(logon_error_on_password(LOCKED_OUT), PASSWORD_UNSAID);
}

static void names_flags(void **state)
{
    (void)state;
    assert_string_equal(server_early_flag_at(3)->name, "RNS_UD_SC_SKIP_CHANNELJOIN_SUPPORTED");
    assert_null(server_early_flag_at(4));
    assert_int_equal(multitransport_flag_at(0)->code, 1);
    const struct code_row *row;
    uint32_t all = 0;
    for (size_t i = 0; (row = redirection_flag_at(i)); i++) {
        assert_int_equal(row->code & (row->code - 1), 0); // one bit each
        assert_int_equal(all & row->code, 0);
        all |= row->code;
    }
    assert_int_equal(all, LB_TARGET_NET_ADDRESS | LB_LOAD_BALANCE_INFO | LB_USERNAME | LB_DOMAIN | LB_PASSWORD |
                              LB_DONTSTOREUSERNAME | LB_SMARTCARD_LOGON | LB_NOREDIRECT | LB_TARGET_FQDN |
                              LB_TARGET_NETBIOS_NAME | LB_TARGET_NET_ADDRESSES | LB_CLIENT_TSV_URL |
                              LB_SERVER_TSV_CAPABLE | LB_PASSWORD_IS_PK_ENCRYPTED | LB_REDIRECTION_GUID |
                              LB_TARGET_CERTIFICATE);
}

static void knows_a_gateway_by_hresult_low_word_and_http_status(void **state)
{
    (void)state;
    assert_string_equal(name_of(gateway_row, 0x800759DA), "E_PROXY_RAP_ACCESSDENIED");
    assert_string_equal(name_of(gateway_row, 0x59DA), "E_PROXY_RAP_ACCESSDENIED");
    assert_string_equal(name_of(gateway_row, 0x8009030C), "SEC_E_LOGON_DENIED");
    assert_string_equal(name_of(gateway_row, 401), "HTTP_STATUS_DENIED");
    assert_null(gateway_row(0x80070000 | 401)); // an HRESULT's low word is no HTTP status
    assert_null(gateway_row(0x800859DA));
    // A refused password is one, whatever wraps it; a policy that refuses is none.
    assert_true(gateway_code_refuses_logon(0x8009030C) && gateway_code_refuses_logon(0x8007052E));
    assert_true(gateway_code_refuses_logon(0x80070775) && gateway_code_refuses_logon(0x59FA));
    assert_false(gateway_code_refuses_logon(0x800759DA) || gateway_code_refuses_logon(0x800759DB));
    assert_false(gateway_code_refuses_logon(0) || gateway_code_refuses_logon(0x80070532)); // expired: it was right
    assert_false(gateway_code_refuses_logon(0x8007052F)); // a restricted account: the password was not judged
    assert_string_equal(name_of(gateway_row, 302), "HTTP_STATUS_REDIRECT");
    assert_string_equal(name_of(gateway_row, 0x80070057), "ERROR_INVALID_PARAMETER");
    assert_string_equal(name_of(gateway_row, 0x8007051F), "ERROR_NO_LOGON_SERVERS");
    assert_string_equal(name_of(gateway_row, 0x80090311), "SEC_E_NO_AUTHENTICATING_AUTHORITY");
    assert_true(gateway_code_blocks_account(0x80070775) && gateway_code_blocks_account(0x533));
    assert_false(gateway_code_blocks_account(0x8009030C) || gateway_code_blocks_account(0x80090533));
    assert_true(gateway_code_is_plain_close(0) && gateway_code_is_plain_close(0x4CA));
    assert_true(gateway_code_is_plain_close(0x800700A0));
    assert_false(gateway_code_is_plain_close(0x4D4) || gateway_code_is_plain_close(0x800900A0));
}

static void has_no_row_for_what_is_not_specified(void **state)
{
    (void)state;
    assert_null(errinfo_row(0));
    assert_null(errinfo_row(0x107F));
    assert_null(negotiation_failure_row(0));
    assert_null(negotiation_failure_row(7));
    assert_null(ntstatus_row(0));
    assert_null(licensing_error_row(5));
    assert_null(licensing_message_row(0x14));
    assert_null(tls_alert_row(255));
    assert_null(ultimatum_row(5));
}

// Every code that the installed FreeRDP's headers name has the same name here.
static void names_error_info_as_freerdp_does(void **state)
{
    static const struct code_row known[] = {
#define KNOWN(name) {name, #name, ""}
        KNOWN(ERRINFO_RPC_INITIATED_DISCONNECT),
        KNOWN(ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION),
        KNOWN(ERRINFO_SERVER_DENIED_CONNECTION),
        KNOWN(ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES),
        KNOWN(ERRINFO_SERVER_FRESH_CREDENTIALS_REQUIRED),
        KNOWN(ERRINFO_CLOSE_STACK_ON_DRIVER_NOT_READY),
        KNOWN(ERRINFO_SERVER_WINLOGON_CRASH),
        KNOWN(ERRINFO_LICENSE_INTERNAL),
        KNOWN(ERRINFO_LICENSE_HWID_DOESNT_MATCH_LICENSE),
        KNOWN(ERRINFO_CB_CONNECTION_ERROR_INVALID_SETTINGS),
        KNOWN(ERRINFO_CONNECT_FAILED),
        KNOWN(ERRINFO_BAD_CAPABILITIES),
        KNOWN(ERRINFO_SECURITY_DATA_TOO_SHORT23),
        KNOWN(ERRINFO_GRAPHICS_SUBSYSTEM_FAILED),
        KNOWN(ERRINFO_ENCRYPTION_PACKAGE_MISMATCH),
        KNOWN(ERRINFO_PEER_DISCONNECTED),
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_string_equal(name_of(errinfo_row, known[i].code), known[i].name);
}

static void every_row_is_whole_and_alone(void **state)
{
    static const struct {
        lookup row;
        uint32_t first, last;
        unsigned count;
    } tables[] = {
        {errinfo_row, 0, 0x2000, 121},
        {negotiation_failure_row, 0, 100, 6},
        {ntstatus_row, 0xC0000000, 0xC0001000, 110},
        {licensing_error_row, 0, 0x100, 9},
        {licensing_message_row, 0, 0x100, 8},
        {gateway_row, 0, 0x10000, 97},
        {tls_alert_row, 0, 255, 32},
        {ultimatum_row, 0, 100, 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        unsigned count = 0;
        for (uint32_t code = tables[i].first; code <= tables[i].last; code++) {
            const struct code_row *row = tables[i].row(code);
            if (!row)
                continue;
            count++;
            assert_int_equal(row->code, code);
            assert_true(strlen(row->name) > 3 && strlen(row->name) < 64); // struct outcome's name
            assert_true(strlen(row->meaning) > 5);
            assert_null(strchr(row->name, ' '));
        }
        assert_int_equal(count, tables[i].count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_servers_answer),
        cmocka_unit_test(names_what_servers_announce),
        cmocka_unit_test(names_logon_notifications),
        cmocka_unit_test(tells_a_failed_logon_from_a_dialog),
        cmocka_unit_test(tells_why_a_logon_failed),
        cmocka_unit_test(names_flags),
        cmocka_unit_test(knows_a_gateway_by_hresult_low_word_and_http_status),
        cmocka_unit_test(has_no_row_for_what_is_not_specified),
        cmocka_unit_test(names_error_info_as_freerdp_does),
        cmocka_unit_test(every_row_is_whole_and_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
