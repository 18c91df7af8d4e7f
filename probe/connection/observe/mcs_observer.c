// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/observe.h"
#include "knowledge/codes.h"

enum ending observe_client_mcs(struct observer *observer, const struct mcs_pdu *pdu, bool *client_info)
{
    switch (pdu->type) {
    case MCS_CONNECT_INITIAL:
        return progress_begin(observer->progress, PHASE_MCS);
    case MCS_SEND_DATA_REQUEST:
        return observe_client_payload(observer, pdu->channel, (struct bytes){pdu->payload, pdu->size}, client_info);
    default:
        return GOES_ON;
    }
}

enum ending observe_server_mcs(struct observer *observer, const struct mcs_pdu *pdu)
{
    const struct code_row *row;
    struct trace *trace = observer->trace;

    switch (pdu->type) {
    case MCS_CONNECT_RESPONSE:
        event_fact(observer->sink, FACT_MCS_RESULT, json_integer(pdu->result));
        row = mcs_result_row(pdu->result);
        if (row)
            event_fact(observer->sink, FACT_MCS_RESULT_NAME, json_string(row->name));
        if (pdu->result != 0) {
            trace->mcs_result = pdu->result;
            return ENDS_FAILED; // FreeRDP reads the result and goes on
        }
        return progress_begin(observer->progress, PHASE_CHANNELS);
    case MCS_ATTACH_USER_CONFIRM:
    case MCS_CHANNEL_JOIN_CONFIRM:
        if (pdu->result != 0)
            trace->mcs_result = pdu->result;
        return GOES_ON;
    case MCS_DISCONNECT_ULTIMATUM:
        trace->ultimatum = true;
        trace->ultimatum_reason = pdu->reason;
        row = ultimatum_row(pdu->reason);
        event_fact(observer->sink, FACT_ULTIMATUM_REASON, json_string(row ? row->name : "unknown"));
        return GOES_ON;
    case MCS_SEND_DATA_INDICATION:
        return observe_server_payload(observer, pdu->channel, (struct bytes){pdu->payload, pdu->size});
    default:
        return GOES_ON;
    }
}
