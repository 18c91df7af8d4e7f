// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "connection/observe/observe.h"
#include "protocol/autodetect.h"
#include "protocol/gcc_server.h"
#include "protocol/painting.h"
#include "protocol/share.h"

enum {
    USUAL_IO_CHANNEL = 1003, // where the server named none
    SECURITY_HEADER = 4,
    REDIRECTION_PAD = 2 // before the packet, 2.2.13.3.1
};

static void observe_autodetect(struct event_sink *sink, struct bytes data)
{
    struct autodetect message;

    if (!autodetect_parse(data.data, data.size, &message))
        return;
    if (message.has_base_rtt)
        event_fact(sink, FACT_AUTODETECT_BASE_RTT, json_integer(message.base_rtt));
    if (message.has_average_rtt)
        event_fact(sink, FACT_AUTODETECT_AVERAGE_RTT, json_integer(message.average_rtt));
    if (message.has_bandwidth)
        event_fact(sink, FACT_AUTODETECT_BANDWIDTH, json_integer(message.bandwidth));
}

static void deactivated(struct observer *observer)
{
    event_fact(observer->sink, FACT_DEACTIVATE_PHASE, json_string(phase_name(observer->trace->phase)));
    event_fact(observer->sink, FACT_DEACTIVATE_AFTER, json_real(progress_since_sent(observer->progress)));
}

static void status_info(struct event_sink *sink, uint32_t code)
{
    const struct code_row *row = status_info_row(code);
    char number[16];
    snprintf(number, sizeof number, "0x%X", code);
    event_append(sink, FACT_STATUS_CODES, row ? row->name : number);
}

// The server is about to tell its capabilities; a session that is deactivated and activated again tells them again.
static enum ending demand_active(struct observer *observer, struct bytes body)
{
    if (!observer->capabilities_seen)
        observer->capabilities_seen = observe_capabilities(observer->sink, body);
    return progress_begin(observer->progress, PHASE_FINALIZE);
}

static enum ending font_map(struct observer *observer)
{
    enum ending ending = progress_begin(observer->progress, PHASE_ACTIVE);
    return !ending && observer->trace->logged_on ? progress_begin(observer->progress, PHASE_LOGON) : ending;
}

static enum ending share_pdu(struct observer *observer, const struct share_pdu *pdu)
{
    const struct bytes body = {pdu->body, pdu->size};

    switch (pdu->type) {
    case SHARE_SET_ERROR_INFO:
        observe_error_info(observer, pdu->error_info);
        return GOES_ON;
    case SHARE_STATUS_INFO:
        status_info(observer->sink, pdu->status);
        return GOES_ON;
    case SHARE_DEACTIVATE_ALL:
        deactivated(observer);
        return GOES_ON;
    case SHARE_REDIRECTION:
        if (body.size < REDIRECTION_PAD)
            return GOES_ON;
        return observe_redirection(observer, (struct bytes){body.data + REDIRECTION_PAD, body.size - REDIRECTION_PAD});
    case SHARE_DEMAND_ACTIVE:
        return demand_active(observer, body);
    case SHARE_FONT_MAP:
        return font_map(observer);
    case SHARE_UPDATE:
        observer->trace->painted |= painting_slow_path(body.data, body.size);
        return GOES_ON;
    case SHARE_SAVE_SESSION_INFO:
        return observe_session_info(observer, body);
    default:
        return GOES_ON;
    }
}

// The server's share PDUs, one after the other.
static enum ending share(struct observer *observer, struct bytes payload)
{
    struct share_pdu pdu;
    enum ending ending = GOES_ON;
    size_t taken;

    while (!ending && share_parse(payload.data, payload.size, &pdu, &taken)) {
        payload.data += taken;
        payload.size -= taken;
        ending = share_pdu(observer, &pdu);
    }
    return ending;
}

// ---- channels ----

void observe_channels(struct observer *observer, struct bytes pdu)
{
    struct gcc_blocks blocks;
    struct gcc_block block;
    struct gcc_server_network network;

    if (!gcc_open(pdu.data, pdu.size, &blocks))
        return;
    while (gcc_next(&blocks, &block)) {
        if (gcc_read_server_network(&block, &network))
            observer->io_channel = network.io_channel;
        else
            (void)gcc_read_message_channel(&block, &observer->message_channel);
    }
}

static bool is_io(const struct observer *observer, uint16_t channel)
{
    return channel == (observer->io_channel ? observer->io_channel : USUAL_IO_CHANNEL);
}

static bool is_message(const struct observer *observer, uint16_t channel)
{
    return observer->message_channel && channel == observer->message_channel;
}

// Whether a payload can begin with a security header at all. Without encryption that is so on the message channel, and
// on the I/O channel until licensing has ended (2.2.8.1.1.2).
static bool may_have_header(const struct observer *observer, uint16_t channel)
{
    return observer->encryption.headers || is_message(observer, channel) ||
           (is_io(observer, channel) && !progress_reached(observer->progress, PHASE_CAPABILITIES));
}

static enum ending by_header(struct observer *observer, uint16_t channel, uint16_t flags, struct bytes payload)
{
    if (is_message(observer, channel)) {
        if (flags & SEC_AUTODETECT_REQ)
            observe_autodetect(observer->sink, payload);
        return GOES_ON;
    }
    if (!is_io(observer, channel))
        return GOES_ON;
    if (flags & SEC_LICENSE_PKT && !progress_reached(observer->progress, PHASE_CAPABILITIES))
        return observe_licensing(observer, payload);
    if (flags & SEC_REDIRECTION_PKT)
        return observe_redirection(observer, payload);
    if (flags & SEC_AUTODETECT_REQ)
        observe_autodetect(observer->sink, payload);
    else if (!(flags & SEC_TRANSPORT_REQ))
        return share(observer, payload);
    return GOES_ON;
}

enum ending observe_server_payload(struct observer *observer, uint16_t channel, struct bytes payload)
{
    uint16_t flags = 0;
    uint8_t *plain = NULL;

    if (!observer->encryption.headers && is_io(observer, channel) && share_starts(payload.data, payload.size))
        return share(observer, payload);
    if (!may_have_header(observer, channel) || !security_flags(payload.data, payload.size, &flags))
        return GOES_ON;
    if (flags & SEC_ENCRYPT && !observer->encryption.headers)
        return GOES_ON; // there are no keys
    payload.data += SECURITY_HEADER;
    payload.size -= SECURITY_HEADER;
    if (flags & SEC_ENCRYPT) {
        plain = encryption_open(&observer->encryption, FROM_SERVER, &payload);
        capture_decrypted(observer->capture, false, flags, (struct bytes){plain, plain ? payload.size : 0});
        if (!plain)
            return GOES_ON;
    }
    enum ending ending = by_header(observer, channel, flags, payload);
    free(plain);
    return ending;
}

static void client_share(struct observer *observer, struct bytes payload)
{
    struct share_pdu pdu;
    size_t taken;
    if (share_parse(payload.data, payload.size, &pdu, &taken) && pdu.type == SHARE_CONFIRM_ACTIVE)
        observe_confirm_active(observer->sink, (struct bytes){pdu.body, pdu.size});
}

enum ending observe_client_payload(struct observer *observer, uint16_t channel, struct bytes payload, bool *client_info)
{
    uint16_t flags = 0;
    uint8_t *plain = NULL;
    enum ending ending = GOES_ON;
    const bool io = is_io(observer, channel);

    if (!observer->encryption.headers && io && share_starts(payload.data, payload.size)) {
        client_share(observer, payload);
        return GOES_ON;
    }
    if (!may_have_header(observer, channel) || !security_flags(payload.data, payload.size, &flags))
        return GOES_ON;
    if (flags & SEC_ENCRYPT && !observer->encryption.headers)
        return GOES_ON; // there are no keys
    payload.data += SECURITY_HEADER;
    payload.size -= SECURITY_HEADER;
    if (io && flags & SEC_EXCHANGE_PKT && !progress_reached(observer->progress, PHASE_INFO)) {
        // Standard RDP Security with encryption: a header on everything from here.
        observer->encryption.headers = true;
        return progress_begin(observer->progress, PHASE_INFO);
    }
    if (io && progress_reached(observer->progress, PHASE_LICENSING))
        flags &= (uint16_t)~SEC_INFO_PKT; // it is sent once
    *client_info = io && flags & SEC_INFO_PKT;
    if (flags & SEC_ENCRYPT) {
        plain = encryption_open(&observer->encryption, FROM_CLIENT, &payload);
        capture_decrypted(observer->capture, true, flags, (struct bytes){plain, plain ? payload.size : 0});
        if (!plain)
            return GOES_ON;
    }
    if (io && flags & SEC_LICENSE_PKT)
        ending = observe_licensing(observer, payload);
    if (!ending && is_message(observer, channel) && flags & SEC_AUTODETECT_RSP)
        observe_autodetect(observer->sink, payload);
    if (!ending && *client_info)
        observe_client_info(observer->sink, payload);
    if (plain && !(flags & (SEC_LICENSE_PKT | SEC_AUTODETECT_RSP | SEC_INFO_PKT)))
        client_share(observer, payload);
    free(plain);
    return ending;
}

// A fast-path PDU that is encrypted moves the cipher's stream on (2.2.8.1.2, 2.2.9.1.2).
void observe_fast_path(struct observer *observer, enum standard_direction direction, struct bytes pdu)
{
    enum { FASTPATH_ENCRYPTED = 0x80 };
    if (pdu.size < 3)
        return;
    size_t header = pdu.data[1] & 0x80 ? 3 : 2;
    struct bytes payload = {pdu.data + header, pdu.size - header};
    uint8_t *plain = NULL;
    if (pdu.data[0] & FASTPATH_ENCRYPTED) {
        plain = observer->encryption.streams ? encryption_open(&observer->encryption, direction, &payload) : NULL;
        if (!plain)
            return;
    }
    if (direction == FROM_SERVER)
        observer->trace->painted |= painting_fast_path(payload.data, payload.size);
    free(plain);
}
