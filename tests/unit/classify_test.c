// SPDX-License-Identifier: Apache-2.0
// The table of how connections fail: what was seen, and the outcome that it must give.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <freerdp/error.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "connection/classify.h"

static const struct row {
    const char *cause; // a cause of its own; a row without one ends as the row before, by another way
    struct trace trace;
    enum family family;
    uint32_t code;
    enum phase phase;
    const char *name;
    const char *detail; // part of it
} rows[] = {
    // ---- this machine ----
    {"certificate refused by --cert-policy",
     {.phase = PHASE_TLS, .local = "CERTIFICATE_REJECTED", .local_code = 18, .local_detail = "self-signed certificate"},
     FAMILY_LOCAL,
     18,
     PHASE_TLS,
     "CERTIFICATE_REJECTED",
     "self-signed certificate"},
    {"no credentials",
     {.phase = PHASE_NLA, .local = "NO_CREDENTIALS", .local_detail = "NLA needs a user and a password"},
     FAMILY_LOCAL,
     0,
     PHASE_NLA,
     "NO_CREDENTIALS",
     "NLA needs"},
    {"no RC4",
     {.local = "LEGACY_PROVIDER_MISSING", .local_detail = "OpenSSL has no MD4"},
     FAMILY_LOCAL,
     0,
     PHASE_RESOLVE,
     "LEGACY_PROVIDER_MISSING",
     "OpenSSL has no MD4"},

    // ---- the server's own reason ----
    {"error info 7 in licensing",
     {.phase = PHASE_LICENSING, .error_info_seen = true, .error_info = 7, .error_info_phase = PHASE_LICENSING},
     FAMILY_ERRINFO,
     7,
     PHASE_LICENSING,
     "ERRINFO_SERVER_DENIED_CONNECTION",
     "the server gave its reason"},
    {NULL, // it came first: the phase is the one in which it was sent, not the one that was reached afterwards
     {.phase = PHASE_CAPABILITIES, .error_info_seen = true, .error_info = 7, .error_info_phase = PHASE_LICENSING},
     FAMILY_ERRINFO,
     7,
     PHASE_LICENSING,
     "ERRINFO_SERVER_DENIED_CONNECTION",
     "the server gave its reason"},
    {"error info 9 before licensing",
     {.phase = PHASE_LICENSING, .error_info_seen = true, .error_info = 9, .error_info_phase = PHASE_LICENSING},
     FAMILY_ERRINFO,
     9,
     PHASE_LICENSING,
     "ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES",
     "the server gave its reason"},
    {"error info that nobody names",
     {.phase = PHASE_ACTIVE, .error_info_seen = true, .error_info = 0xABCD1234, .error_info_phase = PHASE_ACTIVE},
     FAMILY_ERRINFO,
     0xABCD1234,
     PHASE_ACTIVE,
     "",
     "not known here"},

    // ---- getting there ----
    {"name not found",
     {.phase = PHASE_RESOLVE, .resolve_error = EAI_NONAME},
     FAMILY_DNS,
     -EAI_NONAME,
     PHASE_RESOLVE,
     "EAI_NONAME",
     "not known"},
    {"resolver silent",
     {.phase = PHASE_RESOLVE, .resolve_error = EAI_AGAIN},
     FAMILY_DNS,
     -EAI_AGAIN,
     PHASE_RESOLVE,
     "EAI_AGAIN",
     "emporary"},
    {"resolver failed",
     {.phase = PHASE_RESOLVE, .resolve_error = EAI_FAIL},
     FAMILY_DNS,
     -EAI_FAIL,
     PHASE_RESOLVE,
     "EAI_FAIL",
     ""},
    {"no such family",
     {.phase = PHASE_RESOLVE, .resolve_error = EAI_FAMILY},
     FAMILY_DNS,
     -EAI_FAMILY,
     PHASE_RESOLVE,
     "EAI_FAMILY",
     ""},
    {"no address",
     {.phase = PHASE_RESOLVE, .resolve_error = EAI_NODATA},
     FAMILY_DNS,
     -EAI_NODATA,
     PHASE_RESOLVE,
     "EAI_NODATA",
     ""},
    {"no address of the family",
     {.phase = PHASE_RESOLVE, .resolve_error = EAI_ADDRFAMILY},
     FAMILY_DNS,
     -EAI_ADDRFAMILY,
     PHASE_RESOLVE,
     "EAI_ADDRFAMILY",
     ""},
    {"resolver without memory",
     {.phase = PHASE_RESOLVE, .resolve_error = EAI_MEMORY},
     FAMILY_DNS,
     -EAI_MEMORY,
     PHASE_RESOLVE,
     "EAI_MEMORY",
     ""},
    {"resolver without system",
     {.phase = PHASE_RESOLVE, .resolve_error = EAI_SYSTEM},
     FAMILY_DNS,
     -EAI_SYSTEM,
     PHASE_RESOLVE,
     "EAI_SYSTEM",
     ""},
    {"resolver error without a name here",
     {.phase = PHASE_RESOLVE, .resolve_error = EAI_SERVICE},
     FAMILY_DNS,
     -EAI_SERVICE,
     PHASE_RESOLVE,
     "",
     "ervname"},
    {"errno without a name", {.phase = PHASE_TCP, .connect_error = 9999}, FAMILY_TCP, 9999, PHASE_TCP, "", "9999"},
    {"refused",
     {.phase = PHASE_TCP, .connect_error = ECONNREFUSED},
     FAMILY_TCP,
     ECONNREFUSED,
     PHASE_TCP,
     "ECONNREFUSED",
     "Connection refused"},
    {"unreachable",
     {.phase = PHASE_TCP, .connect_error = EHOSTUNREACH},
     FAMILY_TCP,
     EHOSTUNREACH,
     PHASE_TCP,
     "EHOSTUNREACH",
     "No route"},
    {"silent",
     {.phase = PHASE_TCP, .connect_error = ETIMEDOUT},
     FAMILY_TCP,
     ETIMEDOUT,
     PHASE_TCP,
     "ETIMEDOUT",
     "timed out"},

    // ---- gateway ----
    {"gateway's HRESULT", // as FreeRDP tells it, of a transport that is not followed
     {.phase = PHASE_GATEWAY, .gateway = true, .last_error = 0x800759DB},
     FAMILY_GATEWAY,
     0x800759DB,
     PHASE_GATEWAY,
     "E_PROXY_NAP_ACCESSDENIED",
     "the gateway refused"},
    {NULL, // it says more than the close that follows
     {.phase = PHASE_GATEWAY, .gateway = true, .last_error = 0x800759DB, .peer_end = PEER_FIN},
     FAMILY_GATEWAY,
     0x800759DB,
     PHASE_GATEWAY,
     "E_PROXY_NAP_ACCESSDENIED",
     "the gateway refused"},
    {"another of the gateway's",
     {.phase = PHASE_GATEWAY, .gateway = true, .last_error = 0x800759DA},
     FAMILY_GATEWAY,
     0x800759DA,
     PHASE_GATEWAY,
     "E_PROXY_RAP_ACCESSDENIED",
     "the gateway refused"},
    {"gateway refused the logon",
     {.phase = PHASE_GATEWAY, .gateway = true, .last_error = FREERDP_ERROR_CONNECT_ACCESS_DENIED, .peer_end = PEER_FIN},
     FAMILY_GATEWAY,
     401,
     PHASE_GATEWAY,
     "HTTP_STATUS_DENIED",
     "the gateway refused"},
    {"gateway's answer without a number",
     {.phase = PHASE_GATEWAY, .gateway = true, .last_error = 0x2000D, .last_error_name = "ERRCONNECT_SOMETHING"},
     FAMILY_GATEWAY,
     0,
     PHASE_GATEWAY,
     "",
     "ERRCONNECT_SOMETHING"},
    {"gateway closed",
     {.phase = PHASE_GATEWAY, .gateway = true, .last_error = 0x2000D, .peer_end = PEER_FIN},
     FAMILY_CLOSED,
     0,
     PHASE_GATEWAY,
     "FIN",
     "closed"},

    // ---- negotiation ----
    {"negotiation failure",
     {.phase = PHASE_NEGOTIATE, .confirmed = true, .confirm = {.kind = CONFIRM_FAILURE, .value = 5}},
     FAMILY_NEGOTIATION,
     5,
     PHASE_NEGOTIATE,
     "HYBRID_REQUIRED_BY_SERVER",
     "refused the security protocol"},
    {NULL, // and the server closed
     {.phase = PHASE_NEGOTIATE,
      .confirmed = true,
      .confirm = {.kind = CONFIRM_FAILURE, .value = 5},
      .peer_end = PEER_FIN},
     FAMILY_NEGOTIATION,
     5,
     PHASE_NEGOTIATE,
     "HYBRID_REQUIRED_BY_SERVER",
     "refused the security protocol"},
    {"another negotiation failure",
     {.phase = PHASE_NEGOTIATE, .confirmed = true, .confirm = {.kind = CONFIRM_FAILURE, .value = 2}},
     FAMILY_NEGOTIATION,
     2,
     PHASE_NEGOTIATE,
     "SSL_NOT_ALLOWED_BY_SERVER",
     "refused the security protocol"},
    {"negotiation failure that nobody names",
     {.phase = PHASE_NEGOTIATE, .confirmed = true, .confirm = {.kind = CONFIRM_FAILURE, .value = 99}},
     FAMILY_NEGOTIATION,
     99,
     PHASE_NEGOTIATE,
     "",
     "not known here"},
    {"other protocol selected",
     {.phase = PHASE_NEGOTIATE,
      .confirmed = true,
      .wrong_protocol = true,
      .confirm = {.kind = CONFIRM_RESPONSE, .value = PROTOCOL_SSL}},
     FAMILY_NEGOTIATION,
     0,
     PHASE_NEGOTIATE,
     "OTHER_PROTOCOL_SELECTED",
     "selected SSL"},
    {NULL, // without negotiation data that is RDP security
     {.phase = PHASE_NEGOTIATE,
      .confirmed = true,
      .wrong_protocol = true,
      .confirm = {.kind = CONFIRM_PLAIN}},
     FAMILY_NEGOTIATION,
     0,
     PHASE_NEGOTIATE,
     "OTHER_PROTOCOL_SELECTED",
     "which leaves RDP security"},
    {"a protocol that was not offered",
     {.phase = PHASE_NEGOTIATE,
      .confirmed = true,
      .wrong_protocol = true,
      .unasked_protocol = true,
      .confirm = {.kind = CONFIRM_RESPONSE, .value = PROTOCOL_HYBRID}},
     FAMILY_PROTOCOL,
     PROTOCOL_HYBRID,
     PHASE_NEGOTIATE,
     "PROTOCOL_NOT_OFFERED",
     "selected HYBRID (0x2), which was not offered"},
    {"a negotiation that was not offered",
     {.phase = PHASE_NEGOTIATE,
      .confirmed = true,
      .unasked_structure = true,
      .confirm = {.kind = CONFIRM_RESPONSE, .value = PROTOCOL_RDP}},
     FAMILY_PROTOCOL,
     0,
     PHASE_NEGOTIATE,
     "NEGOTIATION_NOT_OFFERED",
     "though the request offered no negotiation"},
    {"an encryption that was not offered",
     {.phase = PHASE_MCS, .confirmed = true, .unasked_encryption = true, .encryption_method = 0x10},
     FAMILY_PROTOCOL,
     0x10,
     PHASE_MCS,
     "ENCRYPTION_NOT_OFFERED",
     "ENCRYPTION_METHOD_FIPS"},
    {"no confirm",
     {.phase = PHASE_NEGOTIATE},
     FAMILY_NEGOTIATION,
     0,
     PHASE_NEGOTIATE,
     "MALFORMED_CONFIRM",
     "no X.224 Connection Confirm"},
    {"confirm that the client cannot use",
     {.phase = PHASE_NEGOTIATE,
      .confirmed = true,
      .confirm = {.kind = CONFIRM_RESPONSE, .value = PROTOCOL_HYBRID},
      .last_error_name = "ERRCONNECT_SECURITY_NEGO_CONNECT_FAILED"},
     FAMILY_NEGOTIATION,
     0,
     PHASE_NEGOTIATE,
     "UNUSABLE_CONFIRM",
     "ERRCONNECT_SECURITY_NEGO_CONNECT_FAILED"},
    {NULL,
     {.phase = PHASE_NEGOTIATE, .confirmed = true, .confirm = {.kind = CONFIRM_PLAIN}},
     FAMILY_NEGOTIATION,
     0,
     PHASE_NEGOTIATE,
     "UNUSABLE_CONFIRM",
     "(no error)"},
    {"closed instead of a confirm",
     {.phase = PHASE_NEGOTIATE, .peer_end = PEER_FIN},
     FAMILY_CLOSED,
     0,
     PHASE_NEGOTIATE,
     "FIN",
     "closed"},
    {NULL, // or right after it
     {.phase = PHASE_NEGOTIATE,
      .confirmed = true,
      .confirm = {.kind = CONFIRM_RESPONSE, .value = PROTOCOL_HYBRID},
      .peer_end = PEER_FIN},
     FAMILY_CLOSED,
     0,
     PHASE_NEGOTIATE,
     "FIN",
     "closed"},

    // ---- a broker ----
    {"redirected instead of Demand Active",
     {.phase = PHASE_CAPABILITIES, .redirected = true, .redirected_to = "host7.example"},
     FAMILY_REDIRECTION,
     0,
     PHASE_CAPABILITIES,
     "REDIRECTED",
     "to another one: host7.example"},
    {NULL, // where no name came along; what the broker does afterwards is its consequence
     {.phase = PHASE_CAPABILITIES, .redirected = true, .peer_end = PEER_FIN},
     FAMILY_REDIRECTION,
     0,
     PHASE_CAPABILITIES,
     "REDIRECTED",
     "to another one"},

    // ---- the logon in the session ----
    {"wrong password in Client Info",
     {.phase = PHASE_ACTIVE, .logon_error = true, .logon_code = 0},
     FAMILY_LOGON,
     0,
     PHASE_ACTIVE,
     "LOGON_FAILED_BAD_PASSWORD",
     "the user name or the password is wrong"},
    {NULL, // what ends the session afterwards is its consequence
     {.phase = PHASE_ACTIVE,
      .logon_error = true,
      .logon_code = 0,
      .ultimatum = true,
      .ultimatum_reason = 3,
      .peer_end = PEER_FIN},
     FAMILY_LOGON,
     0,
     PHASE_ACTIVE,
     "LOGON_FAILED_BAD_PASSWORD",
     "the user name or the password is wrong"},
    {"no permission to log on",
     {.phase = PHASE_ACTIVE, .logon_error = true, .logon_code = 0xFFFFFFFA},
     FAMILY_LOGON,
     0xFFFFFFFA,
     PHASE_ACTIVE,
     "LOGON_MSG_NO_PERMISSION",
     "not permitted"},
    {"closed after a logon that came after all",
     {.phase = PHASE_LOGON, .logon_error = true, .logon_code = 2, .logged_on = true, .peer_end = PEER_FIN},
     FAMILY_CLOSED,
     0,
     PHASE_LOGON,
     "FIN",
     "closed"},

    // ---- TLS and CredSSP ----
    {"alert received in the handshake",
     {.phase = PHASE_TLS, .alert_received = 70 + 1, .peer_end = PEER_FIN},
     FAMILY_TLS,
     70,
     PHASE_TLS,
     "protocol_version",
     "the peer sent a TLS alert"},
    {"alert sent in the handshake",
     {.phase = PHASE_TLS, .alert_sent = 48 + 1, .peer_end = PEER_FIN},
     FAMILY_TLS,
     48,
     PHASE_TLS,
     "sent_unknown_ca",
     "this client ended the handshake"},
    {"alert that nobody names",
     {.phase = PHASE_TLS, .alert_received = 200 + 1},
     FAMILY_TLS,
     200,
     PHASE_TLS,
     "",
     "not known here"},
    {"no TLS", {.phase = PHASE_TLS}, FAMILY_TLS, 0, PHASE_TLS, "", "no TLS"},
    {"closed in the handshake",
     {.phase = PHASE_TLS, .peer_end = PEER_FIN},
     FAMILY_CLOSED,
     0,
     PHASE_TLS,
     "FIN",
     "closed"},
    {"reset in the handshake",
     {.phase = PHASE_TLS, .peer_end = PEER_RST},
     FAMILY_CLOSED,
     ECONNRESET,
     PHASE_TLS,
     "RST",
     "reset"},
    {"alert received in NLA",
     {.phase = PHASE_NLA, .nla = true, .alert_received = 49 + 1},
     FAMILY_TLS,
     49,
     PHASE_NLA,
     "access_denied",
     "the peer sent a TLS alert"},
    {"NTSTATUS",
     {.phase = PHASE_NLA, .nla = true, .authenticate_sent = true, .credssp_error = true, .ntstatus = 0xC000006D},
     FAMILY_CREDSSP,
     0xC000006D,
     PHASE_NLA,
     "STATUS_LOGON_FAILURE",
     "CredSSP answered"},
    {NULL, // and an alert, and the close
     {.phase = PHASE_NLA,
      .nla = true,
      .credssp_error = true,
      .ntstatus = 0xC000006D,
      .alert_received = 49 + 1,
      .peer_end = PEER_RST},
     FAMILY_CREDSSP,
     0xC000006D,
     PHASE_NLA,
     "STATUS_LOGON_FAILURE",
     "CredSSP answered"},
    {"another NTSTATUS",
     {.phase = PHASE_NLA, .nla = true, .credssp_error = true, .ntstatus = 0xC0000234},
     FAMILY_CREDSSP,
     0xC0000234,
     PHASE_NLA,
     "STATUS_ACCOUNT_LOCKED_OUT",
     "CredSSP answered"},
    {"NTSTATUS that nobody names",
     {.phase = PHASE_NLA, .nla = true, .credssp_error = true, .ntstatus = 0xCABCDEF0},
     FAMILY_CREDSSP,
     0xCABCDEF0,
     PHASE_NLA,
     "",
     "not known here"},
    {"not authorized", // and the server closes
     {.phase = PHASE_NLA,
      .nla = true,
      .authenticate_sent = true,
      .nla_passed = true,
      .hybrid_ex = true,
      .authorization_known = true,
      .authorization = 5,
      .peer_end = PEER_FIN},
     FAMILY_AUTHORIZATION,
     5,
     PHASE_NLA,
     "AUTHZ_ACCESS_DENIED",
     "may not log on by RDP"},
    {"a result of authorization that nobody names",
     {.phase = PHASE_NLA, .nla = true, .hybrid_ex = true, .authorization_known = true, .authorization = 6},
     FAMILY_AUTHORIZATION,
     6,
     PHASE_NLA,
     "",
     "not known here"},
    {"no CredSSP",
     {.phase = PHASE_NLA, .nla = true, .last_error_name = "ERRCONNECT_AUTHENTICATION_FAILED"},
     FAMILY_CREDSSP,
     0,
     PHASE_NLA,
     "",
     "ERRCONNECT_AUTHENTICATION_FAILED"},
    {NULL, // FreeRDP's error of the same name is the gateway's 401 only at a gateway
     {.phase = PHASE_NLA,
      .nla = true,
      .last_error = FREERDP_ERROR_CONNECT_ACCESS_DENIED,
      .last_error_name = "ERRCONNECT_ACCESS_DENIED"},
     FAMILY_CREDSSP,
     0,
     PHASE_NLA,
     "",
     "ERRCONNECT_ACCESS_DENIED"},
    {"closed in NLA",
     {.phase = PHASE_NLA, .nla = true, .peer_end = PEER_FIN},
     FAMILY_CLOSED,
     0,
     PHASE_NLA,
     "FIN",
     "closed"},

    // ---- MCS, licensing, session ----
    {"Connect Response refuses",
     {.phase = PHASE_MCS, .mcs_result = 14, .peer_end = PEER_FIN},
     FAMILY_PROTOCOL,
     14,
     PHASE_MCS,
     "MCS_RESULT",
     "result 14"},
    {"join refused",
     {.phase = PHASE_CHANNELS, .mcs_result = 15, .ultimatum = true},
     FAMILY_PROTOCOL,
     15,
     PHASE_CHANNELS,
     "MCS_RESULT",
     "result 15"},
    {"no MCS", {.phase = PHASE_MCS}, FAMILY_PROTOCOL, 0, PHASE_MCS, "", "what the protocol does not allow"},
    {"no MCS in the joins", {.phase = PHASE_CHANNELS}, FAMILY_PROTOCOL, 0, PHASE_CHANNELS, "", "(no error)"},
    {"licensing error",
     {.phase = PHASE_LICENSING,
      .license_requested = true,
      .licensing_error = true,
      .licensing_code = 6,
      .peer_end = PEER_FIN},
     FAMILY_LICENSING,
     6,
     PHASE_LICENSING,
     "ERR_NO_LICENSE_SERVER",
     "the server ended licensing"},
    {"another licensing error",
     {.phase = PHASE_LICENSING, .licensing_error = true, .licensing_code = 8},
     FAMILY_LICENSING,
     8,
     PHASE_LICENSING,
     "ERR_INVALID_CLIENT",
     "the server ended licensing"},
    {"no licensing",
     {.phase = PHASE_LICENSING, .last_error_name = "ERRCONNECT_CONNECT_TRANSPORT_FAILED"},
     FAMILY_LICENSING,
     0,
     PHASE_LICENSING,
     "",
     "ERRCONNECT_CONNECT_TRANSPORT_FAILED"},
    {"closed in licensing",
     {.phase = PHASE_LICENSING, .peer_end = PEER_FIN},
     FAMILY_CLOSED,
     0,
     PHASE_LICENSING,
     "FIN",
     "closed"},
    {"ultimatum by the server",
     {.phase = PHASE_LICENSING, .ultimatum = true, .ultimatum_reason = 1, .peer_end = PEER_FIN},
     FAMILY_ULTIMATUM,
     1,
     PHASE_LICENSING,
     "rn-provider-initiated",
     "without giving error info"},
    {"a user's ultimatum before there is a session",
     {.phase = PHASE_CHANNELS, .ultimatum = true, .ultimatum_reason = 3},
     FAMILY_ULTIMATUM,
     3,
     PHASE_CHANNELS,
     "rn-user-requested",
     "not a user, but the server"},
    {"a user's logoff before there is a session",
     {.phase = PHASE_FINALIZE, .error_info_seen = true, .error_info = 0xC, .error_info_phase = PHASE_FINALIZE},
     FAMILY_ERRINFO,
     0xC,
     PHASE_FINALIZE,
     "ERRINFO_LOGOFF_BY_USER",
     "not a user, but the server"},
    {"a user's logoff",
     {.phase = PHASE_ACTIVE, .error_info_seen = true, .error_info = 0xC, .error_info_phase = PHASE_ACTIVE},
     FAMILY_ERRINFO,
     0xC,
     PHASE_ACTIVE,
     "ERRINFO_LOGOFF_BY_USER",
     "the server gave its reason: "},
    {"ultimatum by the user",
     {.phase = PHASE_ACTIVE, .ultimatum = true, .ultimatum_reason = 3},
     FAMILY_ULTIMATUM,
     3,
     PHASE_ACTIVE,
     "rn-user-requested",
     "without giving error info"},
    {"no capabilities", {.phase = PHASE_CAPABILITIES}, FAMILY_PROTOCOL, 0, PHASE_CAPABILITIES, "", "does not allow"},
    {"session reset",
     {.phase = PHASE_ACTIVE, .peer_end = PEER_RST},
     FAMILY_CLOSED,
     ECONNRESET,
     PHASE_ACTIVE,
     "RST",
     "reset"},
    {"alert in the session",
     {.phase = PHASE_ACTIVE, .alert_received = 80 + 1, .peer_end = PEER_FIN},
     FAMILY_TLS,
     80,
     PHASE_ACTIVE,
     "internal_error",
     "the peer sent a TLS alert"},
    {"closed in the session",
     {.phase = PHASE_ACTIVE, .peer_end = PEER_FIN},
     FAMILY_CLOSED,
     0,
     PHASE_ACTIVE,
     "FIN",
     "closed"},
    {NULL, // an alert of this client's that did not end a handshake is no reason
     {.phase = PHASE_ACTIVE, .peer_end = PEER_FIN, .alert_sent = 80 + 1},
     FAMILY_CLOSED,
     0,
     PHASE_ACTIVE,
     "FIN",
     "closed"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static const char *cause_of(unsigned row)
{
    while (!rows[row].cause)
        row--;
    return rows[row].cause;
}

static void every_cause_has_its_outcome(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        struct outcome o = classify(&row->trace);
        if (o.result != RESULT_FAILED || o.family != row->family || o.code != row->code || o.phase != row->phase ||
            strcmp(o.name, row->name) != 0 || !strstr(o.detail, row->detail) || !o.detail[0])
            fail_msg("row %u, %s: %s 0x%X@%s '%s' '%s'", i, cause_of(i), family_name(o.family), o.code,
                     phase_name(o.phase), o.name, o.detail);
    }
}

static void no_two_causes_share_an_outcome(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROWS; i++) {
        struct outcome a = classify(&rows[i].trace);
        for (unsigned j = 0; j < i; j++) {
            struct outcome b = classify(&rows[j].trace);
            bool same = a.family == b.family && a.code == b.code && a.phase == b.phase && strcmp(a.name, b.name) == 0;
            if (same != (cause_of(i) == cause_of(j)))
                fail_msg("rows %u and %u: '%s' and '%s' are %s", j, i, cause_of(j), cause_of(i), same ? "one" : "two");
        }
    }
}

// The number of an alert does not say who sent it; the detail does.
static void the_two_ways_of_an_alert_are_told_apart(void **state)
{
    struct trace received = {.phase = PHASE_TLS, .alert_received = 70 + 1};
    struct trace sent = {.phase = PHASE_TLS, .alert_sent = 70 + 1};
    (void)state;
    assert_string_not_equal(classify(&received).detail, classify(&sent).detail);
    received.alert_sent = 48 + 1; // where both were seen, the peer's came first
    assert_int_equal(classify(&received).code, 70);
}

// Everything was seen; then the weightiest piece is taken away, one after the other.
static void the_reason_that_was_given_comes_first(void **state)
{
    struct trace e = {.phase = PHASE_TLS,
                      .local = "CERTIFICATE_REJECTED",
                      .error_info_seen = true,
                      .error_info = 7,
                      .resolve_error = EAI_NONAME,
                      .connect_error = ECONNREFUSED,
                      .credssp_error = true,
                      .ntstatus = 0xC000006D,
                      .alert_received = 49 + 1,
                      .mcs_result = 14,
                      .licensing_error = true,
                      .licensing_code = 6,
                      .ultimatum = true,
                      .ultimatum_reason = 1,
                      .alert_sent = 70 + 1,
                      .peer_end = PEER_RST};
    (void)state;
    assert_int_equal(classify(&e).family, FAMILY_LOCAL);
    e.local = NULL;
    assert_int_equal(classify(&e).family, FAMILY_ERRINFO);
    e.error_info_seen = false;
    assert_int_equal(classify(&e).family, FAMILY_DNS);
    e.resolve_error = 0;
    assert_int_equal(classify(&e).family, FAMILY_TCP);
    e.connect_error = 0;
    assert_int_equal(classify(&e).family, FAMILY_CREDSSP);
    e.credssp_error = false;
    assert_int_equal(classify(&e).code, 49);
    e.alert_received = 0;
    assert_int_equal(classify(&e).family, FAMILY_PROTOCOL);
    e.mcs_result = 0;
    assert_int_equal(classify(&e).family, FAMILY_LICENSING);
    e.licensing_error = false;
    assert_int_equal(classify(&e).family, FAMILY_ULTIMATUM);
    e.ultimatum = false;
    assert_int_equal(classify(&e).code, 70);
    e.alert_sent = 0;
    assert_int_equal(classify(&e).family, FAMILY_CLOSED);
    e.peer_end = PEER_OPEN;
    assert_int_equal(classify(&e).family, FAMILY_TLS);
}

static void every_phase_has_an_outcome(void **state)
{
    (void)state;
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        for (int end = PEER_OPEN; end <= PEER_RST; end++) {
            struct trace e = {.phase = (enum phase)phase, .peer_end = (enum peer_end)end};
            struct outcome o = classify(&e);
            assert_int_equal(o.result, RESULT_FAILED);
            assert_int_equal(o.phase, phase);
            assert_true(o.family != FAMILY_NONE && o.detail[0]);
        }
    }
}

static void mstsc_sees_3_and_7(void **state)
{
    struct trace e = {
        .phase = PHASE_LICENSING, .error_info_seen = true, .error_info = 7, .error_info_phase = PHASE_LICENSING};
    struct outcome o = classify(&e);
    (void)state;
    assert_int_equal(o.mstsc.basis, BASIS_DOCUMENTED);
    assert_int_equal(o.mstsc.code, 3);
    assert_int_equal(o.mstsc.extended, 7);
    // Licensing's 7 is another number; and where nothing is known nothing is claimed.
    e = (struct trace){.phase = PHASE_MCS, .mcs_result = 14};
    o = classify(&e);
    assert_int_equal(o.mstsc.basis, BASIS_NONE);
    assert_int_equal(o.mstsc.code, 0);
}

static void freerdps_error_is_kept_beside_it(void **state)
{
    struct trace e = {.phase = PHASE_LICENSING,
                      .peer_end = PEER_FIN,
                      .last_error = 0x2000D,
                      .last_error_name = "ERRCONNECT_CONNECT_TRANSPORT_FAILED"};
    struct outcome o = classify(&e);
    (void)state;
    assert_int_equal(o.freerdp.code, 0x2000D);
    assert_string_equal(o.freerdp.name, "ERRCONNECT_CONNECT_TRANSPORT_FAILED");
    e.last_error_name = NULL;
    assert_string_equal(classify(&e).freerdp.name, "");
}

static void long_names_are_cut(void **state)
{
    static char name[1000];
    struct trace e = {.phase = PHASE_NLA, .last_error_name = name, .local = NULL};
    (void)state;
    memset(name, 'x', sizeof name - 1);
    struct outcome o = classify(&e);
    assert_int_equal(strlen(o.freerdp.name), sizeof o.freerdp.name - 1);
    assert_int_equal(strlen(o.detail), sizeof o.detail - 1);
    e.local = name;
    assert_int_equal(strlen(classify(&e).name), sizeof o.name - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cause_has_its_outcome),
        cmocka_unit_test(no_two_causes_share_an_outcome),
        cmocka_unit_test(the_two_ways_of_an_alert_are_told_apart),
        cmocka_unit_test(the_reason_that_was_given_comes_first),
        cmocka_unit_test(every_phase_has_an_outcome),
        cmocka_unit_test(mstsc_sees_3_and_7),
        cmocka_unit_test(freerdps_error_is_kept_beside_it),
        cmocka_unit_test(long_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
