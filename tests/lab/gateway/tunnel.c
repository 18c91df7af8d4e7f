// SPDX-License-Identifier: Apache-2.0
#include "tunnel.h"

#include "channel.h"
#include "gateway.h"
#include "http.h"
#include "record.h"
#include "target.h"
#include "tsgu.h"
#include "websocket.h"

#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum {
    HOLD_MS = 600 * 1000, // how long a hang or a denied client is kept
    READ_SIZE = 16384,    // one data packet
    GARBAGE = 64
};

struct tunnel *tunnel_new(struct gateway *gateway, struct channel *channel)
{
    struct tunnel *tunnel = calloc(1, sizeof *tunnel);
    if (!tunnel) {
        return NULL;
    }
    tunnel->gateway = gateway;
    tunnel->id = ++gateway->id_count;
    tunnel->start = channel_now();
    tunnel->out = channel;
    tunnel->reached = STEP_TCP;
    snprintf(tunnel->peer, sizeof tunnel->peer, "%s", channel->peer);
    channel->tunnel = tunnel;
    tunnel->next = gateway->tunnels;
    gateway->tunnels = tunnel;
    return tunnel;
}

void tunnel_free(struct tunnel *tunnel)
{
    target_free(tunnel->target);
    buffer_clear(&tunnel->packets);
    free(tunnel);
}

void tunnel_count(struct tunnel *tunnel)
{
    if (!tunnel->number) {
        tunnel->number = ++tunnel->gateway->tunnel_count;
    }
}

static json_t *denial_record(const struct tunnel *tunnel)
{
    if (tunnel->denied == STEP_NONE) {
        return json_null();
    }
    char code[16];
    snprintf(code, sizeof code, "0x%08X", tunnel->denial);
    return json_pack("{s:s,s:s,s:o}", "step", step_name(tunnel->denied), "code", code, "name",
                     record_text(tsgu_code_name(tunnel->denial)));
}

static json_t *given(const char *text)
{
    return record_text(*text ? text : NULL);
}

static void write_record(struct tunnel *tunnel, enum ended ended)
{
    static const char *const names[] = {"open", "client", "target", "denied", "fault", "error", "gateway"};
    tunnel_count(tunnel);
    bool asked = tunnel->target_name[0];
    json_t *record =
        json_pack("{s:s,s:i,s:o,s:o,s:o,s:o,s:o,s:b,s:i}", "record", "tunnel", "tunnel", (int)tunnel->number, "peer",
                  record_text(tunnel->peer), "transport", record_text(transport_name(tunnel->transport)), "auth",
                  record_text(tunnel->authentication), "user", given(tunnel->user), "domain", given(tunnel->domain),
                  "authenticated", (int)tunnel->authenticated, "ntlm_authenticates", (int)tunnel->ntlm_authenticates);
    json_t *rest =
        json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:o,s:I,s:I,s:s,s:o,s:I}", "tls", given(tunnel->tls), "sni",
                  given(tunnel->sni), "client", given(tunnel->client), "target", given(tunnel->target_name),
                  "target_port", asked ? json_integer(tunnel->target_port) : json_null(), "connected_to",
                  given(tunnel->connected_to), "reached", step_name(tunnel->reached), "denied", denial_record(tunnel),
                  "bytes_in", (json_int_t)tunnel->bytes_in, "bytes_out", (json_int_t)tunnel->bytes_out, "ended",
                  names[ended], "error", given(tunnel->error), "ms", (json_int_t)(channel_now() - tunnel->start));
    json_object_update(record, rest);
    json_decref(rest);
    if (!record_write(record)) {
        tunnel->gateway->over = true;
    }
}

void tunnel_end(struct tunnel *tunnel, enum ended ended, const char *error)
{
    if (tunnel->over) {
        return;
    }
    tunnel->over = true;
    if (error) {
        snprintf(tunnel->error, sizeof tunnel->error, "%s", error);
    }
    if (!tunnel->refused) {
        write_record(tunnel, tunnel->verdict ? tunnel->verdict : ended);
    }
    target_free(tunnel->target);
    tunnel->target = NULL;
    struct channel *channels[] = {tunnel->out, tunnel->in};
    for (size_t i = 0; i < 2; i++) {
        if (channels[i]) {
            channels[i]->tunnel = NULL;
            channel_linger(channels[i]);
        }
    }
    tunnel->out = NULL;
    tunnel->in = NULL;
}

// Puts a packet on its way to the client, in the transport's frame, and empties it.
static void send_packet(struct tunnel *tunnel, struct buffer *packet)
{
    struct buffer *out = &tunnel->out->out;
    if (tunnel->transport == TRANSPORT_WEBSOCKET) {
        websocket_send(out, buffer_bytes(packet), packet->length);
    } else if (tunnel->gateway->options->chunked_out) {
        http_chunk(out, buffer_bytes(packet), packet->length);
    } else {
        buffer_append(out, buffer_bytes(packet), packet->length);
    }
    buffer_clear(packet);
}

static void send_garbage(struct tunnel *tunnel, enum step step)
{
    unsigned char bytes[GARBAGE];
    memset(bytes, 0xFF, sizeof bytes); // no TLS record, no status line, a packet of 4 GiB, no TPKT
    struct buffer packet = {0};
    if (step <= STEP_TLS) {
        // Below TLS; the socket's buffer is empty, so it takes them all.
        if (send(tunnel->out->fd, bytes, sizeof bytes, MSG_NOSIGNAL) < 0) {
            return;
        }
    } else if (step == STEP_HTTP) {
        static const char end[] = "\r\n\r\n";
        buffer_append(&tunnel->out->out, bytes, sizeof bytes);
        buffer_append(&tunnel->out->out, end, sizeof end - 1);
    } else if (step == STEP_DATA) {
        tsgu_data(&packet, bytes, sizeof bytes);
        send_packet(tunnel, &packet);
    } else {
        buffer_append(&packet, bytes, sizeof bytes);
        send_packet(tunnel, &packet);
    }
}

bool tunnel_fault(struct tunnel *tunnel, enum step step)
{
    const struct options *options = tunnel->gateway->options;
    if (options->fault == FAULT_NONE || options->fault_step != step || tunnel->over ||
        (step <= STEP_HTTP && options->fault_second != tunnel->second) ||
        (step == STEP_HTTP && options->fault_logon != tunnel->logged_on)) {
        return false;
    }
    tunnel->faulted = true;
    tunnel->verdict = ENDED_FAULT;
    struct channel *channels[] = {tunnel->out, tunnel->in};
    if (options->fault == FAULT_GARBAGE) {
        send_garbage(tunnel, step);
    }
    for (size_t i = 0; i < 2; i++) {
        bool hold = options->fault == FAULT_HANG || (options->fault == FAULT_HALF && i > 0);
        if (channels[i] && (options->fault == FAULT_RST || (options->fault == FAULT_HALF && i == 0))) {
            channel_reset(channels[i]);
        } else if (channels[i] && hold) {
            channels[i]->state = CHANNEL_HELD;
            channels[i]->deadline = channel_now() + HOLD_MS;
        }
    }
    if (options->fault != FAULT_HANG && options->fault != FAULT_HALF) {
        tunnel_end(tunnel, ENDED_FAULT, NULL);
    }
    return true;
}

static void respond(struct tunnel *tunnel, enum step step, uint32_t code)
{
    const struct options *options = tunnel->gateway->options;
    struct buffer packet = {0};
    switch (step) {
    case STEP_HANDSHAKE:
        tsgu_handshake_response(&packet, code, options->authentication == AUTH_PAA ? TSGU_EXTENDED_AUTH_PAA : 0);
        break;
    case STEP_TUNNEL:
        tsgu_tunnel_response(&packet, code, tunnel->number, options->consent);
        break;
    case STEP_AUTHORIZE:
        tsgu_tunnel_auth_response(&packet, code,
                                  options->redirects ? options->redirection : TSGU_REDIRECTION_ENABLE_ALL,
                                  options->idle_timeout);
        break;
    default:
        tsgu_channel_response(&packet, code);
        break;
    }
    send_packet(tunnel, &packet);
    if (!code) {
        tunnel->reached = step;
    }
}

static void deny(struct tunnel *tunnel, enum step step, uint32_t code, enum ended verdict)
{
    tunnel->denied = step;
    tunnel->denial = code;
    respond(tunnel, step, code);
    if (step == STEP_AUTHORIZE && code == E_PROXY_QUARANTINE_ACCESSDENIED) {
        tunnel->reached = step; // MS-TSGU 3.7.5.2.7: a quarantined client may go on
        return;
    }
    tunnel->verdict = verdict;
    tunnel->out->deadline = channel_now() + HOLD_MS;
}

// True when --fault or --deny has dealt with this step.
static bool stopped(struct tunnel *tunnel, enum step step)
{
    if (tunnel_fault(tunnel, step)) {
        return true;
    }
    const struct options *options = tunnel->gateway->options;
    if (!options->denials[step].count) {
        return false;
    }
    deny(tunnel, step, options_code(&options->denials[step], tunnel->number), ENDED_DENIED);
    return true;
}

static void create_tunnel(struct tunnel *tunnel, const struct tsgu_packet *packet)
{
    const struct options *options = tunnel->gateway->options;
    char cookie[HTTP_TOKEN_MAX];
    bool has_cookie = false;
    if (!tsgu_read_tunnel_create(packet, cookie, sizeof cookie, &has_cookie)) {
        tunnel_end(tunnel, ENDED_ERROR, "The tunnel create packet is too short.");
        return;
    }
    if (has_cookie) {
        tunnel->authentication = authentication_name(AUTH_PAA);
    }
    if (options->authentication == AUTH_PAA) {
        tunnel->authenticated = has_cookie && strcmp(cookie, options->token) == 0;
    }
    bool refused = options->authentication == AUTH_PAA && !tunnel->authenticated;
    OPENSSL_cleanse(cookie, sizeof cookie);
    if (stopped(tunnel, STEP_TUNNEL)) {
        return;
    }
    if (refused) {
        deny(tunnel, STEP_TUNNEL, has_cookie ? E_PROXY_COOKIE_AUTHENTICATION_ACCESS_DENIED : E_PROXY_COOKIE_BADPACKET,
             ENDED_DENIED);
        return;
    }
    respond(tunnel, STEP_TUNNEL, 0);
}

static bool allows(const struct options *options, const char *name)
{
    bool allowed = !options->allowed_count;
    for (unsigned i = 0; i < options->allowed_count; i++) {
        allowed = allowed || strcasecmp(options->allowed[i], name) == 0;
    }
    return allowed;
}

static void create_channel(struct tunnel *tunnel, const struct tsgu_packet *packet)
{
    const struct options *options = tunnel->gateway->options;
    if (!tsgu_read_channel_create(packet, tunnel->target_name, sizeof tunnel->target_name, &tunnel->target_port) ||
        !tunnel->target_name[0]) {
        tunnel_end(tunnel, ENDED_ERROR, "The channel create packet names no target.");
        return;
    }
    if (stopped(tunnel, STEP_CHANNEL)) {
        return;
    }
    if (!allows(options, tunnel->target_name)) {
        deny(tunnel, STEP_CHANNEL, E_PROXY_RAP_ACCESSDENIED, ENDED_DENIED);
        return;
    }
    const char *host = tunnel->target_name;
    uint16_t port = tunnel->target_port;
    for (unsigned i = 0; i < options->map_count; i++) {
        if (strcasecmp(options->map[i].name, host) == 0) {
            host = options->map[i].host;
            port = options->map[i].port ? options->map[i].port : port;
            break;
        }
    }
    if (options->via[tunnel->transport]) {
        port = options->via[tunnel->transport];
    }
    tunnel->target = target_new(tunnel->id, host, port, options->source, tunnel->gateway->lookups[1]);
    if (!tunnel->target) {
        tunnel_end(tunnel, ENDED_ERROR, "Out of memory.");
        return;
    }
    tunnel_target(tunnel, 0, channel_now());
}

static void forward(struct tunnel *tunnel, const struct tsgu_packet *packet)
{
    const unsigned char *bytes = NULL;
    size_t length = 0;
    if (!tsgu_read_data(packet, &bytes, &length)) {
        tunnel_end(tunnel, ENDED_ERROR, "A data packet is too short.");
        return;
    }
    if (tunnel->reached == STEP_CHANNEL && !tunnel->gateway->options->fault_after && tunnel_fault(tunnel, STEP_DATA)) {
        return;
    }
    tunnel->reached = STEP_DATA;
    tunnel->bytes_in += length;
    buffer_append(&tunnel->target->out, bytes, length);
}

static void serve(struct tunnel *tunnel, const struct tsgu_packet *packet)
{
    static const struct {
        uint16_t type;
        enum step after;
    } due[] = {
        {TSGU_HANDSHAKE_REQUEST, STEP_HTTP},
        {TSGU_TUNNEL_CREATE, STEP_HANDSHAKE},
        {TSGU_TUNNEL_AUTH, STEP_TUNNEL},
        {TSGU_CHANNEL_CREATE, STEP_AUTHORIZE},
    };
    bool open = tunnel->reached >= STEP_CHANNEL;
    bool in_order = packet->type == TSGU_KEEPALIVE || packet->type == TSGU_CLOSE_CHANNEL ||
                    packet->type == TSGU_CLOSE_CHANNEL_RESPONSE || (packet->type == TSGU_DATA && open);
    for (size_t i = 0; i < sizeof due / sizeof due[0]; i++) {
        in_order = in_order || (due[i].type == packet->type && due[i].after == tunnel->reached && !tunnel->target);
    }
    if (!in_order) {
        tunnel_end(tunnel, ENDED_ERROR, "A packet is out of order.");
        return;
    }
    struct buffer answer = {0};
    switch (packet->type) {
    case TSGU_HANDSHAKE_REQUEST:
        if (!stopped(tunnel, STEP_HANDSHAKE)) {
            respond(tunnel, STEP_HANDSHAKE, 0);
        }
        break;
    case TSGU_TUNNEL_CREATE:
        create_tunnel(tunnel, packet);
        break;
    case TSGU_TUNNEL_AUTH:
        if (!tsgu_read_tunnel_auth(packet, tunnel->client, sizeof tunnel->client)) {
            tunnel_end(tunnel, ENDED_ERROR, "The tunnel authorization packet is too short.");
        } else if (!stopped(tunnel, STEP_AUTHORIZE)) {
            respond(tunnel, STEP_AUTHORIZE, 0);
        }
        break;
    case TSGU_CHANNEL_CREATE:
        create_channel(tunnel, packet);
        break;
    case TSGU_DATA:
        forward(tunnel, packet);
        break;
    case TSGU_CLOSE_CHANNEL:
        tsgu_close(&answer, TSGU_CLOSE_CHANNEL_RESPONSE, 0);
        send_packet(tunnel, &answer);
        tunnel_end(tunnel, ENDED_CLIENT, NULL);
        break;
    default:
        // A keepalive is not echoed: the client echoes ours, and both would never stop.
        break;
    }
}

void tunnel_receive(struct tunnel *tunnel)
{
    while (!tunnel->over && !tunnel->faulted && !tunnel_client_paused(tunnel)) {
        struct tsgu_packet packet;
        enum tsgu_result result = tsgu_peek(&tunnel->packets, &packet);
        if (result == TSGU_BAD) {
            tunnel_end(tunnel, ENDED_ERROR, "A packet has an impossible length.");
        }
        if (result != TSGU_COMPLETE) {
            break;
        }
        size_t size = TSGU_HEADER + packet.length;
        if (!tunnel->verdict) { // what a denied client still sends is dropped
            serve(tunnel, &packet);
        }
        buffer_consume(&tunnel->packets, size);
    }
    if (!tunnel->over && tunnel->target && tunnel->target->state == TARGET_CONNECTED) {
        tunnel_target(tunnel, POLLOUT, channel_now());
    }
}

bool tunnel_client_paused(const struct tunnel *tunnel)
{
    return tunnel->target && tunnel->target->out.length >= CHANNEL_QUEUE;
}

bool tunnel_target_paused(const struct tunnel *tunnel)
{
    return !tunnel->out || tunnel->faulted || tunnel->out->out.length >= CHANNEL_QUEUE;
}

// The gateway closes the channel.
static void close_channel(struct tunnel *tunnel, enum ended ended)
{
    struct buffer packet = {0};
    tsgu_close(&packet, TSGU_CLOSE_CHANNEL, tunnel->gateway->options->close_status);
    send_packet(tunnel, &packet);
    if (tunnel->transport == TRANSPORT_WEBSOCKET) {
        websocket_close(&tunnel->out->out);
    }
    tunnel_end(tunnel, ended, NULL);
}

// What the gateway says unasked, once the channel is open.
static void say(struct tunnel *tunnel)
{
    const struct options *options = tunnel->gateway->options;
    struct buffer packet = {0};
    if (options->keeps_alive) {
        tsgu_empty(&packet, TSGU_KEEPALIVE);
        send_packet(tunnel, &packet);
    }
    if (options->service) {
        tsgu_service_message(&packet, options->service);
        send_packet(tunnel, &packet);
    }
    if (options->reauthenticates) {
        tsgu_reauthenticate(&packet);
        send_packet(tunnel, &packet);
    }
}

static void read_target(struct tunnel *tunnel)
{
    const struct options *options = tunnel->gateway->options;
    unsigned char bytes[READ_SIZE];
    struct buffer packet = {0};
    while (!tunnel_target_paused(tunnel)) {
        int length = target_read(tunnel->target, bytes, sizeof bytes);
        if (length == 0) {
            return;
        }
        if (length < 0) {
            close_channel(tunnel, ENDED_TARGET);
            return;
        }
        tunnel->bytes_out += (uint64_t)length;
        tsgu_data(&packet, bytes, (uint16_t)length);
        send_packet(tunnel, &packet);
        if (options->fault_after && tunnel->bytes_out >= options->fault_after && tunnel_fault(tunnel, STEP_DATA)) {
            return;
        }
        if (options->close_after && tunnel->bytes_out >= options->close_after) {
            close_channel(tunnel, ENDED_GATEWAY);
            return;
        }
    }
}

void tunnel_target(struct tunnel *tunnel, short events, int64_t now)
{
    struct target *target = tunnel->target;
    if (!target || tunnel->over || tunnel->faulted) {
        return;
    }
    if (target->state != TARGET_CONNECTED) {
        target_connect(target, events != 0, now);
        if (target->state == TARGET_UNREACHABLE) {
            snprintf(tunnel->error, sizeof tunnel->error, "%s", target->error);
            deny(tunnel, STEP_CHANNEL, E_PROXY_TS_CONNECTFAILED, ENDED_TARGET);
            target_free(target);
            tunnel->target = NULL;
        } else if (target->state == TARGET_CONNECTED) {
            snprintf(tunnel->connected_to, sizeof tunnel->connected_to, "%s", target->peer);
            respond(tunnel, STEP_CHANNEL, 0);
            say(tunnel);
            tunnel->out->deadline = 0;
        }
        return;
    }
    if ((events & POLLOUT) && target_write(target) == TARGET_CLOSED) {
        buffer_clear(&target->out); // reading says the rest: what the target sent before it left still counts
    }
    if (events & (POLLIN | POLLHUP | POLLERR)) {
        read_target(tunnel);
    }
}
