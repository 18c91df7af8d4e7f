// SPDX-License-Identifier: Apache-2.0
// Tables of the numbers that servers answer with: symbolic name and meaning, each with the specification it comes from.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code_row {
    uint32_t code;
    const char *name;    // the specification's or FreeRDP's name
    const char *meaning; // one clause
};

// Each returns the row of a code, or NULL if the table has none. Static.
const struct code_row *errinfo_row(uint32_t code);             // MS-RDPBCGR 2.2.5.1.1: ERRINFO_…
const struct code_row *negotiation_failure_row(uint32_t code); // MS-RDPBCGR 2.2.1.2.2: HYBRID_REQUIRED_BY_SERVER, …
const struct code_row *negotiation_flag_row(uint32_t flag);    // MS-RDPBCGR 2.2.1.2.1: DYNVC_GFX_PROTOCOL_SUPPORTED, …
const struct code_row *ntstatus_row(uint32_t code);            // MS-ERREF 2.3: STATUS_LOGON_FAILURE, …
const struct code_row *sspi_row(uint32_t code);                // MS-ERREF 2.1.1: SEC_E_LOGON_DENIED, …
const struct code_row *windows_error_row(uint32_t code);       // MS-ERREF 2.2: ERROR_LOGON_FAILURE, …
// MS-CSSP 2.2.1: any of these three; a Win32 error or the low word of a SEC_E_… as NTSTATUS: 0xC007nnnn
const struct code_row *credssp_row(uint32_t code);
const struct code_row *authorization_row(uint32_t result);   // MS-RDPBCGR 2.2.10.2: AUTHZ_ACCESS_DENIED, …
const struct code_row *licensing_error_row(uint32_t code);   // MS-RDPBCGR 2.2.1.12.1.3: ERR_NO_LICENSE_SERVER, …
const struct code_row *licensing_message_row(uint32_t type); // MS-RDPBCGR 2.2.1.12.1.1: LICENSE_REQUEST, …
const struct code_row *gateway_row(uint32_t code);           // MS-TSGU 2.2.6: E_PROXY_…, full HRESULT or low word; or
                                                             // HTTP status: HTTP_STATUS_DENIED, …
const struct code_row *tls_alert_row(uint32_t code);         // RFC 8446 6: protocol_version, …
const struct code_row *ultimatum_row(uint32_t reason);       // T.125 Reason: rn-domain-disconnected, …

const struct code_row *mcs_result_row(uint32_t result);           // T.125 Result: rt-successful, …
const struct code_row *licensing_transition_row(uint32_t code);   // MS-RDPBCGR 2.2.1.12.1.3: ST_TOTAL_ABORT, …
const struct code_row *licensing_key_exchange_row(uint32_t code); // MS-RDPELE 2.2.2.1: KEY_EXCHANGE_ALG_RSA
const struct code_row *rdp_version_row(uint32_t version);         // MS-RDPBCGR 2.2.1.4.2, without "RDP": 10.12, …
const struct code_row *encryption_method_row(uint32_t method);    // MS-RDPBCGR 2.2.1.4.3: ENCRYPTION_METHOD_128BIT, …
const struct code_row *encryption_level_row(uint32_t level);      // MS-RDPBCGR 2.2.1.4.3: ENCRYPTION_LEVEL_HIGH, …
const struct code_row *status_info_row(uint32_t code);            // MS-RDPBCGR 2.2.5.2: TS_STATUS_VM_STARTING, …
const struct code_row *session_info_row(uint32_t type);       // MS-RDPBCGR 2.2.10.1.1: INFOTYPE_LOGON_PLAINNOTIFY, …
const struct code_row *logon_notification_row(uint32_t type); // MS-RDPBCGR 2.2.10.1.1.4.1.1: LOGON_MSG_NO_PERMISSION, …
const struct code_row *logon_data_row(uint32_t data);         // the same: LOGON_FAILED_BAD_PASSWORD, …
const struct code_row *capability_row(uint32_t type);         // MS-RDPBCGR 2.2.1.13.1.1.1: GENERAL, SURFACE_COMMANDS, …
const struct code_row *capability_os_major_row(uint32_t type); // MS-RDPBCGR 2.2.7.1.1: WINDOWS, UNIX, …
const struct code_row *capability_os_minor_row(uint32_t type); // MS-RDPBCGR 2.2.7.1.1: WINDOWS_NT, …

// Flags: the rows of each bit, one after the other from index 0; NULL past the last. Static.
const struct code_row *server_early_flag_at(size_t index);        // MS-RDPBCGR 2.2.1.4.2: RNS_UD_SC_…
const struct code_row *multitransport_flag_at(size_t index);      // MS-RDPBCGR 2.2.1.4.6: TRANSPORTTYPE_UDPFECR, …
const struct code_row *redirection_flag_at(size_t index);         // MS-RDPBCGR 2.2.13.1: LB_TARGET_NET_ADDRESS, …
const struct code_row *gateway_redirection_flag_at(size_t index); // MS-TSGU 2.2.5.3.8: HTTP_TUNNEL_REDIR_DISABLE_ALL, …

// A logon error notification (MS-RDPBCGR 2.2.10.1.1.4.1.1) has a type, LOGON_MSG_… or an NTSTATUS, and data: the id of
// a session where the type is LOGON_MSG_…, else LOGON_FAILED_….
bool logon_data_is_session(uint32_t type);

// Whether a notification of this type says that the logon has begun and goes on.
bool logon_notification_begins(uint32_t type);

// Whether the notification means that this logon has failed: not where it goes on, a dialog waits for the user, or
// shows a warning.
bool logon_error_is_failure(uint32_t type, uint32_t data);

// What a failed logon's notification comes to: its data, or its type where that says more. And the row of that code;
// NULL where it has no name.
uint32_t logon_error_code(uint32_t type, uint32_t data);
const struct code_row *logon_error_row(uint32_t code);

// The rows of the same tables one after the other, from index 0, to look up names; NULL past the last. Static.
const struct code_row *errinfo_row_at(size_t index);
const struct code_row *negotiation_failure_row_at(size_t index);
const struct code_row *ntstatus_row_at(size_t index);
const struct code_row *sspi_row_at(size_t index);
const struct code_row *windows_error_row_at(size_t index);
const struct code_row *credssp_row_at(size_t index); // NTSTATUS, then SSPI
const struct code_row *authorization_row_at(size_t index);
const struct code_row *licensing_error_row_at(size_t index);
const struct code_row *gateway_row_at(size_t index); // HRESULTs of the gateway's own are given by their low word
const struct code_row *tls_alert_row_at(size_t index);
const struct code_row *ultimatum_row_at(size_t index);
const struct code_row *mcs_result_row_at(size_t index);
const struct code_row *logon_error_row_at(size_t index);
const struct code_row *freerdp_error_row_at(size_t index);   // what freerdp_get_last_error() gives: ERRCONNECT_…
const struct code_row *xfreerdp_status_row_at(size_t index); // exit statuses of xfreerdp3: XF_EXIT_…
const struct code_row *windows_event_row_at(size_t index);   // name: the log; one number may stand in several logs
const struct code_row *mstsc_row_at(size_t index);           // mstsc's "Error code"; the rows have no names ("")

// What the client saw when FreeRDP's last error, or the exit status of xfreerdp3, is this one: a family of outcomes and
// its code (of families tcp and dns: the commonest). False where it tells no more than the step.
bool freerdp_error_seen(uint32_t error, const char **family, uint32_t *code);
bool xfreerdp_status_seen(uint32_t status, const char **family, uint32_t *code);

// ---- numbers that are asked for by name (analysis/) ----
// Named by family, then as in the tables, which have them too; not as FreeRDP's macros.
enum {
    ERRINFO_CODE_IDLE_TIMEOUT = 0x3,
    ERRINFO_CODE_LOGON_TIMEOUT = 0x4,
    ERRINFO_CODE_SERVER_DENIED = 0x7,
    ERRINFO_CODE_INSUFFICIENT_PRIVILEGES = 0x9,
    ERRINFO_CODE_DRIVER_NOT_READY = 0xF,
    ERRINFO_CODE_DRIVER_IFACE_FAILURE = 0x12,
    ERRINFO_CODE_LICENSE_BAD_CLIENT_MSG = 0x103,
    ERRINFO_CODE_LICENSE_HWID = 0x104,
    ERRINFO_CODE_LICENSE_BAD_CLIENT_LICENSE = 0x105,
    ERRINFO_CODE_LICENSE_BAD_CLIENT_ENCRYPTION = 0x108,
    ERRINFO_CODE_BROKER_FIRST = 0x400,
    ERRINFO_CODE_BROKER_LAST = 0x412,
    ERRINFO_CODE_BAD_CAPABILITIES = 0x10EA,
    ERRINFO_CODE_GRAPHICS_MODE = 0x112D,
    ERRINFO_CODE_GRAPHICS_FAILED = 0x112F,
    ERRINFO_CODE_ENCRYPTION_MISMATCH = 0x1194
};
enum {
    NEGOTIATION_SSL_REQUIRED = 1,
    NEGOTIATION_SSL_NOT_ALLOWED = 2,
    NEGOTIATION_SSL_CERT_NOT_ON_SERVER = 3,
    NEGOTIATION_HYBRID_REQUIRED = 5
};
enum { LICENSING_INVALID_MAC = 3, LICENSING_INVALID_CLIENT = 8 };
enum { AUTHORIZATION_DENIED = 5 };
// Ultimatum reason rn-user-requested (T.125 part 7). And whether an error info of the server (MS-RDPBCGR 2.2.5.1.1)
// says that a user ended the session, as LOGOFF_BY_USER does.
enum { ULTIMATUM_USER_REQUESTED = 3 };
bool errinfo_names_user(uint32_t code);

enum { LOGON_DATA_BAD_PASSWORD = 0, LOGON_DATA_UPDATE_PASSWORD = 1 };
enum { ALERT_HANDSHAKE_FAILURE = 40, ALERT_ACCESS_DENIED = 49, ALERT_PROTOCOL_VERSION = 70, ALERT_INSUFFICIENT = 71 };
enum {
    GATEWAY_RAP_ACCESSDENIED = 0x59DA,
    GATEWAY_NAP_ACCESSDENIED = 0x59DB,
    GATEWAY_TS_CONNECTFAILED = 0x59DD,
    GATEWAY_NOCERTAVAILABLE = 0x59EE,
    GATEWAY_COOKIE_ACCESS_DENIED = 0x59F8,
    GATEWAY_REAUTH_AUTHN_FAILED = 0x59FA
};
#define SECURITY_LOGON_DENIED           UINT32_C(0x8009030C) // SEC_E_…: as HRESULT and as NTSTATUS
#define SECURITY_UNSUPPORTED_FUNCTION   UINT32_C(0x80090302)
#define SECURITY_TARGET_UNKNOWN         UINT32_C(0x80090303)
#define SECURITY_NO_AUTHORITY           UINT32_C(0x80090311)
#define SECURITY_WRONG_PRINCIPAL        UINT32_C(0x80090322)
#define SECURITY_BAD_BINDINGS           UINT32_C(0x80090346)
#define NTSTATUS_NO_LOGON_SERVERS       UINT32_C(0xC000005E)
#define NTSTATUS_NOT_SUPPORTED          UINT32_C(0xC00000BB)
#define NTSTATUS_LOGON_TYPE_NOT_GRANTED UINT32_C(0xC000015B)

// The low word of a gateway's code: the high word may be missing (MS-TSGU 2.2.6.2).
static inline uint32_t gateway_code_word(uint32_t code)
{
    return code & 0xFFFF;
}

// Whether a gateway's code says that it refuses user or password, rather than what they are used for.
bool gateway_code_refuses_logon(uint32_t code);

// Whether it says that the account is locked out, disabled, or otherwise must not be tried again.
bool gateway_code_blocks_account(uint32_t code);

// Whether a status of a closed channel says no more than that target or client ended it.
bool gateway_code_is_plain_close(uint32_t status);

// ---- what a CredSSP server's code says (TSRequest.errorCode, in whatever form) ----

// Whether it tells of the state or the restrictions of an account, whatever the password. Not so an account's
// restriction of the way to log on.
bool credssp_is_account_state(uint32_t code);

// Whether it says that the account is locked out, disabled, or otherwise must not be tried again.
bool credssp_blocks_account(uint32_t code);

// What it says about the password that it answers to. Right: it is given only to who proved the password (expired, must
// be changed, outside the permitted hours or workstations, logon type not granted), and the logon counts as no bad
// password. Not judged: a policy, the way to log on or the server's domain refused, and nobody looked at the password.
// Wrong: user or password is. Unsaid: any other reason, so that it may have counted.
enum password_word { PASSWORD_UNSAID, PASSWORD_NOT_JUDGED, PASSWORD_RIGHT, PASSWORD_WRONG };
enum password_word credssp_on_password(uint32_t code);

// What it refuses, where that is something else than user, password and account.
enum credssp_refusal {
    REFUSAL_OTHER,
    REFUSAL_NTLM,               // NTLM as such
    REFUSAL_RESTRICTED_ACCOUNT, // an account that may not log on in this way: by NTLM, or with a blank password
    REFUSAL_DOMAIN_TRUST,       // the server's own account or trust in its domain fails
    REFUSAL_NO_AUTHORITY,       // no domain controller answers the server
    REFUSAL_SERVICE_NAME,       // Kerberos' name of the service leads to another account, or to none
    REFUSAL_CHANNEL_BINDINGS    // TLS ends elsewhere
};
enum credssp_refusal credssp_refusal_of(uint32_t code);

// The same of a code of logon_error_code().
enum password_word logon_error_on_password(uint32_t code);

// ---- numbers that are asked for by name (connection/, report/) ----

// Facility of an HRESULT's high word that holds an error of Windows (MS-ERREF 2.1).
#define HRESULT_FACILITY_WIN32 UINT32_C(0x8007)

// The same of an NTSTATUS (MS-ERREF 2.3), and of what FreeRDP's last error wraps an error info with (error.h).
#define NTSTATUS_FACILITY_WIN32 UINT32_C(0xC007)
#define FREERDP_CLASS_ERRINFO   UINT32_C(0x1)

// E_PROXY_QUARANTINE_ACCESSDENIED, whole (MS-TSGU 2.2.6.1).
#define GATEWAY_QUARANTINE UINT32_C(0x800759ED)

// Name of the outcome of a trial for which no Kerberos ticket could be had.
#define LOCAL_NO_TICKET "NO_TICKET"

// The server picked a method of RDP security that the client had not offered.
#define ENCRYPTION_NOT_OFFERED "ENCRYPTION_NOT_OFFERED"

// Names of outcomes at a gateway that its code does not tell apart, or that have none.
#define GATEWAY_CLOSED_AFTER_LOGON "CLOSED_AFTER_LOGON"
#define GATEWAY_NO_COMMON_SCHEME   "NO_COMMON_SCHEME"
#define GATEWAY_ACCOUNT_RESTRICTED "USER_ACCOUNT_RESTRICTED"
#define GATEWAY_LOGON_NOT_BEGUN    "LOGON_NOT_BEGUN"

// FreeRDP's ERRCONNECT_ACCESS_DENIED: at a gateway it stands for HTTP status 401.
#define FREERDP_ACCESS_DENIED UINT32_C(0x00020016)

enum {
    HTTP_ANSWER_SWITCHING_PROTOCOLS = 101, // RFC 9110 15
    HTTP_ANSWER_OK = 200,
    HTTP_ANSWER_DENIED = 401
};

enum { ALERT_INTERNAL_ERROR = 80 }; // RFC 8446 6.2

// mstsc's "Error code" (IMsTscAxEvents::OnDisconnected): ended by the server, whose reason is the extended code; and
// the socket closed, with whatever extended code.
enum { MSTSC_BY_SERVER = 0x3, MSTSC_SOCKET_CLOSED = 0x904 };

// A gateway's code as its own low word where its high word is that of an error of Windows, as it mostly is and may not
// be (MS-TSGU 2.2.6); else the code.
uint32_t gateway_code_plain(uint32_t code);
