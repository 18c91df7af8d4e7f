// SPDX-License-Identifier: Apache-2.0
#include "connection/gateway/gateway_channel.h"
#include "connection/observe/observe.h"
#include "connection/progress.h"
#include "knowledge/codes.h"

// The cookie or routing token: what is no printable ASCII is shown as a question mark.
static void observe_routing(struct connection *connection, const struct x224_request *request)
{
    char text[256];
    size_t size = request->text_size < sizeof text ? request->text_size : sizeof text - 1;

    event_fact(connection->sink, FACT_NEGOTIATION_REQUEST_FLAGS, json_integer(request->flags));
    if (!request->text)
        return;
    for (size_t i = 0; i < size; i++)
        text[i] = request->text[i] >= ' ' && request->text[i] <= '~' ? (char)request->text[i] : '?';
    text[size] = '\0';
    event_fact(connection->sink, request->is_cookie ? FACT_NEGOTIATION_COOKIE : FACT_NEGOTIATION_ROUTING_TOKEN,
               json_string(text));
}

void observe_request(struct connection *connection, struct bytes pdu)
{
    static const uint32_t protocols[] = {PROTOCOL_SSL, PROTOCOL_HYBRID, PROTOCOL_RDSTLS, PROTOCOL_HYBRID_EX,
                                         PROTOCOL_RDSAAD};
    struct x224_request request;

    if (!x224_parse_request(pdu.data, pdu.size, &request))
        return;
    connection->requested = request.protocols;
    if (connection->trace.gateway) {
        unsigned level = connection->request->profile.levels.level[FACTOR_GATEWAY];
        // The tunnel stands. A gateway that declined the websocket would have needed the second connection.
        event_fact(connection->sink, FACT_GATEWAY_TRANSPORT, json_string(level_name(FACTOR_GATEWAY, level)));
        gateway_tunnel_stands(connection);
        progress_begin(connection, PHASE_NEGOTIATE);
    }
    observe_routing(connection, &request);
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (request.protocols & protocols[i])
            event_append(connection->sink, FACT_NEGOTIATION_REQUESTED, x224_protocol_name(protocols[i]));
    if (request.protocols == PROTOCOL_RDP)
        event_append(connection->sink, FACT_NEGOTIATION_REQUESTED, x224_protocol_name(PROTOCOL_RDP));
}

void observe_confirm(struct connection *connection, struct bytes pdu)
{
    struct trace *trace = &connection->trace;
    static const uint32_t wanted[] = {
        [SECURITY_NLA] = PROTOCOL_HYBRID, [SECURITY_TLS] = PROTOCOL_SSL, [SECURITY_RDP] = PROTOCOL_RDP};

    if (!x224_parse_confirm(pdu.data, pdu.size, &trace->confirm))
        return;
    trace->confirmed = true;
    if (trace->confirm.kind == CONFIRM_FAILURE) {
        const struct code_row *row = negotiation_failure_row(trace->confirm.value);
        event_fact(connection->sink, FACT_NEGOTIATION_FAILURE, json_integer(trace->confirm.value));
        if (row)
            event_fact(connection->sink, FACT_NEGOTIATION_FAILURE_NAME, json_string(row->name));
        connection_fail(connection);
    }
    uint32_t selected = trace->confirm.kind == CONFIRM_PLAIN ? PROTOCOL_RDP : trace->confirm.value;
    const char *name = x224_protocol_name(selected);
    event_fact(connection->sink, FACT_NEGOTIATION_SELECTED, json_string(name ? name : "unknown"));
    event_fact(connection->sink, FACT_NEGOTIATION_FLAGS, json_integer(trace->confirm.flags));
    for (uint32_t flag = 1; flag <= trace->confirm.flags; flag <<= 1) {
        const struct code_row *row = trace->confirm.flags & flag ? negotiation_flag_row(flag) : NULL;
        if (row)
            event_append(connection->sink, FACT_NEGOTIATION_FLAG_NAMES, row->name);
    }
    trace->hybrid_ex = selected == PROTOCOL_HYBRID_EX && connection->requested & PROTOCOL_HYBRID_EX;
    if (selected != wanted[connection->request->profile.levels.level[FACTOR_SECURITY]] && !trace->hybrid_ex) {
        trace->wrong_protocol = true;
        connection_fail(connection);
    }
    if (selected == PROTOCOL_RDP)
        progress_begin(connection, PHASE_MCS);
    else if (connection->request->until == PHASE_NEGOTIATE)
        progress_begin(connection, PHASE_TLS);
}

_Noreturn void observe_stranger(struct connection *connection, uint8_t first)
{
    struct trace *trace = &connection->trace;
    uint8_t head[64] = {first};
    // Through a gateway only the byte is known: the socket carries the tunnel's TLS.
    ssize_t more = trace->gateway ? 0 : recv(connection->fd, head + 1, sizeof head - 1, MSG_PEEK | MSG_DONTWAIT);

    trace->not_x224 = true;
    trace->other_protocol = other_protocol(head, 1 + (more > 0 ? (size_t)more : 0));
    if (trace->other_protocol)
        event_fact(connection->sink, FACT_NEGOTIATION_OTHER, json_string(trace->other_protocol->name));
    connection_fail(connection);
}
