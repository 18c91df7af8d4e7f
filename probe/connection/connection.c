// SPDX-License-Identifier: Apache-2.0
#include "connection/connection.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winpr/crypto.h>
#include <winpr/synch.h>

#include "connection/channels.h"
#include "connection/finish.h"
#include "connection/gateway_tap.h"
#include "connection/observe/certificate.h"
#include "connection/picture/drawing.h"
#include "connection/sandbox.h"
#include "connection/settings.h"
#include "connection/tap.h"

enum { WAIT_STEP_MS = 50, HANDLES_MAX = 64 };
enum { LOGON_MS = 5000 };                  // how long a logon that has begun is waited for, at most…
static const double BEFORE_DEADLINE = 0.9; // …and up to which part of the deadline

// ---- FreeRDP's callbacks ----

static BOOL pre_connect(freerdp *instance)
{
    struct connection *connection = connection_of(instance->context);

    drawing_drop(&connection->context, &connection->no_drawing);
    return tap_begin(connection);
}

static BOOL post_connect(freerdp *instance)
{
    struct connection *connection = connection_of(instance->context);

    if (!picture_wanted(connection->request))
        return TRUE;
    connection->picture = picture_begin(&connection->context, connection->request, &connection->progress);
    return connection->picture != NULL;
}

static BOOL load_channels(freerdp *instance)
{
    return channels_announce(instance, connection_of(instance->context)->request);
}

static int verify_certificate(freerdp *instance, const BYTE *data, size_t length, const char *hostname, UINT16 port,
                              DWORD flags)
{
    enum { REFUSE = 0, ACCEPT_ONCE = 2 }; // for this connection, and nothing is stored
    struct connection *connection = connection_of(instance->context);
    bool at_gateway = connection->trace.phase == PHASE_GATEWAY;
    const char *name = at_gateway ? hostname : connection->sockets.presented;
    (void)data, (void)length, (void)port, (void)flags;

    return connection->progress.over ||
                   certificate_accepted(&connection->tls, name,
                                        connection->request->profile.certificate_policy == CERTIFICATE_REQUIRE)
               ? ACCEPT_ONCE
               : REFUSE;
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
        finish_locally(connection, "NO_CREDENTIALS",
                       "NLA needs a user and a password; give them, or stop at --until nla-challenge");
    case GW_AUTH_HTTP:
    case GW_AUTH_RDG:
    case GW_AUTH_RPC:
        finish_locally(connection, "NO_GATEWAY_CREDENTIALS", "the gateway needs a user and a password, or a token");
    default:
        finish_locally(connection, "NO_CREDENTIALS", "FreeRDP asks for credentials that were not given");
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

static struct observer new_observer(struct connection *connection)
{
    const struct connection_request *request = connection->request;
    return (struct observer){
        .request = request,
        .sink = connection->sink,
        .trace = &connection->trace,
        .progress = &connection->progress,
        .permit = &connection->permit,
        .fd = &connection->sockets.fd,
        .encryption = {.context = &connection->context},
        .kerberos = {.request = request, .trace = &connection->trace, .sink = connection->sink},
    };
}

// Each part gets what it needs of the others.
static void fit_parts(struct connection *connection, const struct connection_request *request, struct event_sink *sink)
{
    struct trace *trace = &connection->trace;
    struct progress *progress = &connection->progress;
    int *fd = &connection->sockets.fd;

    connection->request = request;
    connection->sink = sink;
    trace->gateway = request->profile.levels.level[FACTOR_GATEWAY] != GATEWAY_OFF;
    trace->gateway_host = request->profile.gateway.host;
    trace->tunnel.one_logon = request->one_gateway_logon;
    trace->nla = request->profile.levels.level[FACTOR_SECURITY] == SECURITY_NLA;
    trace->confirmed = request->profile.levels.level[FACTOR_NEGOTIATION] == NEGOTIATION_SKIPPED;
    *progress = (struct progress){.trace = trace, .sink = sink, .until = request->until};
    *fd = connection->sockets.gateway_fd = -1;
    connection->permit.wanted = request->requests_permit;
    connection->observer = new_observer(connection);
    connection->tls = (struct tls_watch){.progress = progress, .fd = fd, .variant = &request->profile.levels};
    connection->silence = (struct silence){.progress = progress, .fd = fd, .deadline_ms = request->profile.deadline_ms};
}

static struct connection *connection_new(const struct connection_request *request, struct event_sink *sink)
{
    freerdp *instance = freerdp_new();
    if (!instance)
        return NULL;
    instance->ContextSize = sizeof(struct connection);
    instance->PreConnect = pre_connect;
    instance->PostConnect = post_connect;
    instance->LoadChannels = load_channels;
    instance->ReceiveChannelData = channels_receive;
    instance->VerifyX509Certificate = verify_certificate;
    instance->AuthenticateEx = authenticate;
    instance->PresentGatewayMessage = gateway_message;
    if (!freerdp_context_new(instance))
        return NULL;
    struct connection *connection = connection_of(instance->context);
    fit_parts(connection, request, sink);
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
        finish_locally(
            connection, "LEGACY_PROVIDER_MISSING",
            "OpenSSL on this machine has no MD4 or RC4 (its legacy provider), which NLA and RDP security need");
}

// Whether the server told that a logon goes on, and not yet how it went. Windows takes some hundred milliseconds.
static bool logon_is_awaited(const struct connection *connection, double now)
{
    const struct connection_request *request = connection->request;
    const double begun = connection->observer.logon_begun_at;

    return begun != 0 && !connection->trace.logged_on && !connection->trace.logon_error && now < begun + LOGON_MS &&
           now < connection->sink->start + BEFORE_DEADLINE * request->profile.deadline_ms;
}

// Whether an active session has shown what it was to show: it lasts, and where the logon was asked for, the server said
// how that went. A failed logon that is to be the outcome gets as long to be taken back. A picture that was asked for
// is there.
static bool is_settled(const struct connection *connection, double end)
{
    double now = event_clock();
    if (now < end || logon_is_awaited(connection, now) || !picture_is_complete(connection->picture, now))
        return false;
    if (connection->request->until != PHASE_LOGON || connection->trace.logged_on)
        return true;
    return connection->trace.logon_error &&
           now >= connection->observer.logon_error_at + connection->request->profile.settle_ms;
}

// Handles what arrives until the session is active, or settled. Ends the trial when the connection ends.
static void pump(struct connection *connection, bool until_active)
{
    rdpContext *context = &connection->context;
    HANDLE handles[HANDLES_MAX];
    double end = event_clock() + connection->request->profile.settle_ms;

    for (;;) {
        double left = end - event_clock();
        if (until_active ? progress_reached(&connection->progress, PHASE_ACTIVE) : is_settled(connection, end))
            return;
        DWORD count = freerdp_get_event_handles(context, handles, HANDLES_MAX);
        DWORD wait = until_active || left > WAIT_STEP_MS || left <= 0 ? WAIT_STEP_MS : (DWORD)left + 1;
        if (count == 0)
            finish_failed(connection);
        event_flush(connection->sink);
        WaitForMultipleObjects(count, handles, FALSE, wait);
        if (!freerdp_check_event_handles(context) || freerdp_shall_disconnect_context(context))
            finish_failed(connection);
    }
}

static void on_alarm(int number)
{
    (void)number;
    _exit(0); // the outcome is reported; see errinfo_observer.c
}

static void begin_capture(struct connection *connection)
{
    const struct capture_view view = {.request = connection->request,
                                      .sink = connection->sink,
                                      .trace = &connection->trace,
                                      .security_headers = &connection->observer.encryption.headers};
    connection->capture = connection->observer.capture = capture_begin(&view);
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
    silence_watch(&connection->silence);
    if (request->until == PHASE_NEGOTIATE && connection->trace.confirmed)
        finish_locally(connection, "NO_NEGOTIATION",
                       "negotiation=skipped sends no connection request, so there is no negotiation to end at");
    check_ciphers(connection);
    begin_capture(connection);
    finish_if(connection, socket_resolve(&connection->sockets, request, &connection->progress));
    // Kerberos asks its KDCs by UDP first.
    if (!sandbox_tighten(connection->trace.nla && request->profile.levels.level[FACTOR_AUTH] != AUTH_LEVEL_NTLM))
        finish_locally(connection, "NO_SANDBOX", "system calls cannot be filtered");
    if (!settings_apply(connection))
        finish_locally(connection, "SETTINGS_REFUSED", "FreeRDP refused the settings of this variant");
    tls_begin_watch(&connection->tls);
    gateway_watch(connection);
    kerberos_watch(&connection->observer.kerberos);

    if (!freerdp_connect(connection->context.instance))
        finish_failed(connection);
    pump(connection, true);
    pump(connection, false);
    if (connection->trace.logon_error && !connection->trace.logged_on)
        finish_failed(connection);
    finish_succeeded(connection);
}
