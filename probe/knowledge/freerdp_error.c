// SPDX-License-Identifier: Apache-2.0
// What FreeRDP says of itself: freerdp_get_last_error() of class CONNECT (FreeRDP 3.10, error.h: class 2 in the high
// word), and the statuses that xfreerdp3 ends with (xfreerdp.h and xf_exit_code_from_disconnect_reason(), the same
// version; the statuses of licensing errors are those that the program really returns, which its list has otherwise).
#include <string.h>

#include "knowledge/table.h"

#define CONNECT(code) (UINT32_C(0x20000) + (code))

static const struct code_row errors[] = {
    {CONNECT(0x1), "ERRCONNECT_PRE_CONNECT_FAILED", "the client could not prepare itself: a setting or a callback"},
    {CONNECT(0x2), "ERRCONNECT_CONNECT_UNDEFINED", "the connection failed, and the client does not know where"},
    {CONNECT(0x3), "ERRCONNECT_POST_CONNECT_FAILED", "the client failed after the connection was made: its graphics"},
    {CONNECT(0x4), "ERRCONNECT_DNS_ERROR", "the name could not be looked up"},
    {CONNECT(0x5), "ERRCONNECT_DNS_NAME_NOT_FOUND", "the name was not found"},
    {CONNECT(0x6), "ERRCONNECT_CONNECT_FAILED", "no TCP connection came about"},
    {CONNECT(0x7), "ERRCONNECT_MCS_CONNECT_INITIAL_ERROR", "MCS was not begun"},
    {CONNECT(0x8), "ERRCONNECT_TLS_CONNECT_FAILED", "the TLS handshake failed, or the certificate was not accepted"},
    {CONNECT(0x9), "ERRCONNECT_AUTHENTICATION_FAILED", "NLA failed"},
    {CONNECT(0xA), "ERRCONNECT_INSUFFICIENT_PRIVILEGES", "the user lacks the right to log on remotely"},
    {CONNECT(0xB), "ERRCONNECT_CONNECT_CANCELLED", "this client ended the attempt"},
    {CONNECT(0xC), "ERRCONNECT_SECURITY_NEGO_CONNECT_FAILED", "no security protocol could be agreed on"},
    {CONNECT(0xD), "ERRCONNECT_CONNECT_TRANSPORT_FAILED",
     "the connection broke; FreeRDP says so wherever the peer ends it without a reason that it knows"},
    {CONNECT(0xE), "ERRCONNECT_PASSWORD_EXPIRED", "the password has expired"},
    {CONNECT(0xF), "ERRCONNECT_PASSWORD_CERTAINLY_EXPIRED", "the password has expired"},
    {CONNECT(0x10), "ERRCONNECT_CLIENT_REVOKED",
     "the domain controller refuses the account: locked, disabled or barred"},
    {CONNECT(0x11), "ERRCONNECT_KDC_UNREACHABLE", "no Kerberos domain controller answers"},
    {CONNECT(0x12), "ERRCONNECT_ACCOUNT_DISABLED", "the account is disabled"},
    {CONNECT(0x13), "ERRCONNECT_PASSWORD_MUST_CHANGE", "the password must be changed before the first logon"},
    {CONNECT(0x14), "ERRCONNECT_LOGON_FAILURE", "wrong user name or password"},
    {CONNECT(0x15), "ERRCONNECT_WRONG_PASSWORD", "wrong password"},
    {CONNECT(0x16), "ERRCONNECT_ACCESS_DENIED", "access denied"},
    {CONNECT(0x17), "ERRCONNECT_ACCOUNT_RESTRICTION", "an account restriction forbids this way to log on"},
    {CONNECT(0x18), "ERRCONNECT_ACCOUNT_LOCKED_OUT", "the account is locked out"},
    {CONNECT(0x19), "ERRCONNECT_ACCOUNT_EXPIRED", "the account has expired"},
    {CONNECT(0x1A), "ERRCONNECT_LOGON_TYPE_NOT_GRANTED", "the user has not the right to log on in this way"},
    {CONNECT(0x1B), "ERRCONNECT_NO_OR_MISSING_CREDENTIALS", "the client was given no user or no password"},
    {CONNECT(0x1C), "ERRCONNECT_ACTIVATION_TIMEOUT", "the session was not activated in time"},
};

static const struct code_row statuses[] = {
    {1, "XF_EXIT_DISCONNECT", "error info 1: an administrator's tool disconnected the session"},
    {2, "XF_EXIT_LOGOFF", "error info 2, or the session was logged off"},
    {3, "XF_EXIT_IDLE_TIMEOUT", "error info 3: the session was idle for too long"},
    {4, "XF_EXIT_LOGON_TIMEOUT", "error info 4: the session lasted too long"},
    {5, "XF_EXIT_CONN_REPLACED", "error info 5: another connection took the session over"},
    {6, "XF_EXIT_OUT_OF_MEMORY", "error info 6: the server ran out of memory"},
    {7, "XF_EXIT_CONN_DENIED", "error info 7: the server denied the connection; mstsc's 0x3/0x7"},
    {8, "XF_EXIT_CONN_DENIED_FIPS", "error info 8: denied for the server's FIPS policy"},
    {9, "XF_EXIT_USER_PRIVILEGES", "error info 9: the user lacks the right to log on remotely"},
    {10, "XF_EXIT_FRESH_CREDENTIALS_REQUIRED", "error info 0xA: the server does not take saved credentials"},
    {11, "XF_EXIT_DISCONNECT_BY_USER", "error info 0xB: a tool in the session disconnected it"},
    {12, "ERRINFO_LOGOFF_BY_USER", "error info 0xC: the user logged off"},
    {32, "XF_EXIT_RDP", "an error info from 0x10C9 to 0x1193: the server found a fault in what the client sent"},
    {128, "XF_EXIT_PARSE_ARGUMENTS", "the command line was not understood; nothing was tried"},
    {129, "XF_EXIT_MEMORY", "this machine ran out of memory"},
    {130, "XF_EXIT_PROTOCOL", "the protocol was broken"},
    {131, "XF_EXIT_CONN_FAILED", "the connection failed, and no error that has a status of its own was seen"},
    {132, "XF_EXIT_AUTH_FAILURE", "ERRCONNECT_AUTHENTICATION_FAILED: NLA failed"},
    {133, "XF_EXIT_NEGO_FAILURE", "ERRCONNECT_SECURITY_NEGO_CONNECT_FAILED: no security protocol was agreed on"},
    {134, "XF_EXIT_LOGON_FAILURE", "ERRCONNECT_LOGON_FAILURE: wrong user name or password"},
    {135, "XF_EXIT_ACCOUNT_LOCKED_OUT", "ERRCONNECT_ACCOUNT_LOCKED_OUT: the account is locked out"},
    {136, "XF_EXIT_PRE_CONNECT_FAILED", "ERRCONNECT_PRE_CONNECT_FAILED: the client could not prepare itself"},
    {137, "XF_EXIT_CONNECT_UNDEFINED", "ERRCONNECT_CONNECT_UNDEFINED: failed, and the client does not know where"},
    {138, "XF_EXIT_POST_CONNECT_FAILED", "ERRCONNECT_POST_CONNECT_FAILED: the client's graphics failed"},
    {139, "XF_EXIT_DNS_ERROR", "ERRCONNECT_DNS_ERROR: the name could not be looked up"},
    {140, "XF_EXIT_DNS_NAME_NOT_FOUND", "ERRCONNECT_DNS_NAME_NOT_FOUND: the name was not found"},
    {141, "XF_EXIT_CONNECT_FAILED", "ERRCONNECT_CONNECT_FAILED: no TCP connection came about"},
    {142, "XF_EXIT_MCS_CONNECT_INITIAL_ERROR", "ERRCONNECT_MCS_CONNECT_INITIAL_ERROR: MCS was not begun"},
    {143, "XF_EXIT_TLS_CONNECT_FAILED", "ERRCONNECT_TLS_CONNECT_FAILED: TLS failed, or the certificate was refused"},
    {144, "XF_EXIT_INSUFFICIENT_PRIVILEGES", "ERRCONNECT_INSUFFICIENT_PRIVILEGES: no right to log on remotely"},
    {145, "XF_EXIT_CONNECT_CANCELLED", "ERRCONNECT_CONNECT_CANCELLED: this client ended the attempt"},
    {147, "XF_EXIT_CONNECT_TRANSPORT_FAILED", "ERRCONNECT_CONNECT_TRANSPORT_FAILED: the connection broke"},
    {148, "XF_EXIT_CONNECT_PASSWORD_EXPIRED", "ERRCONNECT_PASSWORD_EXPIRED: the password has expired"},
    {149, "XF_EXIT_CONNECT_PASSWORD_MUST_CHANGE", "ERRCONNECT_PASSWORD_MUST_CHANGE: it must be changed first"},
    {150, "XF_EXIT_CONNECT_KDC_UNREACHABLE", "ERRCONNECT_KDC_UNREACHABLE: no Kerberos domain controller answers"},
    {151, "XF_EXIT_CONNECT_ACCOUNT_DISABLED", "ERRCONNECT_ACCOUNT_DISABLED: the account is disabled"},
    {152, "XF_EXIT_CONNECT_PASSWORD_CERTAINLY_EXPIRED", "ERRCONNECT_PASSWORD_CERTAINLY_EXPIRED: it has expired"},
    {153, "XF_EXIT_CONNECT_CLIENT_REVOKED", "ERRCONNECT_CLIENT_REVOKED: the account is locked, disabled or barred"},
    {154, "XF_EXIT_CONNECT_WRONG_PASSWORD", "ERRCONNECT_WRONG_PASSWORD: wrong password"},
    {155, "XF_EXIT_CONNECT_ACCESS_DENIED", "ERRCONNECT_ACCESS_DENIED: access denied"},
    {156, "XF_EXIT_CONNECT_ACCOUNT_RESTRICTION", "ERRCONNECT_ACCOUNT_RESTRICTION: this way to log on is forbidden"},
    {157, "XF_EXIT_CONNECT_ACCOUNT_EXPIRED", "ERRCONNECT_ACCOUNT_EXPIRED: the account has expired"},
    {158, "XF_EXIT_CONNECT_LOGON_TYPE_NOT_GRANTED", "ERRCONNECT_LOGON_TYPE_NOT_GRANTED: no right to log on so"},
    {159, "XF_EXIT_CONNECT_NO_OR_MISSING_CREDENTIALS", "ERRCONNECT_NO_OR_MISSING_CREDENTIALS: no user or password"},
    {240, "XF_EXIT_LICENSE_INTERNAL", "error info 0x100: the server's licensing component failed"},
    {241, "XF_EXIT_LICENSE_NO_LICENSE_SERVER", "error info 0x101: the server found no licence server"},
    {242, "XF_EXIT_LICENSE_NO_LICENSE", "error info 0x102: no client access licence is left"},
    {243, "XF_EXIT_LICENSE_BAD_CLIENT_MSG", "error info 0x103: the client sent an invalid licensing message"},
    {244, "XF_EXIT_LICENSE_HWID_DOESNT_MATCH", "error info 0x104: the stored licence is altered or another machine's"},
    {245, "XF_EXIT_LICENSE_BAD_CLIENT", "error info 0x105: the client's licence is not valid"},
    {246, "XF_EXIT_LICENSE_CANT_FINISH_PROTOCOL", "error info 0x106: network trouble ended licensing"},
    {247, "XF_EXIT_LICENSE_CLIENT_ENDED_PROTOCOL", "error info 0x107: the client ended licensing"},
    {248, "XF_EXIT_LICENSE_BAD_CLIENT_ENCRYPTION",
     "error info 0x108: the client's licensing message is not encrypted right"},
    {249, "XF_EXIT_LICENSE_CANT_UPGRADE", "error info 0x109: the licence could not be upgraded"},
    {250, "XF_EXIT_LICENSE_NO_REMOTE_CONNECTIONS", "error info 0x10A: the server is not licensed for it"},
    {255, "XF_EXIT_UNKNOWN", "an error info that xfreerdp3 has no status for, above 0xC"},
};

const struct code_row *freerdp_error_row_at(size_t index)
{
    return CODE_ROW_AT(errors, index);
}

const struct code_row *xfreerdp_status_row_at(size_t index)
{
    return CODE_ROW_AT(statuses, index);
}

// What the client has seen when it says so (FreeRDP 3.10: nla.c for NTSTATUS, info.c and xf_client.c for error infos).
static const struct {
    uint32_t error;
    const char *family;
    uint32_t code;
} seen[] = {
    {CONNECT(0x4), "dns", 3},
    {CONNECT(0x5), "dns", 2},
    {CONNECT(0x6), "tcp", 111},
    {CONNECT(0x8), "tls", 0},
    {CONNECT(0xA), "errinfo", 0x9},
    {CONNECT(0xD), "closed", 0},
    {CONNECT(0xE), "credssp", UINT32_C(0xC0000071)},
    {CONNECT(0x12), "credssp", UINT32_C(0xC0000072)},
    {CONNECT(0x13), "credssp", UINT32_C(0xC0000224)},
    {CONNECT(0x14), "credssp", UINT32_C(0xC000006D)},
    {CONNECT(0x15), "credssp", UINT32_C(0xC000006A)},
    {CONNECT(0x16), "credssp", UINT32_C(0xC0000022)},
    {CONNECT(0x17), "credssp", UINT32_C(0xC000006E)},
    {CONNECT(0x18), "credssp", UINT32_C(0xC0000234)},
    {CONNECT(0x19), "credssp", UINT32_C(0xC0000193)},
    {CONNECT(0x1A), "credssp", UINT32_C(0xC000015B)},
};

// The error that a status stands for: its meaning begins with the error's name. 0: none.
static uint32_t error_of_status(uint32_t status)
{
    const struct code_row *row = CODE_ROW_FIND(statuses, status);
    for (size_t i = 0; row && i < sizeof errors / sizeof errors[0]; i++) {
        size_t length = strlen(errors[i].name);
        if (strncmp(row->meaning, errors[i].name, length) == 0 && row->meaning[length] == ':')
            return errors[i].code;
    }
    return 0;
}

bool freerdp_error_seen(uint32_t error, const char **family, uint32_t *code)
{
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        if (seen[i].error != error)
            continue;
        *family = seen[i].family;
        *code = seen[i].code;
        return true;
    }
    return false;
}

bool xfreerdp_status_seen(uint32_t status, const char **family, uint32_t *code)
{
    enum { ERRINFO_LAST = 12, LICENSE_FIRST = 240, LICENSE_LAST = 250, ERRINFO_LICENSE = 0x100 };
    if (status > ERRINFO_LAST && (status < LICENSE_FIRST || status > LICENSE_LAST))
        return freerdp_error_seen(error_of_status(status), family, code);
    *family = "errinfo";
    *code = status <= ERRINFO_LAST ? status : status - LICENSE_FIRST + ERRINFO_LICENSE;
    return true;
}
