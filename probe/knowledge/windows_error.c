// SPDX-License-Identifier: Apache-2.0
// Errors of Windows (MS-ERREF 2.2) that a logon ends with, and codes that wrap them.
#include "knowledge/table.h"

static const struct code_row rows[] = {
    {0x5, "ERROR_ACCESS_DENIED", "access denied"},
    {0x6, "ERROR_INVALID_HANDLE", "the handle is not valid"},
    {0x8, "ERROR_NOT_ENOUGH_MEMORY", "there is not enough memory"},
    {0xE, "ERROR_OUTOFMEMORY", "there is not enough memory"},
    {0x57, "ERROR_INVALID_PARAMETER", "a parameter is not valid"},
    {0x7A, "ERROR_INSUFFICIENT_BUFFER", "the buffer is too small"},
    {0xEA, "ERROR_MORE_DATA", "more data is there than was asked for (what FreeRDP's server says of a wrong password)"},
    {0x51F, "ERROR_NO_LOGON_SERVERS", "no domain controller is reached"},
    {0x520, "ERROR_NO_SUCH_LOGON_SESSION", "the logon session is lost"},
    {0x522, "ERROR_PRIVILEGE_NOT_HELD", "a privilege is lacking"},
    {0x525, "ERROR_NO_SUCH_USER", "no such user"},
    {0x52B, "ERROR_WRONG_PASSWORD", "wrong password"},
    {0x52C, "ERROR_ILL_FORMED_PASSWORD", "the password has characters that are not allowed"},
    {0x52D, "ERROR_PASSWORD_RESTRICTION", "the password breaks a rule of the domain"},
    {0x52E, "ERROR_LOGON_FAILURE", "wrong user name or password"},
    {0x52F, "ERROR_ACCOUNT_RESTRICTION", "an account restriction forbids this way to log on"},
    {0x530, "ERROR_INVALID_LOGON_HOURS", "the user may not log on at this time"},
    {0x531, "ERROR_INVALID_WORKSTATION", "the user may not log on from this workstation"},
    {0x532, "ERROR_PASSWORD_EXPIRED", "the password has expired"},
    {0x533, "ERROR_ACCOUNT_DISABLED", "the account is disabled"},
    {0x534, "ERROR_NONE_MAPPED", "no identifier could be made of the user's name"},
    {0x54B, "ERROR_NO_SUCH_DOMAIN", "no such domain, or it could not be reached"},
    {0x569, "ERROR_LOGON_TYPE_NOT_GRANTED", "the user has not the right to log on in this way"},
    {0x576, "ERROR_TIME_SKEW", "the clocks differ too much"},
    {0x5B4, "ERROR_TIMEOUT", "another machine was waited for in vain"},
    {0x6FA, "ERROR_NO_TRUST_LSA_SECRET", "the server has no secret for its domain trust"},
    {0x6FB, "ERROR_NO_TRUST_SAM_ACCOUNT", "the domain has no account for this server"},
    {0x6FC, "ERROR_TRUSTED_DOMAIN_FAILURE", "the trust between the domains failed"},
    {0x6FD, "ERROR_TRUSTED_RELATIONSHIP_FAILURE", "the trust between server and domain failed"},
    {0x6FE, "ERROR_TRUST_FAILURE", "the trust between server and domain failed on the way"},
    {0x700, "ERROR_NETLOGON_NOT_STARTED", "the Netlogon service is not running"},
    {0x701, "ERROR_ACCOUNT_EXPIRED", "the account has expired"},
    {0x773, "ERROR_PASSWORD_MUST_CHANGE", "the password must be changed before the first logon"},
    {0x774, "ERROR_DOMAIN_CONTROLLER_NOT_FOUND", "no domain controller is found"},
    {0x775, "ERROR_ACCOUNT_LOCKED_OUT", "the account is locked out"},
    {0x791, "ERROR_NTLM_BLOCKED", "NTLM is blocked by policy"},
};

const struct code_row *windows_error_row(uint32_t code)
{
    return CODE_ROW_FIND(rows, code);
}

const struct code_row *windows_error_row_at(size_t index)
{
    return CODE_ROW_AT(rows, index);
}
