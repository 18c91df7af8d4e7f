// SPDX-License-Identifier: Apache-2.0
#include "connection/tap.h"

#include <freerdp/event.h>

#include "connection/factor_settings.h"
#include "connection/factors/tls.h"
#include "connection/finish.h"
#include "connection/outgoing.h"
#include "connection/settings.h"

// ---- connections ----

static int on_tcp_connect(rdpContext *context, rdpSettings *settings, const char *hostname, int port, DWORD timeout)
{
    struct connection *connection = connection_of(context);
    (void)hostname, (void)port;

    // FreeRDP reconnects behind its caller's back when a connection breaks: that would be another trial.
    if (connection->progress.over || !socket_may_connect(&connection->sockets, connection->request))
        return -1;
    finish_if(connection,
              socket_connect(&connection->sockets, connection->request, &connection->progress, connection->capture));
    // A host name of "|" hands FreeRDP a connected descriptor in place of the port.
    return connection->io.TCPConnect(context, settings, "|", connection->sockets.fd, timeout);
}

static BOOL on_tls_connect(rdpTransport *transport)
{
    struct connection *connection = connection_of(transport_get_context(transport));
    struct tls_trace *tls = &connection->trace.tls;

    observe_tunnel(&connection->observer); // where no request went before it
    finish_if(connection, progress_begin(&connection->progress, PHASE_TLS));
    connection->tls.ssl = NULL;
    tls_level_range(connection->request->profile.levels.level[FACTOR_TLS], &tls->lowest_wanted, &tls->highest_wanted);
    BOOL ok = settings_before_target_tls(connection) && connection->io.TLSConnect(transport);
    if (connection->progress.over)
        return ok;
    tls_report(&connection->tls, false);
    if (!ok) {
        tls_note_failure(&connection->tls);
        finish_failed(connection);
    }
    finish_if(connection, progress_begin(&connection->progress, connection->trace.nla ? PHASE_NLA : PHASE_MCS));
    return ok;
}

static BOOL on_disconnect(rdpTransport *transport)
{
    struct connection *connection = connection_of(transport_get_context(transport));

    if (!connection->progress.over) {
        finish_note_error(connection);
        peer_end_note(&connection->trace.peer_end, connection->sockets.fd);
    }
    connection->sockets.fd = -1;
    connection->tls.ssl = connection->tls.gateway_ssl = NULL;
    capture_closing(connection->capture);
    BOOL ok = connection->io.TransportDisconnect(transport);
    capture_closed(connection->capture);
    return ok;
}

// ---- PDUs ----

static SSIZE_T on_read_bytes(rdpTransport *transport, BYTE *data, size_t size)
{
    struct connection *connection = connection_of(transport_get_context(transport));
    SSIZE_T status = connection->io.ReadBytes(transport, data, size);

    if (status > 0 && !connection->pdu_begun) {
        connection->pdu_begun = true;
        if (!connection->progress.over)
            finish_if(connection, observe_first_byte(&connection->observer, data[0]));
    }
    return status;
}

static int on_read(rdpTransport *transport, wStream *s)
{
    struct connection *connection = connection_of(transport_get_context(transport));

    event_flush(connection->sink); // this may wait
    connection->pdu_begun = Stream_GetPosition(s) > 0;
    int status = connection->io.ReadPdu(transport, s);

    if (connection->progress.over)
        return status;
    if (status > 0) {
        struct bytes pdu = {Stream_Buffer(s), Stream_Length(s)};
        progress_received(&connection->progress);
        capture_prepare(connection->capture, pdu);
        capture_pdu(connection->capture, false, pdu);
        finish_if(connection, observe_read(&connection->observer, pdu));
        if (connection->observer.message_channel)
            settings_answer_autodetect(connection);
    }
    if (status < 0)
        peer_end_note(&connection->trace.peer_end, connection->sockets.fd);
    return status;
}

// Lets the factors change what FreeRDP is about to send.
static void change_outgoing(struct connection *connection, wStream *s)
{
    enum { ROOM = 64 }; // for what a factor adds to the X.224 request
    if (!connection->trace.confirmed)
        Stream_EnsureRemainingCapacity(s, ROOM); // else there is less: a factor looks at it
    struct outgoing outgoing = {.data = Stream_Buffer(s),
                                .size = Stream_GetPosition(s),
                                .room = Stream_Capacity(s),
                                .readable = progress_reached(&connection->progress, PHASE_MCS) &&
                                            !connection->observer.encryption.headers,
                                .first = !connection->trace.confirmed};
    const size_t before = outgoing.size;
    if (before == 0)
        return;
    factors_sending(&connection->request->profile.levels, &outgoing);
    Stream_SetPosition(s, outgoing.size);
    if (outgoing.size > before)
        Stream_SealLength(s);
}

static int on_write(rdpTransport *transport, wStream *s)
{
    struct connection *connection = connection_of(transport_get_context(transport));
    change_outgoing(connection, s);
    bool client_info = false;

    struct bytes pdu = {Stream_Buffer(s), Stream_GetPosition(s)};
    capture_prepare(connection->capture, pdu);
    if (!connection->progress.over)
        finish_if(connection, observe_write(&connection->observer, pdu, &client_info));
    capture_pdu(connection->capture, true, pdu); // only here: what ended the trial is not sent
    int status = connection->io.WritePdu(transport, s);
    progress_sent(&connection->progress);
    if (status < 0 && !connection->progress.over)
        peer_end_note(&connection->trace.peer_end, connection->sockets.fd);
    if (client_info && status >= 0)
        finish_if(connection, progress_begin(&connection->progress, PHASE_LICENSING));
    return status;
}

// An error info that FreeRDP read and the observers could not (encryption that is not followed). Ignored where one was
// seen, or an ultimatum from which FreeRDP invents one.
static void on_error_info(void *context, const ErrorInfoEventArgs *e)
{
    struct connection *connection = connection_of(context);
    if (!connection->progress.over && !connection->trace.ultimatum)
        observe_error_info(&connection->observer, e->code);
}

bool tap_begin(struct connection *connection)
{
    rdpContext *context = &connection->context;
    rdpTransportIo io = *freerdp_get_io_callbacks(context);

    connection->io = io;
    io.TCPConnect = on_tcp_connect;
    io.TLSConnect = on_tls_connect;
    io.ReadPdu = on_read;
    io.WritePdu = on_write;
    io.ReadBytes = on_read_bytes;
    io.TransportDisconnect = on_disconnect;
    PubSub_SubscribeErrorInfo(context->pubSub, on_error_info);
    return freerdp_set_io_callbacks(context, &io);
}
