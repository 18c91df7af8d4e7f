// SPDX-License-Identifier: Apache-2.0
#include "connection/observe.h"
#include "connection/progress.h"
#include "knowledge/codes.h"

bool observe_client_mcs(struct session *session, const struct mcs_pdu *pdu)
{
    switch (pdu->type) {
    case MCS_CONNECT_INITIAL:
        progress_begin(session, PHASE_MCS);
        return false;
    case MCS_SEND_DATA_REQUEST:
        return observe_client_payload(session, (struct bytes){pdu->payload, pdu->size});
    default:
        return false;
    }
}

void observe_server_mcs(struct session *session, const struct mcs_pdu *pdu)
{
    const struct code_row *row;
    struct evidence *evidence = &session->evidence;

    switch (pdu->type) {
    case MCS_CONNECT_RESPONSE:
        event_fact(session->sink, FACT_MCS_RESULT, json_integer(pdu->result));
        row = mcs_result_row(pdu->result);
        if (row)
            event_fact(session->sink, FACT_MCS_RESULT_NAME, json_string(row->name));
        if (pdu->result != 0) {
            evidence->mcs_result = pdu->result;
            session_fail(session); // FreeRDP reads the result and goes on
        }
        progress_begin(session, PHASE_CHANNELS);
        break;
    case MCS_ATTACH_USER_CONFIRM:
    case MCS_CHANNEL_JOIN_CONFIRM:
        if (pdu->result != 0)
            evidence->mcs_result = pdu->result;
        break;
    case MCS_DISCONNECT_ULTIMATUM:
        evidence->ultimatum = true;
        evidence->ultimatum_reason = pdu->reason;
        row = ultimatum_row(pdu->reason);
        event_fact(session->sink, FACT_ULTIMATUM_REASON, json_string(row ? row->name : "unknown"));
        break;
    case MCS_SEND_DATA_INDICATION:
        observe_server_payload(session, (struct bytes){pdu->payload, pdu->size});
        break;
    default:
        break;
    }
}
