// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/tap.h"

#include "connection/capture/capture.h"
#include "connection/observe/observe.h"
#include "connection/progress.h"
#include "connection/socket.h"
#include "protocol/mcs.h"

enum { DER_SEQUENCE = 0x30, TPKT_VERSION = 3 };

void tap_error_info(struct connection *connection, uint32_t code)
{
    if (!connection->over && !connection->trace.ultimatum)
        observe_error_info(connection, code);
}

static void on_read(struct connection *connection, struct bytes pdu)
{
    struct mcs_pdu mcs;

    if (pdu.size == 0)
        return;
    if (!connection->trace.confirmed)
        observe_confirm(connection, pdu);
    else if (connection->trace.authorization_awaited)
        observe_authorization(connection, pdu);
    else if (connection->trace.nla && !progress_reached(connection, PHASE_MCS) && pdu.data[0] == DER_SEQUENCE)
        observe_server_tsrequest(connection, pdu);
    else if (mcs_parse(pdu.data, pdu.size, &mcs)) {
        if (mcs.type == MCS_CONNECT_RESPONSE)
            observe_server_settings(connection, pdu);
        observe_server_mcs(connection, &mcs);
    } else if ((pdu.data[0] & 3) == 0) // fast-path: FASTPATH_OUTPUT_ACTION_FASTPATH
        observe_fast_path(connection, pdu);
}

SSIZE_T tap_read_bytes(rdpTransport *transport, BYTE *data, size_t size)
{
    struct connection *connection = connection_of(transport_get_context(transport));
    SSIZE_T status = connection->io.ReadBytes(transport, data, size);

    if (status > 0 && !connection->pdu_begun) {
        connection->pdu_begun = true;
        if (!connection->over && connection->trace.phase == PHASE_NEGOTIATE && !connection->trace.confirmed &&
            data[0] != TPKT_VERSION)
            observe_stranger(connection, data[0]);
        if (!connection->over && connection->trace.nla && connection->trace.phase == PHASE_NLA &&
            !connection->trace.authorization_awaited && data[0] != DER_SEQUENCE)
            connection_fail(connection);
    }
    return status;
}

int tap_read(rdpTransport *transport, wStream *s)
{
    struct connection *connection = connection_of(transport_get_context(transport));

    event_flush(connection->sink); // this may wait
    connection->pdu_begun = Stream_GetPosition(s) > 0;
    int status = connection->io.ReadPdu(transport, s);

    if (connection->over)
        return status;
    if (status > 0)
        progress_received(connection);
    if (status > 0) {
        struct bytes pdu = {Stream_Buffer(s), Stream_Length(s)};
        capture_prepare(connection, pdu);
        capture_pdu(connection, false, pdu);
        on_read(connection, pdu);
    }
    if (status < 0 && connection->trace.peer_end == PEER_OPEN)
        connection->trace.peer_end = socket_peer_end(connection->fd);
    return status;
}

int tap_write(rdpTransport *transport, wStream *s)
{
    struct connection *connection = connection_of(transport_get_context(transport));
    struct bytes pdu = {Stream_Buffer(s), Stream_GetPosition(s)};
    struct mcs_pdu mcs;
    bool client_info = false;

    capture_prepare(connection, pdu);
    if (!connection->over && pdu.size) {
        if (!connection->trace.confirmed)
            observe_request(connection, pdu);
        else if (pdu.data[0] == DER_SEQUENCE && connection->trace.nla && !progress_reached(connection, PHASE_MCS))
            observe_client_tsrequest(connection, pdu);
        else if (mcs_parse(pdu.data, pdu.size, &mcs)) {
            client_info = observe_client_mcs(connection, &mcs);
            if (mcs.type == MCS_CONNECT_INITIAL)
                observe_client_settings(connection, pdu);
        }
    }
    if (client_info) {
        progress_begin(connection, PHASE_INFO);
        if (connection_sends_password(connection)) {
            connection_request_permit(connection);
            event_logon(connection->sink);
        }
    }
    capture_pdu(connection, true, pdu); // only here: an observer may have ended the trial before the PDU is sent
    int status = connection->io.WritePdu(transport, s);
    progress_sent(connection);
    if (status < 0 && !connection->over && connection->trace.peer_end == PEER_OPEN)
        connection->trace.peer_end = socket_peer_end(connection->fd);
    if (client_info && status >= 0)
        progress_begin(connection, PHASE_LICENSING);
    return status;
}
