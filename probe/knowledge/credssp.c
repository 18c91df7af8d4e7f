// SPDX-License-Identifier: Apache-2.0
// What TSRequest.errorCode (MS-CSSP 2.2.1) may be: an NTSTATUS, a result of SSPI, or an error of Windows wrapped as an
// NTSTATUS (NTSTATUS_FROM_WIN32, facility 7), which may itself be the low word of a result of SSPI.
#include "knowledge/table.h"

#define FACILITY_SSPI    UINT32_C(0x80090000) // MS-ERREF 2.1.1
#define FACILITY_NTWIN32 UINT32_C(0xC0070000) // MS-ERREF 2.3

enum { LOW_WORD = 0xFFFF, SSPI_FIRST = 0x300, SSPI_LAST = 0x367 };

static bool wraps_windows(uint32_t code)
{
    return (code & ~(uint32_t)LOW_WORD) == FACILITY_NTWIN32;
}

// A wrapped result of SSPI as the result itself; any other code as it is.
static uint32_t unwrapped(uint32_t code)
{
    uint32_t word = code & LOW_WORD;
    return wraps_windows(code) && word >= SSPI_FIRST && word <= SSPI_LAST ? FACILITY_SSPI | word : code;
}

const struct code_row *credssp_row(uint32_t code)
{
    const struct code_row *row = sspi_row(unwrapped(code));
    if (!row && wraps_windows(code))
        row = windows_error_row(code & LOW_WORD);
    return row ? row : ntstatus_row(code);
}

const struct code_row *credssp_row_at(size_t index)
{
    size_t before = 0;
    const struct code_row *row = ntstatus_row_at(index);
    while (!row && ntstatus_row_at(before))
        before++;
    return row ? row : sspi_row_at(index - before);
}

bool credssp_blocks_account(uint32_t code)
{
    switch (code) {
    case 0xC0000072: // disabled
    case 0xC0000193: // expired
    case 0xC0000234: // locked out
    case FACILITY_NTWIN32 | 0x533:
    case FACILITY_NTWIN32 | 0x701:
    case FACILITY_NTWIN32 | 0x775:
        return true;
    default:
        return false;
    }
}

bool credssp_is_account_state(uint32_t code)
{
    switch (code) {
    case 0xC000006F: // logon hours
    case 0xC0000070: // workstation
    case 0xC0000071: // password expired
    case 0xC0000224: // password must change
    case FACILITY_NTWIN32 | 0x530:
    case FACILITY_NTWIN32 | 0x531:
    case FACILITY_NTWIN32 | 0x532:
    case FACILITY_NTWIN32 | 0x773:
        return true;
    default:
        return credssp_blocks_account(code);
    }
}

enum credssp_refusal credssp_refusal_of(uint32_t code)
{
    switch (unwrapped(code)) {
    case SECURITY_UNSUPPORTED_FUNCTION: // what Windows answers where incoming NTLM is switched off
    case 0xC0000418:                    // NTLM blocked
    case FACILITY_NTWIN32 | 0x791:
        return REFUSAL_NTLM;
    case 0xC000006E: // account restriction
    case FACILITY_NTWIN32 | 0x52F:
        return REFUSAL_RESTRICTED_ACCOUNT;
    case 0xC000018A: // no secret
    case 0xC000018B: // no account of the server
    case 0xC000018C: // trusted domain
    case 0xC000018D: // trusted relationship
    case 0xC0000190: // trust failure
    case 0xC0000192: // Netlogon not started
    case 0xC000019B: // trust inconsistent
    case FACILITY_NTWIN32 | 0x6FA:
    case FACILITY_NTWIN32 | 0x6FB:
    case FACILITY_NTWIN32 | 0x6FC:
    case FACILITY_NTWIN32 | 0x6FD:
    case FACILITY_NTWIN32 | 0x6FE:
    case FACILITY_NTWIN32 | 0x700:
        return REFUSAL_DOMAIN_TRUST;
    case NTSTATUS_NO_LOGON_SERVERS:
    case 0xC00000DF: // no such domain
    case 0xC0000233: // domain controller not found
    case SECURITY_NO_AUTHORITY:
    case FACILITY_NTWIN32 | 0x51F:
    case FACILITY_NTWIN32 | 0x54B:
    case FACILITY_NTWIN32 | 0x774:
        return REFUSAL_NO_AUTHORITY;
    case SECURITY_TARGET_UNKNOWN:
    case SECURITY_WRONG_PRINCIPAL:
    case 0x80090347: // several accounts have the name
        return REFUSAL_SERVICE_NAME;
    case SECURITY_BAD_BINDINGS:
    case 0xC000035B:
        return REFUSAL_CHANNEL_BINDINGS;
    default:
        return REFUSAL_OTHER;
    }
}

static enum password_word by_refusal(uint32_t code)
{
    switch (credssp_refusal_of(code)) {
    case REFUSAL_NTLM:
    case REFUSAL_RESTRICTED_ACCOUNT:
    case REFUSAL_DOMAIN_TRUST:
    case REFUSAL_NO_AUTHORITY:
    case REFUSAL_SERVICE_NAME:
        return PASSWORD_NOT_JUDGED;
    case REFUSAL_CHANNEL_BINDINGS: // NTLM's own proof comes before
    case REFUSAL_OTHER:
        break;
    }
    return PASSWORD_UNSAID;
}

enum password_word credssp_on_password(uint32_t code)
{
    switch (unwrapped(code)) {
    // LsaLogonUser gives these two and the expired password where user and password are legitimate. Not so
    // STATUS_ACCOUNT_RESTRICTION, which NTLM also gets for members of Protected Users, whatever the password.
    case 0xC000006F: // logon hours
    case 0xC0000070: // workstation
    case 0xC0000071: // password expired
    case NTSTATUS_LOGON_TYPE_NOT_GRANTED:
    case 0xC0000224: // password must change
    case FACILITY_NTWIN32 | 0x530:
    case FACILITY_NTWIN32 | 0x531:
    case FACILITY_NTWIN32 | 0x532:
    case FACILITY_NTWIN32 | 0x569:
    case FACILITY_NTWIN32 | 0x773:
        return PASSWORD_RIGHT;
    case SECURITY_LOGON_DENIED:
    case 0xC0000064: // no such user
    case 0xC000006A: // wrong password
    case 0xC000006D: // logon failure
        return PASSWORD_WRONG;
    case NTSTATUS_NOT_SUPPORTED: // the version of CredSSP, or the way to log on
    case 0xC0000133:             // clocks of server and domain controller
    case 0xC0000413:             // selective authentication
    case 0x80090324:             // clocks
        return PASSWORD_NOT_JUDGED;
    default:
        break;
    }
    enum password_word word = by_refusal(code);
    // FreeRDP's servers wrap whatever the last Win32 error was, and fail for nothing else.
    if (word == PASSWORD_UNSAID && wraps_windows(code) && !credssp_blocks_account(code))
        return PASSWORD_WRONG;
    return word;
}
