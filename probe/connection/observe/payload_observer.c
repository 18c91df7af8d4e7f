// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection/capture/capture.h"
#include "connection/observe/observe.h"
#include "connection/progress.h"
#include "protocol/autodetect.h"
#include "protocol/share.h"

enum {
    MAC_SIZE = 8, // MS-RDPBCGR 2.2.8.1.1.2.2
    SECURITY_HEADER = 4,
    RANDOM_SIZE = 32,
    REDIRECTION_PAD = 2 // before the packet, 2.2.13.3.1
};

// ---- RDP security's encryption ----

// Session keys exist once the client random was made; FreeRDP keeps both randoms in its settings.
static void follow_encryption(struct connection *connection)
{
    rdpSettings *settings = connection->context.settings;
    if (connection->rc4 || freerdp_settings_get_uint32(settings, FreeRDP_ServerRandomLength) != RANDOM_SIZE ||
        freerdp_settings_get_uint32(settings, FreeRDP_ClientRandomLength) != RANDOM_SIZE)
        return;
    connection->rc4 = standard_security_new(freerdp_settings_get_pointer(settings, FreeRDP_ClientRandom),
                                            freerdp_settings_get_pointer(settings, FreeRDP_ServerRandom),
                                            freerdp_settings_get_uint32(settings, FreeRDP_EncryptionMethods));
}

// Decrypts in place of the ciphertext: *payload then points to memory that the caller frees. NULL where it cannot be
// read.
static uint8_t *decrypt(struct connection *connection, enum standard_direction direction, struct bytes *payload)
{
    follow_encryption(connection);
    if (!connection->rc4 || payload->size < MAC_SIZE)
        return NULL;
    size_t size = payload->size - MAC_SIZE;
    uint8_t *plain = malloc(size ? size : 1);
    if (plain && !standard_security_decrypt(connection->rc4, direction, payload->data + MAC_SIZE, size, plain)) {
        free(plain);
        plain = NULL;
    }
    *payload = (struct bytes){plain, plain ? size : 0};
    return plain;
}

// ---- payloads on the I/O and message channels ----

void observe_autodetect(struct connection *connection, struct bytes data)
{
    struct autodetect message;

    if (!autodetect_parse(data.data, data.size, &message))
        return;
    if (message.has_base_rtt)
        event_fact(connection->sink, FACT_AUTODETECT_BASE_RTT, json_integer(message.base_rtt));
    if (message.has_average_rtt)
        event_fact(connection->sink, FACT_AUTODETECT_AVERAGE_RTT, json_integer(message.average_rtt));
    if (message.has_bandwidth)
        event_fact(connection->sink, FACT_AUTODETECT_BANDWIDTH, json_integer(message.bandwidth));
}

static void deactivated(struct connection *connection)
{
    event_fact(connection->sink, FACT_DEACTIVATE_PHASE, json_string(phase_name(connection->trace.phase)));
    event_fact(connection->sink, FACT_DEACTIVATE_AFTER, json_real(progress_since_sent(connection)));
}

static void status_info(struct connection *connection, uint32_t code)
{
    const struct code_row *row = status_info_row(code);
    char number[16];
    snprintf(number, sizeof number, "0x%X", code);
    event_append(connection->sink, FACT_STATUS_CODES, row ? row->name : number);
}

static void share(struct connection *connection, struct bytes payload, bool from_server)
{
    struct share_pdu pdu;
    size_t taken;

    while (share_parse(payload.data, payload.size, &pdu, &taken)) {
        payload.data += taken;
        payload.size -= taken;
        if (!from_server)
            continue;
        switch (pdu.type) {
        case SHARE_SET_ERROR_INFO:
            observe_error_info(connection, pdu.error_info);
            break;
        case SHARE_STATUS_INFO:
            status_info(connection, pdu.status);
            break;
        case SHARE_DEACTIVATE_ALL:
            deactivated(connection);
            break;
        case SHARE_REDIRECTION:
            if (pdu.size >= REDIRECTION_PAD)
                observe_redirection(connection, (struct bytes){pdu.body + REDIRECTION_PAD, pdu.size - REDIRECTION_PAD});
            break;
        case SHARE_DEMAND_ACTIVE:
            observe_capabilities(connection, (struct bytes){pdu.body, pdu.size});
            progress_begin(connection, PHASE_FINALIZE);
            break;
        case SHARE_FONT_MAP:
            progress_begin(connection, PHASE_ACTIVE);
            if (connection->trace.logged_on)
                progress_begin(connection, PHASE_LOGON);
            break;
        case SHARE_SAVE_SESSION_INFO:
            observe_session_info(connection, (struct bytes){pdu.body, pdu.size});
            break;
        default:
            break;
        }
    }
}

void observe_server_payload(struct connection *connection, struct bytes payload)
{
    bool headers_always = connection->security_headers;
    uint16_t flags = 0;
    uint8_t *plain = NULL;

    if (!headers_always && share_starts(payload.data, payload.size)) {
        share(connection, payload, true);
        return;
    }
    if (!security_flags(payload.data, payload.size, &flags))
        return;
    payload.data += SECURITY_HEADER;
    payload.size -= SECURITY_HEADER;
    if (flags & SEC_ENCRYPT) {
        plain = decrypt(connection, FROM_SERVER, &payload);
        capture_decrypted(connection, false, flags, (struct bytes){plain, plain ? payload.size : 0});
        if (!plain)
            return;
    }
    if (flags & SEC_LICENSE_PKT)
        observe_licensing(connection, payload);
    else if (flags & SEC_REDIRECTION_PKT)
        observe_redirection(connection, payload);
    else if (flags & SEC_AUTODETECT_REQ)
        observe_autodetect(connection, payload);
    else if (!(flags & SEC_TRANSPORT_REQ))
        share(connection, payload, true);
    free(plain);
}

// Returns whether Client Info is in it.
bool observe_client_payload(struct connection *connection, struct bytes payload)
{
    uint16_t flags = 0;
    uint8_t *plain = NULL;

    if (!connection->security_headers && share_starts(payload.data, payload.size)) {
        share(connection, payload, false);
        return false;
    }
    if (!security_flags(payload.data, payload.size, &flags))
        return false;
    payload.data += SECURITY_HEADER;
    payload.size -= SECURITY_HEADER;
    if (flags & SEC_EXCHANGE_PKT) {
        connection->security_headers = true; // Standard RDP Security with encryption: a header on everything from here
        progress_begin(connection, PHASE_INFO);
        return false;
    }
    if (flags & SEC_ENCRYPT) {
        plain = decrypt(connection, FROM_CLIENT, &payload);
        capture_decrypted(connection, true, flags, (struct bytes){plain, plain ? payload.size : 0});
        if (!plain)
            return flags & SEC_INFO_PKT;
    }
    if (flags & SEC_LICENSE_PKT)
        observe_licensing(connection, payload);
    if (flags & SEC_AUTODETECT_RSP)
        observe_autodetect(connection, payload);
    if (flags & SEC_INFO_PKT)
        observe_client_info(connection, payload);
    free(plain);
    return flags & SEC_INFO_PKT;
}

// A fast-path update that is encrypted moves the RC4 stream on (2.2.9.1.2); its content does not matter.
void observe_fast_path(struct connection *connection, struct bytes pdu)
{
    enum { FASTPATH_OUTPUT_ENCRYPTED = 0x80 };
    if (!connection->rc4 || pdu.size < 3 || !(pdu.data[0] & FASTPATH_OUTPUT_ENCRYPTED))
        return;
    size_t header = pdu.data[1] & 0x80 ? 3 : 2;
    struct bytes payload = {pdu.data + header, pdu.size - header};
    free(decrypt(connection, FROM_SERVER, &payload));
}
