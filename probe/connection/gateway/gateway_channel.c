// SPDX-License-Identifier: Apache-2.0
#include "connection/gateway/gateway_channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connection/observe/flag_fact.h"
#include "knowledge/codes.h"
#include "protocol/http.h"
#include "protocol/ntlm.h"
#include "protocol/spnego.h"
#include "protocol/tsrequest.h"
#include "protocol/utf16.h"

enum { TOKEN_MAX = 8192, MESSAGE_MAX = 2048 };

static void text_fact(struct event_sink *sink, enum fact fact, const char *text)
{
    if (text && text[0])
        event_fact(sink, fact, json_string(text));
}

// ---- logons ----

static void send_logon(struct gateway_channel *channel)
{
    struct tunnel_trace *tunnel = &channel->trace->tunnel;

    channel->logon_sent = tunnel->password_sent = tunnel->unproved = true;
    event_fact(channel->sink, FACT_GATEWAY_LOGONS, json_integer(++tunnel->logons));
    event_fact(channel->sink, FACT_GATEWAY_CREDENTIALS, json_string("not proved"));
    event_logon(channel->sink);
}

// An answer to a logon that could not have come without it.
static void prove_logon(struct gateway_channel *channel)
{
    if (!channel->logon_sent)
        return;
    channel->logon_sent = channel->trace->tunnel.unproved = false;
    text_fact(channel->sink, FACT_GATEWAY_CREDENTIALS, "verified");
}

static void refuse_logon(struct gateway_channel *channel)
{
    struct tunnel_trace *tunnel = &channel->trace->tunnel;
    channel->logon_sent = tunnel->unproved = false;
    tunnel->password_refused = true;
    text_fact(channel->sink, FACT_GATEWAY_CREDENTIALS, "refused");
}

// The account must not log on in this way, which says nothing of its password.
static void restrict_logon(struct gateway_channel *channel, const struct http_answer *answer)
{
    struct tunnel_trace *tunnel = &channel->trace->tunnel;
    channel->logon_sent = tunnel->unproved = false;
    tunnel->restricted = true;
    snprintf(tunnel->wanted, sizeof tunnel->wanted, "%s", answer->wanted);
}

// ---- requests ----

static void take_token(struct gateway_channel *channel, const struct http_request *request)
{
    static uint8_t token[TOKEN_MAX];
    struct spnego spnego;
    size_t size = http_base64(request->token, token, sizeof token);

    if (!spnego_parse(token, size, &spnego))
        return;
    text_fact(channel->sink, FACT_GATEWAY_AUTHENTICATION, mechanism_name(spnego.mechanism));
    if (spnego.token && ntlm_message_type(spnego.token, spnego.token_size) == NTLM_AUTHENTICATE)
        send_logon(channel);
}

static void on_request(void *context, const uint8_t *data, size_t size)
{
    struct gateway_channel *channel = context;
    struct http_request request;

    if (!http_request_parse(data, size, &request)) {
        gateway_stream_switch(&channel->sent, CARRIER_LOST, 0);
        return;
    }
    progress_step(channel->progress, channel->second ? GATEWAY_STEP_SECOND_HTTP : GATEWAY_STEP_HTTP);
    channel->is_in = strcmp(request.method, "RDG_IN_DATA") == 0;
    channel->asked_websocket = request.upgrade;
    if (strcasecmp(request.scheme, "Bearer") == 0)
        text_fact(channel->sink, FACT_GATEWAY_AUTHENTICATION, "Bearer");
    else if ((channel->logon_begun = request.token.size > 0))
        take_token(channel, &request);
    else if (request.paa)
        text_fact(channel->sink, FACT_GATEWAY_AUTHENTICATION, "PAA");
    if (request.chunked)
        gateway_stream_switch(&channel->sent, CARRIER_CHUNKS, 0);
    else if (strncmp(request.method, "RPC_", 4) == 0)
        channel->rpc = true;
}

static void on_sent_packet(void *context, const struct tsgu_header *header, const uint8_t *data, size_t kept)
{
    struct gateway_channel *channel = context;
    (void)data, (void)kept;

    switch (header->type) {
    case TSGU_HANDSHAKE_REQUEST:
        progress_step(channel->progress, GATEWAY_STEP_HANDSHAKE);
        break;
    case TSGU_TUNNEL_CREATE:
        progress_step(channel->progress, GATEWAY_STEP_TUNNEL);
        break;
    case TSGU_TUNNEL_AUTH:
        progress_step(channel->progress, GATEWAY_STEP_AUTHORIZE);
        break;
    case TSGU_CHANNEL_CREATE:
        progress_step(channel->progress, GATEWAY_STEP_CHANNEL);
        break;
    default:
        break;
    }
}

static void on_sent_malformed(void *context)
{
    (void)context; // FreeRDP speaks a way that this program does not follow; the gateway will say what it thinks of it
}

// ---- HTTP answers ----

static void report_answer(struct gateway_channel *channel, const struct http_answer *answer)
{
    event_fact(channel->sink, FACT_GATEWAY_HTTP_STATUS, json_integer(answer->status));
    text_fact(channel->sink, FACT_GATEWAY_HTTP_REASON, answer->reason);
    text_fact(channel->sink, FACT_GATEWAY_HTTP_SERVER, answer->server);
    text_fact(channel->sink, FACT_GATEWAY_HTTP_WANTED, answer->wanted);
    if (channel->trace->tunnel.schemes_told || !answer->scheme_count)
        return;
    channel->trace->tunnel.schemes_told = true;
    for (size_t i = 0; i < answer->scheme_count; i++)
        event_append(channel->sink, FACT_GATEWAY_HTTP_SCHEMES, answer->schemes[i]);
}

static void body_follows(struct gateway_channel *channel, const struct http_answer *answer)
{
    if (answer->chunked)
        gateway_stream_skip_chunks(&channel->received);
    else if (answer->has_length)
        gateway_stream_skip(&channel->received, answer->length);
}

// The channel is granted: packets follow, if it is one that they come by.
static void granted(struct gateway_channel *channel, const struct http_answer *answer)
{
    struct tunnel_trace *tunnel = &channel->trace->tunnel;

    prove_logon(channel);
    if (answer->status == HTTP_ANSWER_SWITCHING_PROTOCOLS) {
        gateway_stream_switch(&channel->sent, CARRIER_FRAMES, 0);
        gateway_stream_switch(&channel->received, CARRIER_FRAMES, 0);
    } else if (channel->rpc) {
        gateway_stream_switch(&channel->received, CARRIER_LOST, 0);
    } else if (channel->is_in) {
        channel->sockets->fd = channel->sockets->out_fd; // whoever asks how the peer is wants to know of that one
        body_follows(channel, answer);
    } else if (channel->asked_websocket) {
        tunnel->declined = true;
        channel->ending = ENDS_FAILED;
    } else {
        channel->sockets->out_fd = channel->fd;
        if (answer->chunked)
            event_fact(channel->sink, FACT_GATEWAY_HTTP_CHUNKED, json_true());
        gateway_stream_switch(&channel->received, answer->chunked ? CARRIER_CHUNKS : CARRIER_PACKETS, GATEWAY_SEED);
    }
}

// Whether this client has one of the ways that the gateway offers: FreeRDP logs on by NTLM, bare or in Negotiate.
static bool schemes_meet(const struct http_answer *answer)
{
    for (size_t i = 0; i < answer->scheme_count; i++) {
        if (strcasecmp(answer->schemes[i], "Negotiate") == 0 || strcasecmp(answer->schemes[i], "NTLM") == 0)
            return true;
    }
    return answer->scheme_count == 0;
}

static void keep_schemes(struct tunnel_trace *tunnel, const struct http_answer *answer)
{
    for (size_t i = 0; i < answer->scheme_count; i++) {
        size_t used = strlen(tunnel->schemes);
        snprintf(tunnel->schemes + used, sizeof tunnel->schemes - used, "%s%s", i ? ", " : "", answer->schemes[i]);
    }
}

// Whether the next message of a logon may be sent. A gateway that takes any password on its first channel has so far
// proved nothing, and a second one could fail as well.
static bool may_log_on(const struct tunnel_trace *tunnel)
{
    return !tunnel->logons || !tunnel->one_logon || tunnel->trusted;
}

static void withhold_logon(struct gateway_channel *channel)
{
    struct trace *trace = channel->trace;
    trace->local = "SECOND_LOGON_WITHHELD";
    snprintf(
        trace->local_detail, sizeof trace->local_detail,
        "one more logon may fail (--max-failed-logons), and the gateway's second channel wants the password again: "
        "gateway=websocket sends it once");
    channel->ending = ENDS_FAILED;
}

// HTTP 401 that does not ask for the next message of the logon.
static void denied(struct gateway_channel *channel, const struct http_answer *answer)
{
    struct tunnel_trace *tunnel = &channel->trace->tunnel;

    if (channel->logon_sent && (answer->wanted[0] || strcasestr(answer->reason, "restricted"))) {
        restrict_logon(channel, answer);
    } else if (channel->logon_sent) {
        refuse_logon(channel);
    } else if (channel->logon_begun && answer->scheme_count) {
        tunnel->unmatched = !schemes_meet(answer);
        tunnel->not_begun = !tunnel->unmatched;
        keep_schemes(tunnel, answer);
    }
}

static void on_answer(void *context, const uint8_t *data, size_t size)
{
    struct gateway_channel *channel = context;
    struct tunnel_trace *tunnel = &channel->trace->tunnel;
    struct http_answer answer;

    if (channel->ending)
        return;
    if (!http_answer_parse(data, size, &answer)) {
        tunnel->malformed = true;
        channel->ending = ENDS_FAILED;
        return;
    }
    report_answer(channel, &answer);
    tunnel->status = answer.status;
    tunnel->logon_goes_on = answer.status == HTTP_ANSWER_DENIED && !channel->logon_sent && answer.challenged;
    snprintf(tunnel->reason, sizeof tunnel->reason, "%s", answer.reason);
    if (answer.status == HTTP_ANSWER_OK || answer.status == HTTP_ANSWER_SWITCHING_PROTOCOLS) {
        granted(channel, &answer);
    } else if (tunnel->logon_goes_on && !may_log_on(tunnel)) {
        withhold_logon(channel);
    } else if (tunnel->logon_goes_on) {
        body_follows(channel, &answer); // the next message of the logon
    } else {
        // FreeRDP would go on to wait for a body, or for more.
        if (answer.status == HTTP_ANSWER_DENIED)
            denied(channel, &answer);
        channel->ending = ENDS_FAILED;
    }
}

// ---- packets of the gateway ----

static void report_code(struct event_sink *sink, enum fact number, enum fact name, uint32_t code)
{
    const struct code_row *row = gateway_row(code);
    event_fact(sink, number, json_integer(code));
    text_fact(sink, name, row ? row->name : NULL);
}

static void report_message(struct event_sink *sink, enum fact fact, const struct tsgu_text *message)
{
    static char text[MESSAGE_MAX];
    if (!message->data)
        return;
    utf16_text(message->data, message->size, text, sizeof text);
    if (fact == FACT_GATEWAY_MESSAGES)
        event_append(sink, fact, text);
    else
        text_fact(sink, fact, text);
}

static void report_policy(struct event_sink *sink, const struct tsgu_answer *answer)
{
    if (answer->has_idle_timeout)
        event_fact(sink, FACT_GATEWAY_IDLE_TIMEOUT, json_integer(answer->idle_timeout));
    if (answer->has_redirection)
        flag_fact(sink, FACT_GATEWAY_REDIRECTION, answer->redirection, gateway_redirection_flag_at);
}

// The answer to a step; the trial ends where it is no success. FreeRDP goes on after low words, which it mistakes for
// success, and after a step that failed it waits for whatever else may come.
static void on_step_answer(struct gateway_channel *channel, const struct tsgu_answer *answer, bool authorize)
{
    struct tunnel_trace *tunnel = &channel->trace->tunnel;

    if (authorize && answer->code == GATEWAY_QUARANTINE) { // MS-TSGU 3.7.5.2.7: the client may go on
        event_fact(channel->sink, FACT_GATEWAY_QUARANTINE, json_true());
        return;
    }
    if (!answer->code)
        return;
    tunnel->answered = true;
    tunnel->code = answer->code;
    report_code(channel->sink, FACT_GATEWAY_CODE, FACT_GATEWAY_CODE_NAME, answer->code);
    if (tunnel->password_sent && gateway_code_refuses_logon(answer->code))
        refuse_logon(channel);
    channel->ending = ENDS_FAILED;
}

static void on_close(struct gateway_channel *channel, uint32_t status)
{
    struct tunnel_trace *tunnel = &channel->trace->tunnel;

    tunnel->closed = true;
    tunnel->close_status = status;
    report_code(channel->sink, FACT_GATEWAY_CLOSE, FACT_GATEWAY_CLOSE_NAME, status);
    if (tunnel->password_sent && gateway_code_refuses_logon(status))
        refuse_logon(channel);
    if (channel->trace->peer_end == PEER_OPEN)
        channel->trace->peer_end = PEER_FIN;
    // All that was sent before has been read.
    channel->ending = ENDS_FAILED;
}

static void on_packet(void *context, const struct tsgu_header *header, const uint8_t *data, size_t kept)
{
    struct gateway_channel *channel = context;
    struct tsgu_answer answer;

    if (channel->ending)
        return;
    switch (header->type) {
    case TSGU_DATA:
    case TSGU_KEEPALIVE:
        return;
    case TSGU_REAUTH_MESSAGE:
        event_fact(channel->sink, FACT_GATEWAY_REAUTHENTICATION, json_true());
        return;
    default:
        break;
    }
    if (!tsgu_answer_parse(header->type, data, kept, &answer)) {
        if (!progress_reached(channel->progress, PHASE_NEGOTIATE)) {
            channel->trace->tunnel.malformed = true;
            channel->ending = ENDS_FAILED;
        }
        return;
    }
    switch (header->type) {
    case TSGU_CLOSE_CHANNEL:
        on_close(channel, answer.code);
        break;
    case TSGU_SERVICE_MESSAGE:
        report_message(channel->sink, FACT_GATEWAY_MESSAGES, &answer.message);
        break;
    default:
        report_message(channel->sink, FACT_GATEWAY_CONSENT, &answer.message);
        report_policy(channel->sink, &answer);
        on_step_answer(channel, &answer, header->type == TSGU_TUNNEL_AUTH_RESPONSE);
        break;
    }
}

static void on_malformed(void *context)
{
    struct gateway_channel *channel = context;
    if (channel->ending)
        return;
    channel->trace->tunnel.malformed = true;
    channel->ending = ENDS_FAILED;
}

// ---- the channel ----

struct gateway_channel *gateway_channel_new(struct sockets *sockets, struct progress *progress, struct capture *capture)
{
    struct gateway_channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        return NULL;
    channel->sink = progress->sink;
    channel->trace = progress->trace;
    channel->progress = progress;
    channel->sockets = sockets;
    channel->heads = capture_gateway(capture);
    channel->second = sockets->connections > 1;
    channel->fd = sockets->fd;
    channel->to_gateway = (struct gateway_listener){on_request, on_sent_packet, on_sent_malformed, channel};
    channel->from_gateway = (struct gateway_listener){on_answer, on_packet, on_malformed, channel};
    gateway_stream_init(&channel->sent, &channel->to_gateway);
    gateway_stream_init(&channel->received, &channel->from_gateway);
    return channel;
}

// Over RPC a logon is made in the calls, too: the third message of a bind (MS-RPCE 2.2.2.5) has a bare token.
static void look_for_logon(struct gateway_channel *channel, const uint8_t *data, size_t size)
{
    static const uint8_t authenticate[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 3, 0, 0, 0};
    if (channel->rpc && memmem(data, size, authenticate, sizeof authenticate))
        send_logon(channel);
}

enum ending gateway_channel_idle(struct gateway_channel *channel)
{
    struct trace *trace = channel->trace;
    bool chunks = channel->received.carrier == CARRIER_CHUNKS && !channel->received.seed;

    // FreeRDP goes on to the second channel once it has the seed, unless it takes the chunks for a body and waits for
    // its end, which is the tunnel's (http_response_recv).
    if (!chunks || trace->phase != PHASE_GATEWAY || trace->tunnel.step != GATEWAY_STEP_HTTP)
        return GOES_ON;
    trace->local = "TUNNEL_IN_CHUNKS";
    snprintf(trace->local_detail, sizeof trace->local_detail,
             "FreeRDP cannot read a tunnel that the gateway sends in chunks; gateway=websocket may work");
    return ENDS_FAILED;
}

enum ending gateway_channel_take(struct gateway_channel *channel, bool from_client, const uint8_t *data, size_t size)
{
    capture_gateway_text(channel->heads, from_client, data, size);
    if (channel->progress->over)
        return GOES_ON;
    if (from_client)
        look_for_logon(channel, data, size);
    gateway_stream_take(from_client ? &channel->sent : &channel->received, data, size);
    return channel->ending;
}
