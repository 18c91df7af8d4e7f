// SPDX-License-Identifier: Apache-2.0
#include "connection/connection.h"

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

#include "connection/capture/capture.h"
#include "connection/channels.h"
#include "connection/gateway/gateway_tap.h"
#include "connection/observe/certificate.h"
#include "connection/observe/kerberos.h"
#include "connection/observe/tap.h"
#include "connection/observe/tls_facts.h"
#include "connection/picture/drawing.h"
#include "connection/picture/picture.h"
#include "connection/progress.h"
#include "connection/settings.h"
#include "connection/silence.h"
#include "connection/socket.h"

enum { WAIT_STEP_MS = 50, GOODBYE_SECONDS = 1, HANDLES_MAX = 64 };

// ---- the end ----

static void remember_last_error(struct connection *connection)
{
    if (connection->trace.last_error)
        return;
    connection->trace.last_error = freerdp_get_last_error(&connection->context);
    connection->trace.last_error_name = freerdp_get_last_error_name(connection->trace.last_error);
}

// Verified is told as soon as it is seen.
static void tell_credentials(struct connection *connection)
{
    const struct trace *trace = &connection->trace;
    bool sent = connection_sends_password(connection);

    if (trace->nla_passed || trace->logged_on)
        return;
    if (trace->logon_error && trace->logon_code == LOGON_FAILED_BAD_PASSWORD && sent)
        event_failed_logon(connection->sink);
    event_fact(connection->sink, FACT_CREDENTIALS, json_string(credentials_word(trace, sent)));
}

bool connection_sends_password(const struct connection *connection)
{
    return connection->request->profile.autologon && !connection->trace.nla &&
           profile_secret(&connection->request->profile, PROFILE_PASSWORD)[0];
}

void connection_request_permit(struct connection *connection)
{
    enum { LONG_MS = 100 }; // a server that ends the connection sooner does so without being kept waiting
    if (!connection->request->requests_permit || connection->has_permit)
        return;
    connection->has_permit = true;
    const double waited = event_request_permit(connection->sink);
    struct pollfd server = {.fd = connection->fd, .events = POLLIN};
    // It is this client's turn: what comes now, bytes or the end, is the server's impatience.
    if (waited >= LONG_MS && !connection->trace.gateway && poll(&server, 1, 0) == 1) {
        event_permit_unused(connection->sink);
        _exit(0);
    }
    event_fact(connection->sink, FACT_LOGON_WAITED, json_real((double)(long long)(waited * 1000 + 0.5) / 1000));
}

void connection_report_outcome(struct connection *connection)
{
    struct outcome outcome = classify(&connection->trace);
    const char *by = ended_by(&connection->trace, &outcome);

    if (by)
        event_fact(connection->sink, FACT_ENDED_BY, json_string(by));
    event_outcome(connection->sink, &outcome);
}

void connection_fail(struct connection *connection)
{
    connection->over = true;
    remember_last_error(connection);
    if (connection->trace.peer_end == PEER_OPEN)
        connection->trace.peer_end =
            socket_peer_end(connection->trace.phase == PHASE_GATEWAY ? connection->gateway_fd : connection->fd);
    tls_report_end(connection);
    kerberos_report(connection);
    tell_credentials(connection);
    (void)picture_report(connection); // the failure says more than a file that cannot be written
    if (logon_may_have_failed(&connection->trace))
        event_failed_logon(connection->sink);
    if (gateway_logon_may_have_failed(&connection->trace))
        event_failed_logon(connection->sink);
    connection_report_outcome(connection);
    capture_closed(connection);
    _exit(0);
}

// What this machine lacks or could not do.
static _Noreturn void fail_locally(struct connection *connection, const char *name, const char *detail)
{
    connection->trace.local = name;
    snprintf(connection->trace.local_detail, sizeof connection->trace.local_detail, "%s", detail);
    connection_fail(connection);
}

void connection_succeed(struct connection *connection)
{
    struct outcome outcome = {.result = RESULT_CONNECTED, .phase = connection->request->until};

    if (!picture_report(connection))
        fail_locally(connection, "SCREENSHOT_NOT_SAVED", strerror(errno));
    connection->over = true;
    tell_credentials(connection);
    event_outcome(connection->sink, &outcome);
    if (progress_reached(connection, PHASE_ACTIVE)) {
        // A session was opened: leave it with TLS' farewell rather than by vanishing, but do not wait for an answer.
        signal(SIGALRM, SIG_DFL);
        alarm(GOODBYE_SECONDS);
        freerdp_disconnect(connection->context.instance);
    }
    capture_closed(connection);
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
    struct connection *connection = connection_of(transport_get_context(transport));

    if (!connection->over) {
        remember_last_error(connection);
        if (connection->trace.peer_end == PEER_OPEN)
            connection->trace.peer_end = socket_peer_end(connection->fd);
    }
    connection->fd = -1;
    connection->ssl = connection->gateway_ssl = NULL;
    capture_closing(connection);
    BOOL ok = connection->io.TransportDisconnect(transport);
    capture_closed(connection);
    return ok;
}

static void on_error_info(void *context, const ErrorInfoEventArgs *e)
{
    tap_error_info(connection_of(context), e->code);
}

static BOOL pre_connect(freerdp *instance)
{
    rdpContext *context = instance->context;
    struct connection *connection = connection_of(context);
    rdpTransportIo io = *freerdp_get_io_callbacks(context);

    connection->io = io;
    io.TCPConnect = socket_connect;
    io.TLSConnect = tls_connect;
    io.ReadPdu = tap_read;
    io.WritePdu = tap_write;
    io.ReadBytes = tap_read_bytes;
    io.TransportDisconnect = wrap_disconnect;
    PubSub_SubscribeErrorInfo(context->pubSub, on_error_info);
    drawing_drop(connection);
    return freerdp_set_io_callbacks(context, &io);
}

static BOOL post_connect(freerdp *instance)
{
    return picture_begin(connection_of(instance->context));
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
    struct connection *connection = connection_of(instance->context);
    (void)domain;
    switch (reason) {
    case AUTH_TLS:
    case AUTH_RDP:
        return TRUE;
    case AUTH_NLA:
        // FreeRDP wants an identity before it begins; what is made of it, AUTHENTICATE, is never sent.
        if (connection->request->at_challenge)
            return replace(user, "nobody") && replace(password, "none");
        fail_locally(connection, "NO_CREDENTIALS",
                     "NLA needs a user and a password; give them, or stop at --until nla-challenge");
    case GW_AUTH_HTTP:
    case GW_AUTH_RDG:
    case GW_AUTH_RPC:
        fail_locally(connection, "NO_GATEWAY_CREDENTIALS", "the gateway needs a user and a password, or a token");
    default:
        fail_locally(connection, "NO_CREDENTIALS", "FreeRDP asks for credentials that were not given");
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

static struct connection *connection_new(const struct connection_request *request, struct event_sink *sink)
{
    freerdp *instance = freerdp_new();
    if (!instance)
        return NULL;
    instance->ContextSize = sizeof(struct connection);
    instance->PreConnect = pre_connect;
    instance->PostConnect = post_connect;
    instance->LoadChannels = channels_announce;
    instance->ReceiveChannelData = channels_receive;
    instance->VerifyX509Certificate = certificate_verify;
    instance->AuthenticateEx = authenticate;
    instance->PresentGatewayMessage = gateway_message;
    if (!freerdp_context_new(instance))
        return NULL;
    struct connection *connection = connection_of(instance->context);
    connection->request = request;
    connection->sink = sink;
    connection->fd = connection->gateway_fd = -1;
    connection->trace.gateway = request->profile.levels.level[FACTOR_GATEWAY] != GATEWAY_OFF;
    connection->trace.gateway_host = request->profile.gateway.host;
    connection->trace.nla = request->profile.levels.level[FACTOR_SECURITY] == SECURITY_NLA;
    return connection;
}

// ---- the run ----

// Only from AUTHENTICATE, or the Security Exchange, on.
static bool needs_legacy_ciphers(const struct connection_request *request)
{
    switch (request->profile.levels.level[FACTOR_SECURITY]) {
    case SECURITY_NLA:
        return request->until >= PHASE_NLA && !request->at_challenge;
    case SECURITY_RDP:
        return request->until >= PHASE_INFO;
    default:
        return false;
    }
}

// NTLM needs MD4 and RC4, RDP security RC4 (OpenSSL's legacy provider): without them the server must not be blamed.
static void check_ciphers(struct connection *connection)
{
    static const BYTE key[16] = {1};
    WINPR_RC4_CTX *rc4 = winpr_RC4_New(key, sizeof key);
    WINPR_DIGEST_CTX *md4 = winpr_Digest_New();
    bool ok = rc4 && md4 && winpr_Digest_Init(md4, WINPR_MD_MD4);

    winpr_RC4_Free(rc4);
    winpr_Digest_Free(md4);
    if (!ok && needs_legacy_ciphers(connection->request))
        fail_locally(
            connection, "LEGACY_PROVIDER_MISSING",
            "OpenSSL on this machine has no MD4 or RC4 (its legacy provider), which NLA and RDP security need");
}

// Whether an active session has shown what it was to show: it lasts, and where the logon was asked for, the server said
// how that went. A failed logon that is to be the outcome gets as long to be taken back. A picture that was asked for
// is there.
static bool is_settled(const struct connection *connection, double end)
{
    double now = event_clock();
    if (now < end || !picture_is_complete(connection, now))
        return false;
    if (connection->request->until != PHASE_LOGON || connection->trace.logged_on)
        return true;
    return connection->trace.logon_error && now >= connection->logon_error_at + connection->request->profile.settle_ms;
}

// Handles what arrives until the session is active, or settled. Ends the trial when the connection ends.
static void pump(struct connection *connection, bool until_active)
{
    rdpContext *context = &connection->context;
    HANDLE handles[HANDLES_MAX];
    double end = event_clock() + connection->request->profile.settle_ms;

    for (;;) {
        double left = end - event_clock();
        if (until_active ? progress_reached(connection, PHASE_ACTIVE) : is_settled(connection, end))
            return;
        DWORD count = freerdp_get_event_handles(context, handles, HANDLES_MAX);
        DWORD wait = until_active || left > WAIT_STEP_MS || left <= 0 ? WAIT_STEP_MS : (DWORD)left + 1;
        if (count == 0)
            connection_fail(connection);
        event_flush(connection->sink);
        WaitForMultipleObjects(count, handles, FALSE, wait);
        if (!freerdp_check_event_handles(context) || freerdp_shall_disconnect_context(context))
            connection_fail(connection);
    }
}

void connection_run(const struct connection_request *request, struct event_sink *sink)
{
    signal(SIGALRM, on_alarm);
    struct connection *connection = connection_new(request, sink);
    if (!connection) {
        struct outcome outcome = {.result = RESULT_FAILED,
                                  .family = FAMILY_LOCAL,
                                  .side = SIDE_CLIENT,
                                  .name = "FREERDP_UNUSABLE",
                                  .detail = "FreeRDP cannot make a connection context on this machine"};
        event_outcome(sink, &outcome);
        _exit(0);
    }
    silence_watch(connection);
    check_ciphers(connection);
    capture_begin(connection);
    socket_resolve(connection);
    if (!settings_apply(connection))
        fail_locally(connection, "SETTINGS_REFUSED", "FreeRDP refused the settings of this variant");
    tls_watch(connection);
    gateway_watch(connection);
    kerberos_watch(connection);

    if (!freerdp_connect(connection->context.instance))
        connection_fail(connection);
    pump(connection, true);
    pump(connection, false);
    if (connection->trace.logon_error && !connection->trace.logged_on)
        connection_fail(connection);
    connection_succeed(connection);
}
