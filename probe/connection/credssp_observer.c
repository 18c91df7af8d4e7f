// SPDX-License-Identifier: Apache-2.0
#include "connection/observe.h"
#include "connection/tsrequest.h"
#include "knowledge/codes.h"

enum { NTLM_AUTHENTICATE = 3 }; // MS-NLMP 2.2.1.3

void observe_client_tsrequest(struct session *session, struct bytes pdu)
{
    struct tsrequest request;

    if (tsrequest_parse(pdu.data, pdu.size, &request) && request.token &&
        ntlm_message_type(request.token, request.token_size) == NTLM_AUTHENTICATE) {
        session->evidence.authenticate_sent = true;
        event_logon(session->sink);
    }
}

void observe_server_tsrequest(struct session *session, struct bytes pdu)
{
    struct tsrequest request;
    struct evidence *evidence = &session->evidence;

    if (!tsrequest_parse(pdu.data, pdu.size, &request))
        return;
    event_fact(session->sink, FACT_CREDSSP_VERSION, json_integer(request.version));
    if (request.has_error) {
        const struct code_row *row = ntstatus_row(request.error);
        evidence->credssp_error = true;
        evidence->ntstatus = request.error;
        event_fact(session->sink, FACT_CREDSSP_NTSTATUS, json_integer(request.error));
        if (row)
            event_fact(session->sink, FACT_CREDSSP_STATUS_NAME, json_string(row->name));
    }
}
