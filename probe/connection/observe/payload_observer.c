// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "connection/observe/observe.h"
#include "protocol/autodetect.h"
#include "protocol/share.h"

enum {
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

static enum ending by_header(struct observer *observer, uint16_t flags, struct bytes payload)
{
    if (flags & SEC_LICENSE_PKT)
        return observe_licensing(observer, payload);
    if (flags & SEC_REDIRECTION_PKT)
        return observe_redirection(observer, payload);
    if (flags & SEC_AUTODETECT_REQ)
        observe_autodetect(observer->sink, payload);
    else if (!(flags & SEC_TRANSPORT_REQ))
        return share(observer, payload);
    return GOES_ON;
}

enum ending observe_server_payload(struct observer *observer, struct bytes payload)
{
    uint16_t flags = 0;
    uint8_t *plain = NULL;

    if (!observer->encryption.headers && share_starts(payload.data, payload.size))
        return share(observer, payload);
    if (!security_flags(payload.data, payload.size, &flags))
        return GOES_ON;
    payload.data += SECURITY_HEADER;
    payload.size -= SECURITY_HEADER;
    if (flags & SEC_ENCRYPT) {
        plain = encryption_open(&observer->encryption, FROM_SERVER, &payload);
        capture_decrypted(observer->capture, false, flags, (struct bytes){plain, plain ? payload.size : 0});
        if (!plain)
            return GOES_ON;
    }
    enum ending ending = by_header(observer, flags, payload);
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

enum ending observe_client_payload(struct observer *observer, struct bytes payload, bool *client_info)
{
    uint16_t flags = 0;
    uint8_t *plain = NULL;
    enum ending ending = GOES_ON;

    if (!observer->encryption.headers && share_starts(payload.data, payload.size)) {
        client_share(observer, payload);
        return GOES_ON;
    }
    if (!security_flags(payload.data, payload.size, &flags))
        return GOES_ON;
    payload.data += SECURITY_HEADER;
    payload.size -= SECURITY_HEADER;
    if (flags & SEC_EXCHANGE_PKT) {
        // Standard RDP Security with encryption: a header on everything from here.
        observer->encryption.headers = true;
        return progress_begin(observer->progress, PHASE_INFO);
    }
    *client_info = flags & SEC_INFO_PKT;
    if (flags & SEC_ENCRYPT) {
        plain = encryption_open(&observer->encryption, FROM_CLIENT, &payload);
        capture_decrypted(observer->capture, true, flags, (struct bytes){plain, plain ? payload.size : 0});
        if (!plain)
            return GOES_ON;
    }
    if (flags & SEC_LICENSE_PKT)
        ending = observe_licensing(observer, payload);
    if (!ending && flags & SEC_AUTODETECT_RSP)
        observe_autodetect(observer->sink, payload);
    if (!ending && flags & SEC_INFO_PKT)
        observe_client_info(observer->sink, payload);
    if (plain && !(flags & (SEC_LICENSE_PKT | SEC_AUTODETECT_RSP | SEC_INFO_PKT)))
        client_share(observer, payload);
    free(plain);
    return ending;
}

// A fast-path update that is encrypted moves the RC4 stream on (2.2.9.1.2); its content does not matter.
void observe_fast_path(struct observer *observer, struct bytes pdu)
{
    enum { FASTPATH_OUTPUT_ENCRYPTED = 0x80 };
    if (!observer->encryption.streams || pdu.size < 3 || !(pdu.data[0] & FASTPATH_OUTPUT_ENCRYPTED))
        return;
    size_t header = pdu.data[1] & 0x80 ? 3 : 2;
    struct bytes payload = {pdu.data + header, pdu.size - header};
    free(encryption_open(&observer->encryption, FROM_SERVER, &payload));
}
