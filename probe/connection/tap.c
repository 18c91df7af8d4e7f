// SPDX-License-Identifier: Apache-2.0
#include "connection/tap.h"

#include "connection/capture.h"
#include "connection/mcs.h"
#include "connection/observe.h"
#include "connection/progress.h"
#include "connection/socket.h"

enum { DER_SEQUENCE = 0x30, TPKT_VERSION = 3 };

void tap_error_info(struct session *session, uint32_t code)
{
    if (!session->over && !session->evidence.ultimatum)
        observe_error_info(session, code);
}

static void on_read(struct session *session, struct bytes pdu)
{
    struct mcs_pdu mcs;

    if (pdu.size == 0)
        return;
    if (!session->evidence.confirmed)
        observe_confirm(session, pdu);
    else if (session->evidence.authorization_awaited)
        observe_authorization(session, pdu);
    else if (session->evidence.nla && !progress_reached(session, PHASE_MCS) && pdu.data[0] == DER_SEQUENCE)
        observe_server_tsrequest(session, pdu);
    else if (mcs_parse(pdu.data, pdu.size, &mcs)) {
        if (mcs.type == MCS_CONNECT_RESPONSE)
            observe_server_settings(session, pdu);
        observe_server_mcs(session, &mcs);
    } else if ((pdu.data[0] & 3) == 0) // fast-path: FASTPATH_OUTPUT_ACTION_FASTPATH
        observe_fast_path(session, pdu);
}

SSIZE_T tap_read_bytes(rdpTransport *transport, BYTE *data, size_t size)
{
    struct session *session = session_of(transport_get_context(transport));
    SSIZE_T status = session->io.ReadBytes(transport, data, size);

    if (status > 0 && !session->pdu_begun) {
        session->pdu_begun = true;
        if (!session->over && session->evidence.phase == PHASE_NEGOTIATE && !session->evidence.confirmed &&
            data[0] != TPKT_VERSION)
            observe_stranger(session, data[0]);
        if (!session->over && session->evidence.nla && session->evidence.phase == PHASE_NLA &&
            !session->evidence.authorization_awaited && data[0] != DER_SEQUENCE)
            session_fail(session);
    }
    return status;
}

int tap_read(rdpTransport *transport, wStream *s)
{
    struct session *session = session_of(transport_get_context(transport));

    event_flush(session->sink); // this may wait
    session->pdu_begun = Stream_GetPosition(s) > 0;
    int status = session->io.ReadPdu(transport, s);

    if (session->over)
        return status;
    if (status > 0)
        progress_received(session);
    if (status > 0) {
        struct bytes pdu = {Stream_Buffer(s), Stream_Length(s)};
        capture_prepare(session, pdu);
        capture_pdu(session, false, pdu);
        on_read(session, pdu);
    }
    if (status < 0 && session->evidence.peer_end == PEER_OPEN)
        session->evidence.peer_end = socket_peer_end(session->fd);
    return status;
}

int tap_write(rdpTransport *transport, wStream *s)
{
    struct session *session = session_of(transport_get_context(transport));
    struct bytes pdu = {Stream_Buffer(s), Stream_GetPosition(s)};
    struct mcs_pdu mcs;
    bool client_info = false;

    capture_prepare(session, pdu);
    if (!session->over && pdu.size) {
        if (!session->evidence.confirmed)
            observe_request(session, pdu);
        else if (pdu.data[0] == DER_SEQUENCE && session->evidence.nla && !progress_reached(session, PHASE_MCS))
            observe_client_tsrequest(session, pdu);
        else if (mcs_parse(pdu.data, pdu.size, &mcs)) {
            client_info = observe_client_mcs(session, &mcs);
            if (mcs.type == MCS_CONNECT_INITIAL)
                observe_client_settings(session, pdu);
        }
    }
    if (client_info) {
        progress_begin(session, PHASE_INFO);
        if (session_sends_password(session)) {
            session_ask_leave(session);
            event_logon(session->sink);
        }
    }
    capture_pdu(session, true, pdu); // only here: an observer may have ended the trial before the PDU is sent
    int status = session->io.WritePdu(transport, s);
    progress_sent(session);
    if (status < 0 && !session->over && session->evidence.peer_end == PEER_OPEN)
        session->evidence.peer_end = socket_peer_end(session->fd);
    if (client_info && status >= 0)
        progress_begin(session, PHASE_LICENSING);
    return status;
}
