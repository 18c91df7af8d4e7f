// SPDX-License-Identifier: Apache-2.0
#include "connection/classify.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "knowledge/codes.h"
#include "knowledge/mstsc.h"

enum {
    TLS_1_0_NUMBER = 0x0301 // RFC 8446 4.1.2
};

static void set(struct outcome *outcome, enum family family, uint32_t code, const char *name, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void set(struct outcome *outcome, enum family family, uint32_t code, const char *name, const char *format, ...)
{
    va_list arguments;
    outcome->family = family;
    outcome->code = code;
    snprintf(outcome->name, sizeof outcome->name, "%s", name ? name : "");
    va_start(arguments, format);
    vsnprintf(outcome->detail, sizeof outcome->detail, format, arguments);
    va_end(arguments);
}

static void set_row(struct outcome *outcome, enum family family, uint32_t code, const struct code_row *row,
                    const char *what)
{
    set(outcome, family, code, row ? row->name : "", "%s: %s", what,
        row ? row->meaning : "a code that is not known here");
}

static const char *eai_name(int error)
{
    switch (error) {
    case EAI_NONAME:
        return "EAI_NONAME";
    case EAI_AGAIN:
        return "EAI_AGAIN";
    case EAI_FAIL:
        return "EAI_FAIL";
    case EAI_FAMILY:
        return "EAI_FAMILY";
    case EAI_NODATA:
        return "EAI_NODATA";
    case EAI_ADDRFAMILY:
        return "EAI_ADDRFAMILY";
    case EAI_MEMORY:
        return "EAI_MEMORY";
    case EAI_SYSTEM:
        return "EAI_SYSTEM";
    default:
        return "";
    }
}

static void negotiation(const struct trace *e, struct outcome *o)
{
    if (e->confirmed && e->confirm.kind == CONFIRM_FAILURE) {
        set_row(o, FAMILY_NEGOTIATION, e->confirm.value, negotiation_failure_row(e->confirm.value),
                "the server refused the security protocol");
    } else if (e->unasked_structure) {
        set(o, FAMILY_PROTOCOL, 0, "NEGOTIATION_NOT_OFFERED",
            "the server's confirm carries RDP_NEG_RSP, though the request offered no negotiation");
    } else if (e->unasked_protocol) {
        const char *selected = x224_protocol_name(e->confirm.value);
        set(o, FAMILY_PROTOCOL, e->confirm.value, "PROTOCOL_NOT_OFFERED",
            "the server selected %s (0x%X), which was not offered", selected ? selected : "an unknown protocol",
            e->confirm.value);
    } else if (e->wrong_protocol && e->confirm.kind == CONFIRM_PLAIN) {
        set(o, FAMILY_NEGOTIATION, 0, "OTHER_PROTOCOL_SELECTED",
            "the server's confirm negotiates nothing, which leaves RDP security; this trial did not want that");
    } else if (e->wrong_protocol) {
        const char *selected = x224_protocol_name(e->confirm.value);
        set(o, FAMILY_NEGOTIATION, 0, "OTHER_PROTOCOL_SELECTED",
            "the server selected %s, which this trial did not want", selected ? selected : "an unknown protocol");
    } else if (e->confirmed) {
        set(o, FAMILY_NEGOTIATION, 0, "UNUSABLE_CONFIRM", "the client could not go on with the server's confirm (%s)",
            e->last_error_name ? e->last_error_name : "no error");
    } else if (e->other_protocol) {
        set(o, FAMILY_NEGOTIATION, 0, e->other_protocol->outcome,
            "the answer is no X.224 Connection Confirm but %s: another service listens on this port",
            e->other_protocol->name);
    } else {
        set(o, FAMILY_NEGOTIATION, 0, "MALFORMED_CONFIRM", "the answer is no X.224 Connection Confirm");
    }
}

static void closed(const struct trace *e, struct outcome *o)
{
    bool reset = e->peer_end == PEER_RST;

    if (e->tunnel.closed)
        set(o, FAMILY_CLOSED, 0, "FIN", "the gateway says that the target's connection is closed, and gives no reason");
    else if (e->phase == PHASE_GATEWAY)
        set(o, FAMILY_CLOSED, reset ? ECONNRESET : 0, reset ? "RST" : "FIN",
            "the gateway %s the connection at step %s and gave no reason", reset ? "reset" : "closed",
            gateway_step_name(e->tunnel.step));
    else
        set(o, FAMILY_CLOSED, reset ? ECONNRESET : 0, reset ? "RST" : "FIN",
            "the peer %s the connection and gave no reason", reset ? "reset" : "closed");
}

// ---- the gateway ----

static bool status_is_success(unsigned status)
{
    return status == HTTP_ANSWER_SWITCHING_PROTOCOLS || status == HTTP_ANSWER_OK;
}

// A status with which a gateway says why it ended the connection, rather than that target or client did.
static bool close_is_a_reason(uint32_t status)
{
    return status && !gateway_code_is_plain_close(status);
}

// What FreeRDP makes of it, HTTP 401, was not said by the gateway.
static bool closed_after_logon(const struct trace *e)
{
    return e->phase == PHASE_GATEWAY && e->peer_end != PEER_OPEN && e->tunnel.begun && e->tunnel.unproved;
}

// By the wire, or, where the transport is one that is not followed (RPC), by FreeRDP's error.
static bool gateway_answered(const struct trace *e)
{
    const struct tunnel_trace *t = &e->tunnel;
    if (t->answered || t->malformed || t->declined || (t->closed && close_is_a_reason(t->close_status)))
        return true;
    return e->phase == PHASE_GATEWAY &&
           ((t->status && !t->logon_goes_on && !status_is_success(t->status)) || closed_after_logon(e) ||
            e->last_error >> 16 >= HRESULT_FACILITY_WIN32 || e->last_error == FREERDP_ACCESS_DENIED);
}

// What HTTP 401 alone does not say: who was refused, and for what.
static bool http_denied(const struct trace *e, struct outcome *o)
{
    const struct tunnel_trace *t = &e->tunnel;

    if (t->restricted)
        set(o, FAMILY_GATEWAY, t->status, GATEWAY_ACCOUNT_RESTRICTED,
            "the gateway does not let this account log on in this way (HTTP %u \"%.40s\")%s%s", t->status, t->reason,
            t->wanted[0] ? ": it wants " : "", t->wanted);
    else if (t->unmatched)
        set(o, FAMILY_GATEWAY, t->status, GATEWAY_NO_COMMON_SCHEME,
            "no password was sent: the gateway offers %.60s, and this client logs on by Negotiate or NTLM", t->schemes);
    else if (t->not_begun)
        set(o, FAMILY_GATEWAY, t->status, GATEWAY_LOGON_NOT_BEGUN,
            "no password was sent: the gateway offers %.60s, and does not take NTLM by it", t->schemes);
    else
        return false;
    return true;
}

static void http_refused(const struct trace *e, struct outcome *o)
{
    const struct tunnel_trace *t = &e->tunnel;
    const struct code_row *row = gateway_row(t->status);
    char name[32];

    snprintf(name, sizeof name, "HTTP_STATUS_%u", t->status);
    set(o, FAMILY_GATEWAY, t->status, row ? row->name : name, "the gateway answered HTTP %u%s%.40s%s at step %s: %s",
        t->status, t->reason[0] ? " \"" : "", t->reason, t->reason[0] ? "\"" : "", gateway_step_name(t->step),
        row ? row->meaning : "a status that is no success");
}

static void gateway(const struct trace *e, struct outcome *o)
{
    const struct tunnel_trace *t = &e->tunnel;
    const char *step = gateway_step_name(t->step);
    char what[120];

    if (t->answered) {
        snprintf(what, sizeof what, "the gateway refused at step %s", step);
        set_row(o, FAMILY_GATEWAY, t->code, gateway_row(t->code), what);
    } else if (t->malformed) {
        set(o, FAMILY_GATEWAY, 0, "MALFORMED_ANSWER", "the gateway's answer at step %s is not what MS-TSGU allows",
            step);
    } else if (t->declined) {
        set(o, FAMILY_GATEWAY, 0, "WEBSOCKET_DECLINED",
            "the gateway did not take the websocket; it may take the transport http");
    } else if (t->closed && close_is_a_reason(t->close_status)) {
        set_row(o, FAMILY_GATEWAY, t->close_status, gateway_row(t->close_status), "the gateway closed the tunnel");
    } else if (http_denied(e, o)) {
        return;
    } else if (t->status && !t->logon_goes_on && !status_is_success(t->status)) {
        http_refused(e, o);
    } else if (closed_after_logon(e)) {
        set(o, FAMILY_GATEWAY, 0, GATEWAY_CLOSED_AFTER_LOGON,
            "the gateway %s the connection at step %s when it had the password, and said nothing of it",
            e->peer_end == PEER_RST ? "reset" : "closed", step);
    } else {
        uint32_t code = e->last_error == FREERDP_ACCESS_DENIED ? HTTP_ANSWER_DENIED : e->last_error;
        set_row(o, FAMILY_GATEWAY, code, gateway_row(code), "the gateway refused");
    }
}

// Reasons that name a user tell who ended a session. Servers, proxies among them, send them too to refuse a connection.
static const char *before_any_session(const struct trace *e, enum phase when, bool names_user)
{
    return names_user && when < PHASE_ACTIVE && !e->logged_on
               ? ", before any session was active: not a user, but the server"
               : "";
}

static void error_info(const struct trace *e, struct outcome *o)
{
    char what[120];
    o->phase = e->error_info_phase;
    snprintf(what, sizeof what, "the server gave its reason%s",
             before_any_session(e, e->error_info_phase, errinfo_names_user(e->error_info)));
    set_row(o, FAMILY_ERRINFO, e->error_info, errinfo_row(e->error_info), what);
}

static void ultimatum(const struct trace *e, struct outcome *o)
{
    char what[140];
    snprintf(what, sizeof what, "the server ended the connection without giving error info%s",
             before_any_session(e, e->phase, e->ultimatum_reason == ULTIMATUM_USER_REQUESTED));
    set_row(o, FAMILY_ULTIMATUM, e->ultimatum_reason, ultimatum_row(e->ultimatum_reason), what);
}

// The client library gave up while the peer was still there: what the peer sent last made no sense to it.
static void gave_up(const struct trace *e, struct outcome *o)
{
    const char *name = e->last_error_name ? e->last_error_name : "no error";
    switch (e->phase) {
    case PHASE_GATEWAY:
        if (!e->tunnel.begun || (e->tunnel.step != GATEWAY_STEP_TLS && e->tunnel.step != GATEWAY_STEP_SECOND_TLS))
            set(o, FAMILY_GATEWAY, 0, "", "the gateway's answer at step %s ended the attempt (%s)",
                gateway_step_name(e->tunnel.step), name);
        else if (e->tunnel.tls_done) // and nothing was asked
            set(o, FAMILY_LOCAL, 0, "NO_GATEWAY_REQUEST", "FreeRDP made no request to the gateway (%s)", name);
        else
            set(o, FAMILY_TLS, 0, "", "the gateway's answer is no TLS that this machine can go on with");
        break;
    case PHASE_NEGOTIATE:
        negotiation(e, o);
        break;
    case PHASE_TLS:
        set(o, FAMILY_TLS, 0, "", "the peer's answer is no TLS that this machine can go on with");
        break;
    case PHASE_NLA:
        set(o, FAMILY_CREDSSP, 0, "", "CredSSP could not go on with the server's answer (%s)", name);
        break;
    case PHASE_LICENSING:
        set(o, FAMILY_LICENSING, 0, "", "licensing could not go on with the server's message (%s)", name);
        break;
    default:
        set(o, FAMILY_PROTOCOL, 0, "", "the server sent what the protocol does not allow here (%s)", name);
        break;
    }
}

// Name lookup or TCP failed. The name, which expectations are written with, tells the gateway's from the target's too.
static void unreached(const struct trace *e, struct outcome *o, enum family family, uint32_t code, const char *name,
                      const char *meaning)
{
    const char *host = e->at_gateway && e->gateway_host ? e->gateway_host : "";
    set(o, family, code, NULL, "%s%s%.100s%s%s", e->at_gateway ? "the gateway" : "", host[0] ? " " : "", host,
        e->at_gateway ? ": " : "", meaning);
    snprintf(o->name, sizeof o->name, "%s%s", e->at_gateway ? "GATEWAY_" : "", name ? name : "");
    o->side = e->at_gateway ? SIDE_GATEWAY : SIDE_TARGET;
}

static bool alert_is(int alert, uint32_t code)
{
    return alert && (uint32_t)alert - 1 == code;
}

static const char *version_text(uint16_t version)
{
    static const char *const texts[] = {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
    return version >= TLS_1_0_NUMBER && version < TLS_1_0_NUMBER + 4 ? texts[version - TLS_1_0_NUMBER] : "TLS";
}

// The name tells an alert of this client from one of the peer too, which the number does not.
static void sent_alert(const struct trace *e, struct outcome *o)
{
    const struct tls_trace *tls = &e->tls;
    uint32_t alert = (uint32_t)e->alert_sent - 1;
    const struct code_row *row = tls_alert_row(alert);

    set_row(o, FAMILY_TLS, alert, row, "this client ended the handshake with a TLS alert");
    snprintf(o->name, sizeof o->name, "sent_%s", row ? row->name : "alert");
    o->side = SIDE_CLIENT;
    if (alert == ALERT_PROTOCOL_VERSION && tls->server_version >= tls->lowest_wanted &&
        tls->server_version <= tls->highest_wanted)
        snprintf(o->detail, sizeof o->detail,
                 "the server chose %s, and goes on with what is none: this client ended the handshake with a TLS alert",
                 version_text(tls->server_version));
}

// Its part in TLS 1.0 and 1.1 needs MD5, which OpenSSL may not have; what it cannot do with a later ServerHello may as
// well be that ServerHello's fault.
static bool internal_error_is_ours(const struct tls_trace *tls)
{
    return tls->server_version < TLS_1_0_NUMBER + 2;
}

// A handshake that failed for what OpenSSL on this machine cannot do or may not do. FreeRDP is told to offer all that
// the variant allows, at security level 0: whatever is missing then is missing here, and no fault of the server.
static bool local_tls(const struct trace *e, struct outcome *o)
{
    const struct tls_trace *tls = &e->tls;
    bool narrowed = tls->lowest_offered > tls->lowest_wanted;

    if (e->phase != PHASE_TLS || !tls->failed)
        return false;
    if (!tls->hello_sent) {
        set(o, FAMILY_LOCAL, 0, "TLS_NOT_OFFERED",
            "OpenSSL on this machine has no version or cipher left to offer for this trial; see its configuration");
    } else if (alert_is(e->alert_sent, ALERT_INTERNAL_ERROR) && internal_error_is_ours(tls)) {
        set(o, FAMILY_LOCAL, ALERT_INTERNAL_ERROR, "TLS_INTERNAL_ERROR",
            "OpenSSL on this machine could not do its part of the handshake");
    } else if (alert_is(e->alert_sent, ALERT_PROTOCOL_VERSION) && tls->server_version >= tls->lowest_wanted &&
               tls->server_version <= tls->highest_wanted && tls->server_version < tls->lowest_offered) {
        set(o, FAMILY_LOCAL, ALERT_PROTOCOL_VERSION, "TLS_VERSION_DISABLED",
            "OpenSSL on this machine refuses %s, which the server chose", version_text(tls->server_version));
    } else if (narrowed && (alert_is(e->alert_received, ALERT_PROTOCOL_VERSION) ||
                            alert_is(e->alert_received, ALERT_HANDSHAKE_FAILURE))) {
        set(o, FAMILY_LOCAL, (uint32_t)e->alert_received - 1, "TLS_VERSION_DISABLED",
            "the server takes nothing of what OpenSSL on this machine offered, which begins at %s instead of %s",
            version_text(tls->lowest_offered), version_text(tls->lowest_wanted));
    } else {
        return false;
    }
    return true;
}

static void unasked_encryption(const struct trace *e, struct outcome *o)
{
    const struct code_row *row = encryption_method_row(e->encryption_method);
    set(o, FAMILY_PROTOCOL, e->encryption_method, ENCRYPTION_NOT_OFFERED,
        "the server chose the encryption method 0x%X (%s), which was not offered", e->encryption_method,
        row ? row->name : "unknown");
}

static void decide(const struct trace *e, struct outcome *o)
{
    // A reason that was given beats everything that happened afterwards.
    if (e->local) {
        set(o, FAMILY_LOCAL, e->local_code, e->local, "%s", e->local_detail);
    } else if (local_tls(e, o)) {
        return;
    } else if (e->error_info_seen) {
        error_info(e, o);
    } else if (e->resolve_error) {
        unreached(e, o, FAMILY_DNS, (uint32_t)-e->resolve_error, eai_name(e->resolve_error),
                  gai_strerror(e->resolve_error));
    } else if (e->connect_error) {
        unreached(e, o, FAMILY_TCP, (uint32_t)e->connect_error, strerrorname_np(e->connect_error),
                  strerror(e->connect_error));
    } else if (e->phase == PHASE_NEGOTIATE && e->confirmed &&
               (e->confirm.kind == CONFIRM_FAILURE || e->wrong_protocol || e->unasked_protocol ||
                e->unasked_structure)) {
        negotiation(e, o);
    } else if (e->not_x224) {
        negotiation(e, o);
    } else if (e->credssp_error) {
        set_row(o, FAMILY_CREDSSP, e->ntstatus, credssp_row(e->ntstatus), "the server's CredSSP answered");
    } else if (e->authorization_known && e->authorization != 0) {
        set_row(o, FAMILY_AUTHORIZATION, e->authorization, authorization_row(e->authorization),
                "the server answered to early user authorization");
    } else if (e->alert_received) {
        uint32_t alert = (uint32_t)e->alert_received - 1;
        set_row(o, FAMILY_TLS, alert, tls_alert_row(alert), "the peer sent a TLS alert");
    } else if (e->mcs_result) {
        const struct code_row *row = mcs_result_row(e->mcs_result);
        set(o, FAMILY_PROTOCOL, e->mcs_result, "MCS_RESULT", "the server refused at MCS with result %u (%s)",
            e->mcs_result, row ? row->name : "unknown");
    } else if (e->unasked_encryption) {
        unasked_encryption(e, o);
    } else if (e->redirected) {
        set(o, FAMILY_REDIRECTION, 0, "REDIRECTED", "the server sends the client to another one%s%s",
            e->redirected_to[0] ? ": " : "", e->redirected_to);
    } else if (e->licensing_error) {
        set_row(o, FAMILY_LICENSING, e->licensing_code, licensing_error_row(e->licensing_code),
                "the server ended licensing");
    } else if (e->logon_error && !e->logged_on) {
        set_row(o, FAMILY_LOGON, e->logon_code, logon_error_row(e->logon_code), "the logon failed in the session");
    } else if (e->ultimatum) {
        ultimatum(e, o);
    } else if (e->phase == PHASE_TLS && e->alert_sent) {
        sent_alert(e, o);
    } else if (gateway_answered(e)) {
        gateway(e, o);
    } else if (e->peer_end != PEER_OPEN) {
        closed(e, o);
    } else {
        gave_up(e, o);
    }
}

struct outcome classify(const struct trace *e)
{
    struct outcome o = {.result = RESULT_FAILED, .phase = e->phase};
    struct mstsc_pair pair;

    decide(e, &o);
    if (e->tls_first)
        snprintf(o.detail, sizeof o.detail,
                 "the target answers X.224 with %s, and a ClientHello with TLS: TLS from the first octet, so it is not "
                 "RDP, or RDP behind a TLS wrapper",
                 e->not_x224               ? "what is no X.224"
                 : e->peer_end == PEER_RST ? "RST"
                                           : "FIN");
    if (o.side == SIDE_NONE)
        o.side = side_of(o.family, o.phase);
    // The gateway's name and port are looked up and connected to in the phases that are the target's otherwise.
    enum phase where = e->at_gateway && o.phase < PHASE_GATEWAY ? PHASE_GATEWAY : o.phase;
    if (mstsc_pair_of(family_name(o.family), o.code, phase_name(where), &pair)) {
        o.mstsc.basis = pair.documented ? BASIS_DOCUMENTED : BASIS_INFERRED;
        o.mstsc.code = pair.code;
        o.mstsc.extended = pair.extended;
    }
    o.freerdp.code = e->last_error;
    snprintf(o.freerdp.name, sizeof o.freerdp.name, "%s", e->last_error_name ? e->last_error_name : "");
    return o;
}

bool gateway_logon_may_have_failed(const struct trace *e)
{
    return e->tunnel.unproved || e->tunnel.password_refused;
}

bool logon_may_have_failed(const struct trace *e)
{
    enum password_word word = e->credssp_error ? credssp_on_password(e->ntstatus) : PASSWORD_UNSAID;
    return e->authenticate_sent && !e->nla_passed && word != PASSWORD_RIGHT && word != PASSWORD_NOT_JUDGED;
}

const char *credentials_word(const struct trace *e, bool password_in_info)
{
    bool in_nla = e->authenticate_sent && e->credssp_error;
    enum password_word word = in_nla ? credssp_on_password(e->ntstatus) : PASSWORD_UNSAID;

    if (e->kerberos_refused)
        word = PASSWORD_WRONG;
    // MS-RDPBCGR 5.4.5.2.2: what a CredSSP without error codes says of a logon that failed.
    if (e->authenticate_sent && !e->credssp_error && alert_is(e->alert_received, ALERT_ACCESS_DENIED))
        word = PASSWORD_WRONG;
    if (e->logon_error && password_in_info && logon_error_on_password(e->logon_code) != PASSWORD_UNSAID)
        word = logon_error_on_password(e->logon_code);
    if (e->nla_passed || e->logged_on)
        word = PASSWORD_RIGHT;
    return word == PASSWORD_RIGHT ? "verified" : word == PASSWORD_WRONG ? "refused" : "not checked";
}

// A reason or an end that the peer gave is the peer's; where it is still there, it was this client that gave up.
const char *ended_by(const struct trace *e, const struct outcome *o)
{
    const char *peer = e->phase == PHASE_GATEWAY ? "gateway" : "server";

    switch (o->family) {
    case FAMILY_NONE:
    case FAMILY_DNS:
    case FAMILY_TCP:
    case FAMILY_TIMEOUT:
        return NULL;
    case FAMILY_NEGOTIATION:
        return e->confirmed && e->confirm.kind == CONFIRM_FAILURE ? peer : "client";
    case FAMILY_TLS:
        return e->alert_received ? peer : "client";
    case FAMILY_CREDSSP:
        return e->credssp_error ? peer : "client";
    case FAMILY_LICENSING:
        return e->licensing_error ? peer : "client";
    case FAMILY_PROTOCOL:
        return e->mcs_result ? peer : "client";
    case FAMILY_GATEWAY:
        // Else this client could not go on with the answer.
        return o->code || strcmp(o->name, GATEWAY_CLOSED_AFTER_LOGON) == 0 ? "gateway" : "client";
    case FAMILY_LOCAL:
    case FAMILY_CRASH:
        return "client";
    case FAMILY_CLOSED: // a gateway tells where it was the target that closed
        return e->gateway && !e->tunnel.closed ? "gateway" : "server";
    default:
        return peer;
    }
}
