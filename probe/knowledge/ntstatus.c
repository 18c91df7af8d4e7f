// SPDX-License-Identifier: Apache-2.0
// NTSTATUS values that a CredSSP server puts into TSRequest.errorCode (MS-CSSP 2.2.1; values from MS-ERREF 2.3).
#include "knowledge/table.h"

static const struct code_row rows[] = {
    {0xC000000D, "STATUS_INVALID_PARAMETER", "the server took the request for malformed"},
    {0xC0000022, "STATUS_ACCESS_DENIED", "access denied"},
    {NTSTATUS_NO_LOGON_SERVERS, "STATUS_NO_LOGON_SERVERS", "the server reaches no domain controller"},
    {0xC0000064, "STATUS_NO_SUCH_USER", "no such user"},
    {0xC000006A, "STATUS_WRONG_PASSWORD", "wrong password"},
    {0xC000006C, "STATUS_PASSWORD_RESTRICTION", "the password breaks a rule of the domain"},
    {0xC000006D, "STATUS_LOGON_FAILURE", "wrong user name or password"},
    {0xC000006E, "STATUS_ACCOUNT_RESTRICTION", "an account restriction forbids the logon (such as a blank password)"},
    {0xC000006F, "STATUS_INVALID_LOGON_HOURS", "the user may not log on at this time"},
    {0xC0000070, "STATUS_INVALID_WORKSTATION", "the user may not log on from this workstation"},
    {0xC0000071, "STATUS_PASSWORD_EXPIRED", "the password has expired"},
    {0xC0000072, "STATUS_ACCOUNT_DISABLED", "the account is disabled"},
    {NTSTATUS_NOT_SUPPORTED, "STATUS_NOT_SUPPORTED", "the server does not take this CredSSP version"},
    {0xC00000DC, "STATUS_INVALID_SERVER_STATE", "the security account manager or authority is in the wrong state"},
    {0xC00000E5, "STATUS_INTERNAL_ERROR", "internal error of the server"},
    {0xC0000133, "STATUS_TIME_DIFFERENCE_AT_DC", "the clocks of server and domain controller differ too much"},
    {NTSTATUS_LOGON_TYPE_NOT_GRANTED, "STATUS_LOGON_TYPE_NOT_GRANTED",
     "the user has not the right to log on in this way (such as not in Remote Desktop Users)"},
    {0xC000018A, "STATUS_NO_TRUST_LSA_SECRET", "the server has no secret for its domain trust"},
    {0xC000018B, "STATUS_NO_TRUST_SAM_ACCOUNT", "the domain has no account for this server"},
    {0xC000018C, "STATUS_TRUSTED_DOMAIN_FAILURE", "the trust between the domains failed"},
    {0xC000018D, "STATUS_TRUSTED_RELATIONSHIP_FAILURE", "the trust between server and domain failed"},
    {0xC0000192, "STATUS_NETLOGON_NOT_STARTED", "the server's Netlogon service is not running"},
    {0xC0000193, "STATUS_ACCOUNT_EXPIRED", "the account has expired"},
    {0xC0000199, "STATUS_NOLOGON_WORKSTATION_TRUST_ACCOUNT", "a computer account cannot log on"},
    {0xC0000224, "STATUS_PASSWORD_MUST_CHANGE", "the password must be changed before the first logon"},
    {0xC0000234, "STATUS_ACCOUNT_LOCKED_OUT", "the account is locked out"},
    {0xC0000388, "STATUS_DOWNGRADE_DETECTED", "the server suspects a downgrade attack"},
    {0xC0000413, "STATUS_AUTHENTICATION_FIREWALL_FAILED", "selective authentication of the trust keeps the user out"},
    {0xC0000418, "STATUS_NTLM_BLOCKED", "NTLM is blocked by policy"},
};

const struct code_row *ntstatus_row(uint32_t code)
{
    return CODE_ROW_FIND(rows, code);
}

const struct code_row *ntstatus_row_at(size_t index)
{
    return CODE_ROW_AT(rows, index);
}

bool ntstatus_blocks_account(uint32_t ntstatus)
{
    switch (ntstatus) {
    case 0xC0000072: // disabled
    case 0xC0000193: // expired
    case 0xC0000234: // locked out
        return true;
    default:
        return false;
    }
}

bool ntstatus_is_account_state(uint32_t ntstatus)
{
    switch (ntstatus) {
    case 0xC000006E: // restriction
    case 0xC000006F: // logon hours
    case 0xC0000070: // workstation
    case 0xC0000071: // password expired
    case 0xC0000224: // password must change
        return true;
    default:
        return ntstatus_blocks_account(ntstatus);
    }
}

enum password_word ntstatus_on_password(uint32_t ntstatus)
{
    enum { UPPER = 0xFFFF0000, FACILITY_NTWIN32 = 0xC0070000 };
    switch (ntstatus) {
    // LsaLogonUser gives these two and the expired password where user and password are legitimate. Not so
    // STATUS_ACCOUNT_RESTRICTION, which NTLM also gets for members of Protected Users, whatever the password.
    case 0xC000006F: // logon hours
    case 0xC0000070: // workstation
    case 0xC0000071: // password expired
    case NTSTATUS_LOGON_TYPE_NOT_GRANTED:
    case 0xC0000224: // password must change
        return PASSWORD_RIGHT;
    case SECURITY_LOGON_DENIED:
    case 0xC0000064: // no such user
    case 0xC000006A: // wrong password
    case 0xC000006D: // logon failure
        return PASSWORD_WRONG;
    default:
        // FreeRDP's servers wrap whatever the last Win32 error was, and fail for nothing else.
        return (ntstatus & UPPER) == FACILITY_NTWIN32 ? PASSWORD_WRONG : PASSWORD_UNSAID;
    }
}
