// SPDX-License-Identifier: Apache-2.0
// RD Gateway answers: HRESULTs and their low words (MS-TSGU 2.2.6.1, 2.2.6.2), errors of the layers below (MS-ERREF
// 2.1, 2.2), and HTTP status codes (RFC 9110 15, named as in WinHTTP where it has them). The two number ranges do not
// meet.
#include "knowledge/table.h"

static const struct code_row words[] = {
    {0x5, "ERROR_ACCESS_DENIED", "the gateway denied the call"},
    {0x57, "ERROR_INVALID_PARAMETER", "the gateway took the call for malformed"},
    {0xA0, "ERROR_BAD_ARGUMENTS", "the target closed the connection"},
    {0x3E3, "ERROR_OPERATION_ABORTED", "the gateway gave the call up"},
    {0x4CA, "ERROR_GRACEFUL_DISCONNECT", "the gateway ended the connection in the regular way"},
    {0x4D4, "ERROR_CONNECTION_ABORTED", "the gateway's administrator or policy ended the connection"},
    {0x4E3, "ERROR_ONLY_IF_CONNECTED", "the call needs a connection that is not there"},
    {0x52E, "ERROR_LOGON_FAILURE", "the gateway refuses the credentials"},
    {0x52F, "ERROR_ACCOUNT_RESTRICTION", "an account restriction forbids the logon at the gateway"},
    {0x530, "ERROR_INVALID_LOGON_HOURS", "the user may not log on at the gateway at this time"},
    {0x531, "ERROR_INVALID_WORKSTATION", "the user may not log on from this workstation"},
    {0x532, "ERROR_PASSWORD_EXPIRED", "the password has expired"},
    {0x533, "ERROR_ACCOUNT_DISABLED", "the account is disabled"},
    {0x569, "ERROR_LOGON_TYPE_NOT_GRANTED", "the user has not the right to log on at the gateway in this way"},
    {0x701, "ERROR_ACCOUNT_EXPIRED", "the account has expired"},
    {0x71A, "RPC_S_CALL_CANCELLED", "the RPC transport was cancelled"},
    {0x773, "ERROR_PASSWORD_MUST_CHANGE", "the password must be changed before the first logon"},
    {0x775, "ERROR_ACCOUNT_LOCKED_OUT", "the account is locked out"},
    {0x59D8, "E_PROXY_INTERNALERROR", "internal error of the gateway"},
    {GATEWAY_RAP_ACCESSDENIED, "E_PROXY_RAP_ACCESSDENIED",
     "the gateway's resource policy (RAP) refuses the target or its name"},
    {GATEWAY_NAP_ACCESSDENIED, "E_PROXY_NAP_ACCESSDENIED",
     "the gateway's connection policy (CAP) refuses the user or client"},
    {GATEWAY_TS_CONNECTFAILED, "E_PROXY_TS_CONNECTFAILED", "the gateway cannot reach the target"},
    {0x59DF, "E_PROXY_ALREADYDISCONNECTED", "the tunnel or channel is gone"},
    {0x59E6, "E_PROXY_MAXCONNECTIONSREACHED", "the gateway's connection limit is reached"},
    {0x59E8, "E_PROXY_NOTSUPPORTED", "the gateway does not support the packet"},
    {0x59E9, "E_PROXY_CAPABILITYMISMATCH", "the gateway wants a capability that the client lacks (consent signing)"},
    {0x59ED, "E_PROXY_QUARANTINE_ACCESSDENIED", "the gateway's health policy keeps the client in quarantine"},
    {GATEWAY_NOCERTAVAILABLE, "E_PROXY_NOCERTAVAILABLE", "the gateway has no certificate"},
    {0x59F6, "E_PROXY_SESSIONTIMEOUT", "the gateway's session limit is reached"},
    {0x59F7, "E_PROXY_COOKIE_BADPACKET", "the access token is malformed"},
    {GATEWAY_COOKIE_ACCESS_DENIED, "E_PROXY_COOKIE_AUTHENTICATION_ACCESS_DENIED",
     "the gateway refuses the access token"},
    {0x59F9, "E_PROXY_UNSUPPORTED_AUTHENTICATION_METHOD", "the gateway wants another way of authentication"},
    {GATEWAY_REAUTH_AUTHN_FAILED, "E_PROXY_REAUTH_AUTHN_FAILED", "renewed authentication at the gateway failed"},
    {0x59FB, "E_PROXY_REAUTH_CAP_FAILED", "the connection policy refused when it was asked again"},
    {0x59FC, "E_PROXY_REAUTH_RAP_FAILED", "the resource policy refused when it was asked again"},
    {0x59FD, "E_PROXY_SDR_NOT_SUPPORTED_BY_TS", "the target lacks the policy exchange that the gateway wants"},
    {0x5A00, "E_PROXY_REAUTH_NAP_FAILED", "the health policy refused when it was asked again"},
};

static const struct code_row statuses[] = {
    {300, "HTTP_STATUS_AMBIGUOUS", "the web server leaves it open where to go"},
    {301, "HTTP_STATUS_MOVED", "the web server sends the client to another address"},
    {302, "HTTP_STATUS_REDIRECT",
     "the web server sends the client to another address: what answers is a web site, and no RD Gateway"},
    {303, "HTTP_STATUS_REDIRECT_METHOD", "the web server sends the client to another page"},
    {304, "HTTP_STATUS_NOT_MODIFIED", "the web server says that nothing has changed"},
    {305, "HTTP_STATUS_USE_PROXY", "a proxy must be used"},
    {307, "HTTP_STATUS_REDIRECT_KEEP_VERB", "the web server sends the client to another address"},
    {308, "HTTP_STATUS_PERMANENT_REDIRECT", "the web server sends the client to another address for good"},
    {400, "HTTP_STATUS_BAD_REQUEST", "the gateway took the HTTP request for malformed"},
    {HTTP_ANSWER_DENIED, "HTTP_STATUS_DENIED", "the gateway refuses the credentials"},
    {402, "HTTP_STATUS_PAYMENT_REQ", "the web server wants to be paid"},
    {403, "HTTP_STATUS_FORBIDDEN", "the gateway forbids the request"},
    {404, "HTTP_STATUS_NOT_FOUND", "there is no RD Gateway under this address"},
    {405, "HTTP_STATUS_BAD_METHOD", "the web server does not know the gateway's methods"},
    {406, "HTTP_STATUS_NONE_ACCEPTABLE", "the web server has nothing that the client accepts"},
    {407, "HTTP_STATUS_PROXY_AUTH_REQ", "a proxy in between wants authentication"},
    {408, "HTTP_STATUS_REQUEST_TIMEOUT", "the web server waited for the request in vain"},
    {409, "HTTP_STATUS_CONFLICT", "the request is in conflict with the state of the web server"},
    {410, "HTTP_STATUS_GONE", "there is no RD Gateway under this address any more"},
    {411, "HTTP_STATUS_LENGTH_REQUIRED", "something in between does not take a request without a length"},
    {412, "HTTP_STATUS_PRECOND_FAILED", "a condition of the request does not hold"},
    {413, "HTTP_STATUS_REQUEST_TOO_LARGE", "something in between does not take a request of that length"},
    {414, "HTTP_STATUS_URI_TOO_LONG", "the address of the request is too long"},
    {415, "HTTP_STATUS_UNSUPPORTED_MEDIA", "the web server does not take what was sent"},
    {421, "HTTP_STATUS_MISDIRECTED_REQUEST", "the web server is not the one for this name"},
    {426, "HTTP_STATUS_UPGRADE_REQUIRED", "the web server wants another protocol"},
    {429, "HTTP_STATUS_TOO_MANY_REQUESTS", "the web server has had too many requests"},
    {431, "HTTP_STATUS_HEADERS_TOO_LARGE", "something in between does not take headers of that length"},
    {451, "HTTP_STATUS_LEGAL_REASONS", "the web server may not answer for legal reasons"},
    {500, "HTTP_STATUS_SERVER_ERROR", "internal error of the gateway"},
    {501, "HTTP_STATUS_NOT_SUPPORTED", "something in between does not know the gateway's methods"},
    {502, "HTTP_STATUS_BAD_GATEWAY", "a server in between cannot reach the gateway"},
    {503, "HTTP_STATUS_SERVICE_UNAVAIL", "the gateway is out of service"},
    {504, "HTTP_STATUS_GATEWAY_TIMEOUT", "a server in between waited for the gateway in vain"},
    {505, "HTTP_STATUS_VERSION_NOT_SUP", "the web server does not know the version of HTTP"},
    {511, "HTTP_STATUS_NETWORK_AUTH_REQ", "a portal of the network in between wants a logon"},
};

// HTTP_TUNNEL_REDIR_FLAGS, MS-TSGU 2.2.5.3.8.
static const struct code_row redirections[] = {
    {0x00000001, "DISABLE_DRIVE", "drives are not to be redirected"},
    {0x00000002, "DISABLE_PRINTER", "printers are not to be redirected"},
    {0x00000004, "DISABLE_PORT", "ports are not to be redirected"},
    {0x00000008, "DISABLE_CLIPBOARD", "the clipboard is not to be shared"},
    {0x00000010, "DISABLE_PNP", "plug and play devices are not to be redirected"},
    {0x40000000, "DISABLE_ALL", "nothing is to be redirected"},
    {0x80000000, "ENABLE_ALL", "everything may be redirected"},
};

// The error of MS-ERREF 2.2, or the gateway's own, without its facility; 0 where it has another one.
static uint32_t word_of(uint32_t code)
{
    return code >> 16 == HRESULT_FACILITY_WIN32 ? code & 0xFFFF : code <= 0xFFFF ? code : 0;
}

uint32_t gateway_code_plain(uint32_t code)
{
    return code >> 16 == HRESULT_FACILITY_WIN32 ? code & 0xFFFF : code;
}

const struct code_row *gateway_row(uint32_t code)
{
    if (code >> 16 == HRESULT_FACILITY_WIN32) {
        const struct code_row *word = CODE_ROW_FIND(words, code & 0xFFFF);
        return word ? word : windows_error_row(code & 0xFFFF);
    }
    const struct code_row *row = CODE_ROW_FIND(words, code);
    if (!row)
        row = CODE_ROW_FIND(statuses, code);
    if (!row)
        row = windows_error_row(code);
    return row ? row : sspi_row(code);
}

const struct code_row *gateway_row_at(size_t index)
{
    enum { WORDS = sizeof words / sizeof words[0], STATUSES = sizeof statuses / sizeof statuses[0] };
    if (index < WORDS)
        return &words[index];
    if (index < WORDS + STATUSES)
        return &statuses[index - WORDS];
    return sspi_row_at(index - WORDS - STATUSES);
}

const struct code_row *gateway_redirection_flag_at(size_t index)
{
    return CODE_ROW_AT(redirections, index);
}

bool gateway_code_refuses_logon(uint32_t code)
{
    switch (word_of(code)) {
    case 0x52E: // logon failure
    case GATEWAY_REAUTH_AUTHN_FAILED:
        return true;
    default:
        return code == SECURITY_LOGON_DENIED || gateway_code_blocks_account(code);
    }
}

bool gateway_code_blocks_account(uint32_t code)
{
    switch (word_of(code)) {
    case 0x533: // disabled
    case 0x701: // expired
    case 0x775: // locked out
        return true;
    default:
        return false;
    }
}

bool gateway_code_is_plain_close(uint32_t status)
{
    switch (word_of(status)) {
    case 0xA0:  // the target closed the connection
    case 0x4CA: // the regular way
        return true;
    default:
        return status == 0;
    }
}
