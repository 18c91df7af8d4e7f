// SPDX-License-Identifier: Apache-2.0
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "handshake.h"
#include "wire.h"

enum { LINGER_MS = 2000 };

// Bytes on their way in one direction
struct flow {
    uint8_t bytes[32768];
    size_t length;
    size_t held; // the first bytes are still being read: nothing of them goes on
};

// What the relay is reading in the bytes of one direction
enum stage { STAGE_NEGOTIATION, STAGE_HANDSHAKE, STAGE_RELAY };

struct relay {
    struct shim *shim;
    struct flow to_server;
    struct flow to_client;
    enum stage client_stage; // X.224 request, ClientHello, all else
    enum stage server_stage; // X.224 confirm, ServerHello, all else
    bool tls;                // a protocol with TLS was selected
    bool server_closed;
    bool over;
    int64_t next_drip_ms;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void reset(int socket)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

// Reads and drops what the client sends until it goes or `limit_ms` have passed; -1: no limit.
static void drain(int client, int64_t limit_ms)
{
    uint8_t dropped[4096];
    const int64_t end = now_ms() + limit_ms;
    for (;;) {
        struct pollfd poll_client = {.fd = client, .events = POLLIN};
        const int64_t left = limit_ms < 0 ? -1 : end - now_ms();
        if (limit_ms >= 0 && left <= 0)
            return;
        if (poll(&poll_client, 1, (int)left) <= 0)
            continue;
        const ssize_t count = read(client, dropped, sizeof(dropped));
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
            return;
    }
}

static void finish(struct relay *relay, enum shim_ending ending)
{
    const int client = relay->shim->client;
    relay->over = true;
    switch (ending) {
    case SHIM_CLOSE:
        shutdown(client, SHUT_WR);
        drain(client, LINGER_MS);
        break;
    case SHIM_RST:
        reset(client);
        break;
    case SHIM_HANG:
        drain(client, -1);
        break;
    case SHIM_LINGER:
        drain(client, LINGER_MS);
        break;
    }
}

static void send_all(int client, const uint8_t *data, size_t length)
{
    while (length > 0) {
        const ssize_t count = send(client, data, length, MSG_NOSIGNAL);
        if (count > 0) {
            data += count;
            length -= (size_t)count;
        } else if (count < 0 && errno == EAGAIN) {
            struct pollfd poll_client = {.fd = client, .events = POLLOUT};
            poll(&poll_client, 1, -1);
        } else if (count < 0 && errno != EINTR) {
            return;
        }
    }
}

// Plays the fault of a phase that libfreerdp does not see. Returns true if the connection is over.
static bool strike(struct relay *relay, enum lab_phase phase)
{
    struct shim *shim = relay->shim;
    const struct lab_options *options = shim->options;
    if (!fault_strikes(options, shim->record, phase))
        return false;
    fault_note(options, shim->record);
    uint8_t garbage[FAULT_GARBAGE_SIZE];
    switch (options->fault_kind) {
    case LAB_FAULT_CLOSE:
        finish(relay, SHIM_CLOSE);
        break;
    case LAB_FAULT_RST:
        finish(relay, SHIM_RST);
        break;
    case LAB_FAULT_HANG:
        finish(relay, SHIM_HANG);
        break;
    case LAB_FAULT_GARBAGE:
        fault_garbage(options, shim->record, garbage);
        send_all(shim->client, garbage, sizeof(garbage));
        finish(relay, SHIM_LINGER);
        break;
    case LAB_FAULT_SLOW:
        atomic_store(&shim->slow, true);
        break;
    case LAB_FAULT_NONE:
        break;
    }
    return relay->over;
}

// The RDP_NEG_FAILURE code with which Windows refuses this request, 0 if something accepted was requested
static uint32_t refusal(const struct lab_options *options, uint32_t requested)
{
    if (options->negotiation_failure)
        return options->negotiation_failure;
    const bool *accept = options->accept;
    if (requested == WIRE_PROTOCOL_RDP) {
        if (accept[LAB_SECURITY_RDP])
            return 0;
        return accept[LAB_SECURITY_TLS] ? WIRE_SSL_REQUIRED_BY_SERVER : WIRE_HYBRID_REQUIRED_BY_SERVER;
    }
    if ((accept[LAB_SECURITY_NLA] && (requested & WIRE_PROTOCOL_HYBRID)) ||
        (accept[LAB_SECURITY_TLS] && (requested & WIRE_PROTOCOL_SSL)))
        return 0;
    if (accept[LAB_SECURITY_NLA])
        return WIRE_HYBRID_REQUIRED_BY_SERVER;
    return accept[LAB_SECURITY_TLS] ? WIRE_SSL_REQUIRED_BY_SERVER : WIRE_SSL_NOT_ALLOWED_BY_SERVER;
}

static void refuse(struct relay *relay, uint32_t code, const uint8_t *answer, size_t length)
{
    struct lab_record *record = relay->shim->record;
    record->failure_sent = true;
    record->failure_code = code;
    lab_record_end(record, LAB_ENDED_SERVER);
    send_all(relay->shim->client, answer, length);
    finish(relay, SHIM_CLOSE);
}

// Has the upstream answer the request, and lets libfreerdp see only the protocol that it chose.
static void ask_upstream(struct relay *relay, size_t length)
{
    struct shim *shim = relay->shim;
    struct lab_record *record = shim->record;
    const struct lab_options *options = shim->options;
    struct upstream *upstream = &shim->upstream;
    uint8_t *request = relay->to_server.bytes;
    const uint32_t accepted = (options->accept[LAB_SECURITY_NLA] ? WIRE_PROTOCOL_HYBRID : 0) |
                              (options->accept[LAB_SECURITY_TLS] ? WIRE_PROTOCOL_SSL : 0);
    snprintf(record->upstream, sizeof(record->upstream), "%s", options->upstream);
    if (!upstream_negotiate(upstream, options->upstream, request, length, accepted, record->upstream_error,
                            sizeof(record->upstream_error))) {
        lab_record_end(record, LAB_ENDED_SERVER);
        finish(relay, SHIM_CLOSE);
    } else if (!upstream->selected) {
        refuse(relay, upstream->failure, upstream->confirm, upstream->confirm_length);
    } else {
        wire_limit_protocols(request, length, upstream->protocol);
    }
}

static void on_request(struct relay *relay, size_t length)
{
    struct shim *shim = relay->shim;
    struct lab_record *record = shim->record;
    lab_record_reach(record, LAB_PHASE_NEGOTIATE);
    wire_read_request(relay->to_server.bytes, length, record);
    if (strike(relay, LAB_PHASE_NEGOTIATE))
        return;
    const uint32_t code = refusal(shim->options, record->requested);
    if (code) {
        uint8_t failure[WIRE_FAILURE_SIZE];
        wire_write_failure(failure, code);
        refuse(relay, code, failure, sizeof(failure));
    } else if (shim->options->upstream) {
        ask_upstream(relay, length);
    } else { // newer servers of libfreerdp know it; here it is the lab's own, with every version
        wire_limit_protocols(relay->to_server.bytes, length, ~(uint32_t)WIRE_PROTOCOL_HYBRID_EX);
    }
}

// Looks at what the client has sent so far, up to and including the ClientHello, and lets go on what has been read.
static void inspect_client(struct relay *relay)
{
    struct flow *flow = &relay->to_server;
    if (relay->client_stage == STAGE_NEGOTIATION) {
        const int length = wire_tpkt_length(flow->bytes, flow->length);
        if (length >= 0 && (length == 0 || flow->length < (size_t)length))
            return; // incomplete
        relay->client_stage = STAGE_RELAY;
        if (length > 0) {
            relay->client_stage = STAGE_HANDSHAKE;
            on_request(relay, (size_t)length);
        }
        flow->held = 0;
    } else if (relay->client_stage == STAGE_HANDSHAKE && relay->server_stage != STAGE_NEGOTIATION) {
        if (!relay->tls) {
            relay->client_stage = STAGE_RELAY;
            flow->held = 0;
            return;
        }
        const int length = handshake_record_length(flow->bytes, flow->length);
        if (length >= 0 && (length == 0 || flow->length < (size_t)length) && flow->length < sizeof(flow->bytes))
            return;
        relay->client_stage = STAGE_RELAY;
        lab_record_reach(relay->shim->record, LAB_PHASE_TLS);
        if (length > 0)
            handshake_read_client_hello(flow->bytes, flow->length, relay->shim->record);
        if (!strike(relay, LAB_PHASE_TLS))
            flow->held = 0;
    }
}

// The upstream's confirm in place of libfreerdp's, with the same protocol: its flags are what the client goes by.
static void take_confirm(struct relay *relay, size_t length)
{
    const struct upstream *upstream = &relay->shim->upstream;
    struct flow *flow = &relay->to_client;
    uint32_t protocol = 0;
    if (atomic_load(&upstream->socket) == 0 || !wire_read_confirm(flow->bytes, length, &protocol) ||
        protocol != upstream->protocol || flow->length - length > sizeof(flow->bytes) - upstream->confirm_length)
        return;
    memmove(flow->bytes + upstream->confirm_length, flow->bytes + length, flow->length - length);
    memcpy(flow->bytes, upstream->confirm, upstream->confirm_length);
    flow->length = flow->length - length + upstream->confirm_length;
}

static void on_confirm(struct relay *relay, size_t length)
{
    struct lab_record *record = relay->shim->record;
    uint32_t protocol = 0;
    if (!wire_read_confirm(relay->to_client.bytes, length, &protocol))
        return;
    if (protocol == WIRE_PROTOCOL_HYBRID && relay->shim->options->early_authorization &&
        record->requested & WIRE_PROTOCOL_HYBRID_EX) { // libfreerdp's server does not know it
        record->hybrid_ex = true;
        wire_set_confirm(relay->to_client.bytes, length, WIRE_PROTOCOL_HYBRID_EX);
    }
    relay->tls = protocol != WIRE_PROTOCOL_RDP;
    if (protocol & WIRE_PROTOCOL_HYBRID)
        record->facts.security = LAB_SECURITY_NLA;
    else
        record->facts.security = protocol & WIRE_PROTOCOL_SSL ? LAB_SECURITY_TLS : LAB_SECURITY_RDP;
    lab_facts_learn(&record->facts, LAB_FACT_SECURITY);
    if (!relay->tls)
        handshake_none(&record->facts);
}

// The same for what libfreerdp has sent, up to and including the ServerHello.
static void inspect_server(struct relay *relay)
{
    struct flow *flow = &relay->to_client;
    if (relay->server_stage == STAGE_NEGOTIATION) {
        const int length = wire_tpkt_length(flow->bytes, flow->length);
        if (length >= 0 && (length == 0 || flow->length < (size_t)length))
            return;
        relay->server_stage = STAGE_RELAY;
        if (length > 0) {
            on_confirm(relay, (size_t)length);
            take_confirm(relay, (size_t)length);
            if (relay->tls)
                relay->server_stage = STAGE_HANDSHAKE;
        }
        flow->held = 0;
    } else if (relay->server_stage == STAGE_HANDSHAKE) {
        const int length = handshake_record_length(flow->bytes, flow->length);
        if (length >= 0 && (length == 0 || flow->length < (size_t)length) && flow->length < sizeof(flow->bytes))
            return;
        relay->server_stage = STAGE_RELAY;
        if (length > 0)
            handshake_read_server_hello(flow->bytes, flow->length, relay->shim->record);
        else if (flow->bytes[0] == HANDSHAKE_RECORD_ALERT) // no version or cipher in common
            lab_record_end(relay->shim->record, LAB_ENDED_SERVER);
        flow->held = 0;
    }
}

// Fills `flow` from `socket`. Returns false at its end.
static bool fill(struct flow *flow, int socket, bool hold)
{
    const ssize_t count = read(socket, flow->bytes + flow->length, sizeof(flow->bytes) - flow->length);
    if (count <= 0)
        return count < 0 && (errno == EAGAIN || errno == EINTR);
    flow->length += (size_t)count;
    if (hold)
        flow->held = flow->length;
    return true;
}

// Sends up to `limit` bytes of `flow` on. Returns false if the other end is gone.
static bool flush(struct flow *flow, int socket, size_t limit)
{
    const size_t ready = flow->length - flow->held;
    const ssize_t count = send(socket, flow->bytes, ready < limit ? ready : limit, MSG_NOSIGNAL);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR;
    flow->length -= (size_t)count;
    memmove(flow->bytes, flow->bytes + count, flow->length);
    return true;
}

// What the client sent behind its held bytes stays held with them: inspect as long as that brings something to light.
static void inspect(struct relay *relay)
{
    enum stage client_stage, server_stage;
    do {
        client_stage = relay->client_stage;
        server_stage = relay->server_stage;
        if (relay->to_client.length && relay->to_client.held)
            inspect_server(relay);
        if (!relay->over && relay->to_server.length && relay->to_server.held)
            inspect_client(relay);
    } while (!relay->over && (client_stage != relay->client_stage || server_stage != relay->server_stage));
}

static void step(struct relay *relay)
{
    struct shim *shim = relay->shim;
    struct flow *to_server = &relay->to_server;
    struct flow *to_client = &relay->to_client;
    const bool slow = atomic_load(&shim->slow);
    const bool room_to_server = to_server->length < sizeof(to_server->bytes);
    const bool room_to_client = to_client->length < sizeof(to_client->bytes);
    const bool to_send = to_client->length > to_client->held;

    struct pollfd fds[2] = {{.fd = shim->client, .events = room_to_server ? POLLIN : 0},
                            {.fd = shim->server, .events = room_to_client && !relay->server_closed ? POLLIN : 0}};
    int timeout = -1;
    if (to_send && slow) {
        const int64_t left = relay->next_drip_ms - now_ms();
        timeout = left > 0 ? (int)left : 0;
    } else if (to_send) {
        fds[0].events |= POLLOUT;
    }
    if (to_server->length > to_server->held)
        fds[1].events |= POLLOUT;
    if (relay->server_closed)
        fds[1].fd = -1;
    if (poll(fds, 2, timeout) < 0)
        return;

    if (fds[1].revents & (POLLIN | POLLHUP | POLLERR))
        relay->server_closed = !fill(to_client, shim->server, relay->server_stage != STAGE_RELAY);
    if (fds[0].revents & (POLLIN | POLLHUP | POLLERR) && room_to_server &&
        !fill(to_server, shim->client, relay->client_stage != STAGE_RELAY)) {
        atomic_store(&shim->client_gone, !relay->server_closed);
        relay->over = true;
        return;
    }
    inspect(relay);
    if (relay->over)
        return;

    if (to_server->length > to_server->held && !relay->server_closed && !flush(to_server, shim->server, SIZE_MAX))
        to_server->length = to_server->held = 0;
    if (to_client->length > to_client->held && (!slow || now_ms() >= relay->next_drip_ms)) {
        flush(to_client, shim->client, slow ? 1 : SIZE_MAX);
        relay->next_drip_ms = now_ms() + shim->options->drip_ms;
    }
    if (relay->server_closed)
        to_server->length = to_server->held = to_client->held = 0;
    if (relay->server_closed && to_client->length == 0)
        finish(relay, (enum shim_ending)atomic_load(&shim->ending));
}

static void *run(void *argument)
{
    struct relay relay = {.shim = argument};
    struct shim *shim = relay.shim;
    strike(&relay, LAB_PHASE_TCP);
    while (!relay.over)
        step(&relay);
    close(shim->client);
    shutdown(shim->server,
             SHUT_RDWR); // wakes libfreerdp wherever it waits; the descriptor stays until the process ends
    return NULL;
}

bool shim_start(struct shim *shim, const struct lab_options *options, struct lab_record *record, int client, int server)
{
    *shim = (struct shim){.options = options, .record = record, .client = client, .server = server};
    fcntl(client, F_SETFL, O_NONBLOCK);
    fcntl(server, F_SETFL, O_NONBLOCK);
    return pthread_create(&shim->thread, NULL, run, shim) == 0;
}

void shim_join(struct shim *shim)
{
    pthread_join(shim->thread, NULL);
}
