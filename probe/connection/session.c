// SPDX-License-Identifier: Apache-2.0
#include "connection/session.h"

#include <errno.h>
#include <freerdp/error.h>
#include <freerdp/event.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winpr/crypto.h>
#include <winpr/synch.h>

#include "connection/capture.h"
#include "connection/certificate.h"
#include "connection/channels.h"
#include "connection/drawing.h"
#include "connection/gateway_tap.h"
#include "connection/kerberos.h"
#include "connection/picture.h"
#include "connection/progress.h"
#include "connection/settings.h"
#include "connection/silence.h"
#include "connection/socket.h"
#include "connection/tap.h"
#include "connection/tls_facts.h"

enum { WAIT_STEP_MS = 50, GOODBYE_SECONDS = 1, HANDLES_MAX = 64 };

// ---- the end ----

static void remember_last_error(struct session *session)
{
    if (session->evidence.last_error)
        return;
    session->evidence.last_error = freerdp_get_last_error(&session->context);
    session->evidence.last_error_name = freerdp_get_last_error_name(session->evidence.last_error);
}

// Verified is told as soon as it is seen.
static void tell_credentials(struct session *session)
{
    const struct evidence *evidence = &session->evidence;
    bool sent = session_sends_password(session);

    if (evidence->nla_passed || evidence->logged_on)
        return;
    if (evidence->logon_error && evidence->logon_code == LOGON_FAILED_BAD_PASSWORD && sent)
        event_failed_logon(session->sink);
    event_fact(session->sink, FACT_CREDENTIALS, json_string(credentials_word(evidence, sent)));
}

bool session_sends_password(const struct session *session)
{
    return session->request->autologon && !session->evidence.nla && session->request->password[0];
}

void session_ask_leave(struct session *session)
{
    enum { LONG_MS = 100 }; // a server that ends the connection sooner does so without being kept waiting
    if (!session->request->asks_leave || session->has_leave)
        return;
    session->has_leave = true;
    const double waited = event_ask_leave(session->sink);
    struct pollfd server = {.fd = session->fd, .events = POLLIN};
    // It is this client's turn: what comes now, octets or the end, is the server's impatience.
    if (waited >= LONG_MS && !session->evidence.gateway && poll(&server, 1, 0) == 1) {
        event_leave_unused(session->sink);
        _exit(0);
    }
    event_fact(session->sink, FACT_LOGON_WAITED, json_real((double)(long long)(waited * 1000 + 0.5) / 1000));
}

void session_report_outcome(struct session *session)
{
    struct outcome outcome = classify(&session->evidence);
    const char *by = ended_by(&session->evidence, &outcome);

    if (by)
        event_fact(session->sink, FACT_ENDED_BY, json_string(by));
    event_outcome(session->sink, &outcome);
}

void session_fail(struct session *session)
{
    session->over = true;
    remember_last_error(session);
    if (session->evidence.peer_end == PEER_OPEN)
        session->evidence.peer_end =
            socket_peer_end(session->evidence.phase == PHASE_GATEWAY ? session->gateway_fd : session->fd);
    tls_report_end(session);
    kerberos_report(session);
    tell_credentials(session);
    (void)picture_report(session); // the failure says more than a file that cannot be written
    if (logon_may_have_failed(&session->evidence))
        event_failed_logon(session->sink);
    if (gateway_logon_may_have_failed(&session->evidence))
        event_failed_logon(session->sink);
    session_report_outcome(session);
    capture_closed(session);
    _exit(0);
}

// What this machine lacks or could not do.
static _Noreturn void fail_locally(struct session *session, const char *name, const char *detail)
{
    session->evidence.local = name;
    snprintf(session->evidence.local_detail, sizeof session->evidence.local_detail, "%s", detail);
    session_fail(session);
}

void session_succeed(struct session *session)
{
    struct outcome outcome = {.result = RESULT_CONNECTED, .phase = session->request->until};

    if (!picture_report(session))
        fail_locally(session, "SCREENSHOT_NOT_SAVED", strerror(errno));
    session->over = true;
    tell_credentials(session);
    event_outcome(session->sink, &outcome);
    if (progress_reached(session, PHASE_ACTIVE)) {
        // A session was opened: leave it with TLS' farewell rather than by vanishing, but do not wait for an answer.
        signal(SIGALRM, SIG_DFL);
        alarm(GOODBYE_SECONDS);
        freerdp_disconnect(session->context.instance);
    }
    capture_closed(session);
    _exit(0);
}

static void on_alarm(int number)
{
    (void)number;
    _exit(0); // the outcome is reported; see tap.c
}

// ---- FreeRDP's callbacks ----

static BOOL wrap_disconnect(rdpTransport *transport)
{
    struct session *session = session_of(transport_get_context(transport));

    if (!session->over) {
        remember_last_error(session);
        if (session->evidence.peer_end == PEER_OPEN)
            session->evidence.peer_end = socket_peer_end(session->fd);
    }
    session->fd = -1;
    session->ssl = session->gateway_ssl = NULL;
    capture_closing(session);
    BOOL ok = session->io.TransportDisconnect(transport);
    capture_closed(session);
    return ok;
}

static void on_error_info(void *context, const ErrorInfoEventArgs *e)
{
    tap_error_info(session_of(context), e->code);
}

static BOOL pre_connect(freerdp *instance)
{
    rdpContext *context = instance->context;
    struct session *session = session_of(context);
    rdpTransportIo io = *freerdp_get_io_callbacks(context);

    session->io = io;
    io.TCPConnect = socket_connect;
    io.TLSConnect = tls_connect;
    io.ReadPdu = tap_read;
    io.WritePdu = tap_write;
    io.ReadBytes = tap_read_bytes;
    io.TransportDisconnect = wrap_disconnect;
    PubSub_SubscribeErrorInfo(context->pubSub, on_error_info);
    drawing_drop(session);
    return freerdp_set_io_callbacks(context, &io);
}

static BOOL post_connect(freerdp *instance)
{
    return picture_begin(session_of(instance->context));
}

static bool replace(char **text, const char *with)
{
    free(*text);
    *text = strdup(with);
    return *text;
}

// Credentials are in the settings, or there are none: never a prompt. For tls and rdp security FreeRDP asks although
// nothing is missing, and refusing would cancel the connection.
static BOOL authenticate(freerdp *instance, char **user, char **password, char **domain, rdp_auth_reason reason)
{
    struct session *session = session_of(instance->context);
    (void)domain;
    switch (reason) {
    case AUTH_TLS:
    case AUTH_RDP:
        return TRUE;
    case AUTH_NLA:
        // FreeRDP wants an identity before it begins; what is made of it, AUTHENTICATE, is never sent.
        if (session->request->at_challenge)
            return replace(user, "nobody") && replace(password, "none");
        fail_locally(session, "NO_CREDENTIALS",
                     "NLA needs a user and a password; give them, or stop at --until nla-challenge");
    case GW_AUTH_HTTP:
    case GW_AUTH_RDG:
    case GW_AUTH_RPC:
        fail_locally(session, "NO_GATEWAY_CREDENTIALS", "the gateway needs a user and a password, or a token");
    default:
        fail_locally(session, "NO_CREDENTIALS", "FreeRDP asks for credentials that were not given");
    }
}

// Agreed to without a prompt: what it says is in the facts (gateway_channel.c).
static BOOL gateway_message(freerdp *instance, UINT32 type, BOOL mandatory, BOOL consent, size_t length,
                            const WCHAR *message)
{
    (void)instance;
    (void)type;
    (void)mandatory;
    (void)consent;
    (void)length;
    (void)message;
    return TRUE;
}

static struct session *session_new(const struct connection_request *request, struct event_sink *sink)
{
    freerdp *instance = freerdp_new();
    if (!instance)
        return NULL;
    instance->ContextSize = sizeof(struct session);
    instance->PreConnect = pre_connect;
    instance->PostConnect = post_connect;
    instance->LoadChannels = channels_announce;
    instance->ReceiveChannelData = channels_receive;
    instance->VerifyX509Certificate = certificate_verify;
    instance->AuthenticateEx = authenticate;
    instance->PresentGatewayMessage = gateway_message;
    if (!freerdp_context_new(instance))
        return NULL;
    struct session *session = session_of(instance->context);
    session->request = request;
    session->sink = sink;
    session->fd = session->gateway_fd = -1;
    session->evidence.gateway = request->variant.level[FACTOR_GATEWAY] != GATEWAY_OFF;
    session->evidence.gateway_host = request->gateway.host;
    session->evidence.nla = request->variant.level[FACTOR_SECURITY] == SECURITY_NLA;
    return session;
}

// ---- the run ----

// Only from AUTHENTICATE, or the Security Exchange, on.
static bool needs_legacy_ciphers(const struct connection_request *request)
{
    switch (request->variant.level[FACTOR_SECURITY]) {
    case SECURITY_NLA:
        return request->until >= PHASE_NLA && !request->at_challenge;
    case SECURITY_RDP:
        return request->until >= PHASE_INFO;
    default:
        return false;
    }
}

// NTLM needs MD4 and RC4, RDP security RC4 (OpenSSL's legacy provider): without them the server must not be blamed.
static void check_ciphers(struct session *session)
{
    static const BYTE key[16] = {1};
    WINPR_RC4_CTX *rc4 = winpr_RC4_New(key, sizeof key);
    WINPR_DIGEST_CTX *md4 = winpr_Digest_New();
    bool ok = rc4 && md4 && winpr_Digest_Init(md4, WINPR_MD_MD4);

    winpr_RC4_Free(rc4);
    winpr_Digest_Free(md4);
    if (!ok && needs_legacy_ciphers(session->request))
        fail_locally(
            session, "LEGACY_PROVIDER_MISSING",
            "OpenSSL on this machine has no MD4 or RC4 (its legacy provider), which NLA and RDP security need");
}

// Whether an active session has shown what it was to show: it lasts, and where the logon was asked for, the server said
// how that went. A failed logon that is to be the outcome gets as long to be taken back. A picture that was asked for
// is there.
static bool is_settled(const struct session *session, double end)
{
    double now = event_clock();
    if (now < end || !picture_is_complete(session, now))
        return false;
    if (session->request->until != PHASE_LOGON || session->evidence.logged_on)
        return true;
    return session->evidence.logon_error && now >= session->logon_error_at + session->request->settle_ms;
}

// Handles what arrives until the session is active, or settled. Ends the trial when the connection ends.
static void pump(struct session *session, bool until_active)
{
    rdpContext *context = &session->context;
    HANDLE handles[HANDLES_MAX];
    double end = event_clock() + session->request->settle_ms;

    for (;;) {
        double left = end - event_clock();
        if (until_active ? progress_reached(session, PHASE_ACTIVE) : is_settled(session, end))
            return;
        DWORD count = freerdp_get_event_handles(context, handles, HANDLES_MAX);
        DWORD wait = until_active || left > WAIT_STEP_MS || left <= 0 ? WAIT_STEP_MS : (DWORD)left + 1;
        if (count == 0)
            session_fail(session);
        event_flush(session->sink);
        WaitForMultipleObjects(count, handles, FALSE, wait);
        if (!freerdp_check_event_handles(context) || freerdp_shall_disconnect_context(context))
            session_fail(session);
    }
}

void session_run(const struct connection_request *request, struct event_sink *sink)
{
    signal(SIGALRM, on_alarm);
    struct session *session = session_new(request, sink);
    if (!session) {
        struct outcome outcome = {.result = RESULT_FAILED,
                                  .family = FAMILY_LOCAL,
                                  .name = "FREERDP_UNUSABLE",
                                  .detail = "FreeRDP cannot make a connection context on this machine"};
        event_outcome(sink, &outcome);
        _exit(0);
    }
    silence_watch(session);
    check_ciphers(session);
    capture_begin(session);
    socket_resolve(session);
    if (!settings_apply(session))
        fail_locally(session, "SETTINGS_REFUSED", "FreeRDP refused the settings of this variant");
    tls_watch(session);
    gateway_watch(session);
    kerberos_watch(session);

    if (!freerdp_connect(session->context.instance))
        session_fail(session);
    pump(session, true);
    pump(session, false);
    if (session->evidence.logon_error && !session->evidence.logged_on)
        session_fail(session);
    session_succeed(session);
}
