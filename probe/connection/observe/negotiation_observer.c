// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "connection/observe/observe.h"
#include "knowledge/codes.h"

// Whether the cookie is the routing token that the user gave, which may look like one.
static bool is_given_token(const struct profile *profile, const char *cookie)
{
    char whole[OPERAND_MAX];
    int size = snprintf(whole, sizeof whole, "Cookie: mstshash=%s", cookie);
    return profile->levels.level[FACTOR_LOAD_BALANCE] == LOAD_BALANCE_TOKEN && size < OPERAND_MAX &&
           strcmp(whole, profile->operand[FACTOR_LOAD_BALANCE]) == 0;
}

// The cookie or routing token: what is no printable ASCII is shown as a question mark.
static void report_routing(struct observer *observer, const struct x224_request *request)
{
    const struct profile *profile = &observer->request->profile;
    char text[256];
    size_t size = request->text_size < sizeof text ? request->text_size : sizeof text - 1;

    if (!request->text)
        return;
    for (size_t i = 0; i < size; i++)
        text[i] = request->text[i] >= ' ' && request->text[i] <= '~' ? (char)request->text[i] : '?';
    text[size] = '\0';
    bool given = request->is_cookie && is_given_token(profile, text);
    bool token = given || !request->is_cookie;
    event_fact(observer->sink, token ? FACT_NEGOTIATION_ROUTING_TOKEN : FACT_NEGOTIATION_COOKIE,
               json_string(given ? profile->operand[FACTOR_LOAD_BALANCE] : text));
}

void observe_tunnel(struct observer *observer)
{
    unsigned level = observer->request->profile.levels.level[FACTOR_GATEWAY];

    if (!observer->trace->gateway || progress_reached(observer->progress, PHASE_NEGOTIATE))
        return;
    // The tunnel stands. A gateway that declined the websocket would have needed the second connection.
    event_fact(observer->sink, FACT_GATEWAY_TRANSPORT, json_string(level_name(FACTOR_GATEWAY, level)));
    // Whatever password was sent to the gateway did. (Over RPC nothing else says so.)
    if (observer->trace->tunnel.unproved)
        event_fact(observer->sink, FACT_GATEWAY_CREDENTIALS, json_string("verified"));
    observer->trace->tunnel.unproved = false;
}

static void report_offer(struct event_sink *sink, const struct x224_request *request)
{
    static const uint32_t protocols[] = {PROTOCOL_SSL, PROTOCOL_HYBRID, PROTOCOL_RDSTLS, PROTOCOL_HYBRID_EX,
                                         PROTOCOL_RDSAAD};

    event_fact(sink, FACT_NEGOTIATION_OFFERED, json_boolean(request->negotiates));
    if (!request->negotiates)
        return;
    event_fact(sink, FACT_NEGOTIATION_REQUEST_FLAGS, json_integer(request->flags));
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (request->protocols & protocols[i])
            event_append(sink, FACT_NEGOTIATION_REQUESTED, x224_protocol_name(protocols[i]));
    if (request->protocols == PROTOCOL_RDP)
        event_append(sink, FACT_NEGOTIATION_REQUESTED, x224_protocol_name(PROTOCOL_RDP));
}

enum ending observe_request(struct observer *observer, struct bytes pdu)
{
    struct x224_request request;

    if (!x224_parse_request(pdu.data, pdu.size, &request))
        return GOES_ON;
    observer->offered = request.negotiates;
    observer->requested = request.protocols;
    if (observer->trace->gateway) {
        observe_tunnel(observer);
        enum ending ending = progress_begin(observer->progress, PHASE_NEGOTIATE);
        if (ending)
            return ending;
    }
    report_routing(observer, &request);
    report_offer(observer->sink, &request);
    return GOES_ON;
}

static void report_failure(struct event_sink *sink, uint32_t code)
{
    const struct code_row *row = negotiation_failure_row(code);
    event_fact(sink, FACT_NEGOTIATION_FAILURE, json_integer(code));
    if (row)
        event_fact(sink, FACT_NEGOTIATION_FAILURE_NAME, json_string(row->name));
}

static void report_response(struct event_sink *sink, const struct x224_confirm *confirm)
{
    const char *name = x224_protocol_name(confirm->value);
    event_fact(sink, FACT_NEGOTIATION_SELECTED, json_string(name ? name : "unknown"));
    event_fact(sink, FACT_NEGOTIATION_FLAGS, json_integer(confirm->flags));
    for (uint32_t flag = 1; flag <= confirm->flags; flag <<= 1) {
        const struct code_row *row = confirm->flags & flag ? negotiation_flag_row(flag) : NULL;
        if (row)
            event_append(sink, FACT_NEGOTIATION_FLAG_NAMES, row->name);
    }
}

// Where nothing was negotiated, only an answer to the client's next PDU shows that RDP security is meant.
static enum ending go_on_without(struct observer *observer)
{
    if (observer->progress->until == PHASE_NEGOTIATE)
        observer->progress->until = PHASE_MCS;
    return progress_begin(observer->progress, PHASE_MCS);
}

enum ending observe_confirm(struct observer *observer, struct bytes pdu)
{
    static const uint32_t wanted[] = {
        [SECURITY_NLA] = PROTOCOL_HYBRID, [SECURITY_TLS] = PROTOCOL_SSL, [SECURITY_RDP] = PROTOCOL_RDP};
    static const char *const answers[] = {
        [CONFIRM_PLAIN] = "none", [CONFIRM_RESPONSE] = "RDP_NEG_RSP", [CONFIRM_FAILURE] = "RDP_NEG_FAILURE"};
    struct trace *trace = observer->trace;
    const struct x224_confirm *confirm = &trace->confirm;

    if (!x224_parse_confirm(pdu.data, pdu.size, &trace->confirm))
        return GOES_ON;
    trace->confirmed = true;
    event_fact(observer->sink, FACT_NEGOTIATION_ANSWER, json_string(answers[confirm->kind]));
    if (confirm->kind == CONFIRM_FAILURE) {
        report_failure(observer->sink, confirm->value);
        return ENDS_FAILED;
    }
    if (confirm->kind == CONFIRM_RESPONSE)
        report_response(observer->sink, confirm);
    uint32_t selected = confirm->kind == CONFIRM_PLAIN ? PROTOCOL_RDP : confirm->value;
    trace->unasked_structure = confirm->kind == CONFIRM_RESPONSE && !observer->offered;
    trace->unasked_protocol = !x224_was_requested(observer->requested, selected);
    trace->hybrid_ex = selected == PROTOCOL_HYBRID_EX && observer->requested & PROTOCOL_HYBRID_EX;
    trace->wrong_protocol =
        selected != wanted[observer->request->profile.levels.level[FACTOR_SECURITY]] && !trace->hybrid_ex;
    if (trace->unasked_structure || trace->unasked_protocol || trace->wrong_protocol)
        return ENDS_FAILED;
    if (confirm->kind == CONFIRM_PLAIN)
        return go_on_without(observer);
    if (selected == PROTOCOL_RDP)
        return progress_begin(observer->progress, PHASE_MCS);
    if (observer->request->until == PHASE_NEGOTIATE)
        return progress_begin(observer->progress, PHASE_TLS);
    return GOES_ON;
}

enum ending observe_stranger(struct observer *observer, uint8_t first)
{
    struct trace *trace = observer->trace;
    uint8_t head[64] = {first};
    // Through a gateway only the byte is known: the socket carries the tunnel's TLS.
    ssize_t more = trace->gateway ? 0 : recv(*observer->fd, head + 1, sizeof head - 1, MSG_PEEK | MSG_DONTWAIT);

    trace->not_x224 = true;
    trace->other_protocol = other_protocol(head, 1 + (more > 0 ? (size_t)more : 0));
    if (trace->other_protocol)
        event_fact(observer->sink, FACT_NEGOTIATION_OTHER, json_string(trace->other_protocol->name));
    return ENDS_FAILED;
}
