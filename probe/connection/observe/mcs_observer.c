// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/observe.h"
#include "connection/progress.h"
#include "knowledge/codes.h"

bool observe_client_mcs(struct connection *connection, const struct mcs_pdu *pdu)
{
    switch (pdu->type) {
    case MCS_CONNECT_INITIAL:
        progress_begin(connection, PHASE_MCS);
        return false;
    case MCS_SEND_DATA_REQUEST:
        return observe_client_payload(connection, (struct bytes){pdu->payload, pdu->size});
    default:
        return false;
    }
}

void observe_server_mcs(struct connection *connection, const struct mcs_pdu *pdu)
{
    const struct code_row *row;
    struct trace *trace = &connection->trace;

    switch (pdu->type) {
    case MCS_CONNECT_RESPONSE:
        event_fact(connection->sink, FACT_MCS_RESULT, json_integer(pdu->result));
        row = mcs_result_row(pdu->result);
        if (row)
            event_fact(connection->sink, FACT_MCS_RESULT_NAME, json_string(row->name));
        if (pdu->result != 0) {
            trace->mcs_result = pdu->result;
            connection_fail(connection); // FreeRDP reads the result and goes on
        }
        progress_begin(connection, PHASE_CHANNELS);
        break;
    case MCS_ATTACH_USER_CONFIRM:
    case MCS_CHANNEL_JOIN_CONFIRM:
        if (pdu->result != 0)
            trace->mcs_result = pdu->result;
        break;
    case MCS_DISCONNECT_ULTIMATUM:
        trace->ultimatum = true;
        trace->ultimatum_reason = pdu->reason;
        row = ultimatum_row(pdu->reason);
        event_fact(connection->sink, FACT_ULTIMATUM_REASON, json_string(row ? row->name : "unknown"));
        break;
    case MCS_SEND_DATA_INDICATION:
        observe_server_payload(connection, (struct bytes){pdu->payload, pdu->size});
        break;
    default:
        break;
    }
}
