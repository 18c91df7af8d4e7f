// SPDX-License-Identifier: Apache-2.0
#include "connection/gateway_channel.h"
#include "connection/observe.h"
#include "connection/progress.h"
#include "knowledge/codes.h"

// The cookie or routing token: what is no printable ASCII is shown as a question mark.
static void observe_routing(struct session *session, const struct x224_request *request)
{
    char text[256];
    size_t size = request->text_size < sizeof text ? request->text_size : sizeof text - 1;

    event_fact(session->sink, FACT_NEGOTIATION_REQUEST_FLAGS, json_integer(request->flags));
    if (!request->text)
        return;
    for (size_t i = 0; i < size; i++)
        text[i] = request->text[i] >= ' ' && request->text[i] <= '~' ? (char)request->text[i] : '?';
    text[size] = '\0';
    event_fact(session->sink, request->is_cookie ? FACT_NEGOTIATION_COOKIE : FACT_NEGOTIATION_ROUTING_TOKEN,
               json_string(text));
}

void observe_request(struct session *session, struct bytes pdu)
{
    static const uint32_t protocols[] = {PROTOCOL_SSL, PROTOCOL_HYBRID, PROTOCOL_RDSTLS, PROTOCOL_HYBRID_EX,
                                         PROTOCOL_RDSAAD};
    struct x224_request request;

    if (!x224_parse_request(pdu.data, pdu.size, &request))
        return;
    session->requested = request.protocols;
    if (session->evidence.gateway) {
        unsigned level = session->request->variant.level[FACTOR_GATEWAY];
        // The tunnel stands. A gateway that declined the websocket would have needed the second connection.
        event_fact(session->sink, FACT_GATEWAY_TRANSPORT, json_string(level_name(FACTOR_GATEWAY, level)));
        gateway_tunnel_stands(session);
        progress_begin(session, PHASE_NEGOTIATE);
    }
    observe_routing(session, &request);
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (request.protocols & protocols[i])
            event_append(session->sink, FACT_NEGOTIATION_REQUESTED, x224_protocol_name(protocols[i]));
    if (request.protocols == PROTOCOL_RDP)
        event_append(session->sink, FACT_NEGOTIATION_REQUESTED, x224_protocol_name(PROTOCOL_RDP));
}

void observe_confirm(struct session *session, struct bytes pdu)
{
    struct evidence *evidence = &session->evidence;
    static const uint32_t wanted[] = {
        [SECURITY_NLA] = PROTOCOL_HYBRID, [SECURITY_TLS] = PROTOCOL_SSL, [SECURITY_RDP] = PROTOCOL_RDP};

    if (!x224_parse_confirm(pdu.data, pdu.size, &evidence->confirm))
        return;
    evidence->confirmed = true;
    if (evidence->confirm.kind == CONFIRM_FAILURE) {
        const struct code_row *row = negotiation_failure_row(evidence->confirm.value);
        event_fact(session->sink, FACT_NEGOTIATION_FAILURE, json_integer(evidence->confirm.value));
        if (row)
            event_fact(session->sink, FACT_NEGOTIATION_FAILURE_NAME, json_string(row->name));
        session_fail(session);
    }
    uint32_t selected = evidence->confirm.kind == CONFIRM_PLAIN ? PROTOCOL_RDP : evidence->confirm.value;
    const char *name = x224_protocol_name(selected);
    event_fact(session->sink, FACT_NEGOTIATION_SELECTED, json_string(name ? name : "unknown"));
    event_fact(session->sink, FACT_NEGOTIATION_FLAGS, json_integer(evidence->confirm.flags));
    for (uint32_t flag = 1; flag <= evidence->confirm.flags; flag <<= 1) {
        const struct code_row *row = evidence->confirm.flags & flag ? negotiation_flag_row(flag) : NULL;
        if (row)
            event_append(session->sink, FACT_NEGOTIATION_FLAG_NAMES, row->name);
    }
    evidence->hybrid_ex = selected == PROTOCOL_HYBRID_EX && session->requested & PROTOCOL_HYBRID_EX;
    if (selected != wanted[session->request->variant.level[FACTOR_SECURITY]] && !evidence->hybrid_ex) {
        evidence->wrong_protocol = true;
        session_fail(session);
    }
    if (selected == PROTOCOL_RDP)
        progress_begin(session, PHASE_MCS);
    else if (session->request->until == PHASE_NEGOTIATE)
        progress_begin(session, PHASE_TLS);
}

_Noreturn void observe_stranger(struct session *session, uint8_t first)
{
    struct evidence *evidence = &session->evidence;
    uint8_t head[64] = {first};
    // Through a gateway only the octet is known: the socket carries the tunnel's TLS.
    ssize_t more = evidence->gateway ? 0 : recv(session->fd, head + 1, sizeof head - 1, MSG_PEEK | MSG_DONTWAIT);

    evidence->not_x224 = true;
    evidence->other_protocol = other_protocol(head, 1 + (more > 0 ? (size_t)more : 0));
    if (evidence->other_protocol)
        event_fact(session->sink, FACT_NEGOTIATION_OTHER, json_string(evidence->other_protocol->name));
    session_fail(session);
}
