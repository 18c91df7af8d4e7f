// SPDX-License-Identifier: Apache-2.0
//
// The licensing phase of a connection: license.h's exchange carried in MCS, and the rules and faults that belong here.
//
// libfreerdp's server only says "valid client". The lab plays its own exchange before that and swallows libfreerdp's
// answer (see peer.c). Its licensing PDUs are never encrypted, which Standard RDP Security leaves to the sender; the
// client's may be, and client_reader.h reads those.
#include <stdio.h>
#include <string.h>
#include <winpr/synch.h>

#include "peer.h"
#include "wire.h"

enum { TPKT_SIZE = 4, X224_SIZE = 3, MCS_SIZE = 8, SECURITY_SIZE = 4, HEADERS_SIZE = 19 };

_Static_assert(HEADERS_SIZE == TPKT_SIZE + X224_SIZE + MCS_SIZE + SECURITY_SIZE, "the headers before a licensing PDU");

static bool send_pdu(void *context, const uint8_t *pdu, size_t size)
{
    struct connection *connection = context;
    static uint8_t packet[HEADERS_SIZE + LICENSE_PDU_MAX];
    const size_t total = HEADERS_SIZE + size;
    const size_t data = SECURITY_SIZE + size;
    if (total > UINT16_MAX || data > 0x3FFF) // a PER length has 14 bits
        return false;
    const uint8_t headers[HEADERS_SIZE] = {3, 0, (uint8_t)(total >> 8), (uint8_t)total, 2, 0xF0, 0x80,
                                           // SendDataIndication of the server channel (1002) to the global one (1003)
                                           WIRE_MCS_SEND_DATA_INDICATION << 2, 0, 1, WIRE_MCS_GLOBAL_CHANNEL >> 8,
                                           WIRE_MCS_GLOBAL_CHANNEL & 0xFF, 0x70, (uint8_t)(0x80 | data >> 8),
                                           (uint8_t)data, WIRE_SEC_LICENSE_PKT, 0, 0, 0};
    memcpy(packet, headers, sizeof(headers));
    memcpy(packet + sizeof(headers), pdu, size);
    if (!connection_write(connection, packet, total))
        return false;
    // "licensing" faults strike behind the licence request, which is the first PDU of an exchange.
    return !connection_fault(connection, LAB_PHASE_LICENSING);
}

// Waits until libfreerdp's transport may have something to read.
static bool wait_for_client(struct connection *connection)
{
    HANDLE events[32] = {0};
    const DWORD count = connection->peer->GetEventHandles(connection->peer, events, ARRAYSIZE(events));
    // With TLS a whole PDU may be buffered while no handle says so.
    return count > 0 && WaitForMultipleObjects(count, events, FALSE, 20) != WAIT_FAILED;
}

// The licensing PDU in what the client sent, decrypted in place: its size in *size; NULL if it is something else.
static const uint8_t *licensing_pdu(struct connection *connection, uint8_t *packet, size_t length, size_t *size)
{
    uint16_t channel = 0;
    const size_t offset = wire_user_data(packet, length, &channel);
    if (offset == 0 || channel != WIRE_MCS_GLOBAL_CHANNEL || length < offset + SECURITY_SIZE)
        return NULL;
    const unsigned flags = packet[offset] | packet[offset + 1] << 8;
    size_t header = SECURITY_SIZE;
    if (flags & WIRE_SEC_ENCRYPT) {
        if (!client_reader_keep(&connection->reader, packet, length))
            return NULL;
        header = client_reader_decrypt(&connection->reader, connection->peer->context->settings, packet + offset,
                                       length - offset);
    }
    if (!(flags & WIRE_SEC_LICENSE_PKT) || header == 0)
        return NULL;
    *size = length - offset - header;
    return packet + offset + header;
}

static ssize_t receive_pdu(void *context, uint8_t *pdu, size_t room)
{
    struct connection *connection = context;
    rdpTransport *transport = freerdp_get_transport(connection->peer->context);
    ssize_t result = -1;
    wStream *stream = Stream_New(NULL, 4096);
    while (stream && !connection->over) {
        const int length = connection->io.ReadPdu(transport, stream);
        if (length < 0 || (length == 0 && !wait_for_client(connection)))
            break;
        if (length == 0)
            continue;
        size_t size = 0;
        const uint8_t *data = licensing_pdu(connection, Stream_Buffer(stream), (size_t)length, &size);
        if (wire_mcs_type(Stream_Buffer(stream), (size_t)length) == WIRE_MCS_DISCONNECT_PROVIDER_ULTIMATUM)
            break;
        if (data && size <= room) {
            memcpy(pdu, data, size);
            result = (ssize_t)size;
            break;
        }
        Stream_SetPosition(stream, 0);
        Stream_SetLength(stream, Stream_Capacity(stream));
    }
    Stream_Free(stream, TRUE);
    return result;
}

static bool answered(void *context, const struct license_report *report)
{
    struct connection *connection = context;
    struct lab_record *record = connection->record;
    record->facts.license = report->answer;
    lab_facts_learn(&record->facts, LAB_FACT_LICENSE);
    snprintf(record->license_presented, sizeof(record->license_presented), "%s", report->presented_id);
    return !deny(connection, LAB_MOMENT_LICENSING, true);
}

static bool send_alert(struct connection *connection, uint32_t code, uint32_t transition)
{
    uint8_t pdu[LICENSE_ALERT_SIZE];
    license_write_alert(pdu, code, transition);
    return send_pdu(connection, pdu, sizeof(pdu));
}

static bool exchange(struct connection *connection)
{
    const struct lab_options *options = &connection->lab->options;
    struct lab_record *record = connection->record;
    const struct license_io io = {connection, send_pdu, receive_pdu, answered,
                                  options->licensing == LAB_LICENSING_ACCEPT_ONLY};
    struct license_report report;
    const enum license_end end = license_exchange(connection->lab->license, &io, &report);
    snprintf(record->license_issued, sizeof(record->license_issued), "%s", report.issued_id);
    record->license_alert_sent = report.alert_sent;
    if (connection->over)
        return false;
    switch (end) {
    case LICENSE_END_GRANTED:
        connection->valid_client_sent = true;
        return true;
    case LICENSE_END_CLIENT_ALERT:
    case LICENSE_END_CLOSED:
        lab_record_end(record, atomic_load(&connection->shim.client_gone) ? LAB_ENDED_CLIENT : LAB_ENDED_SERVER);
        break;
    case LICENSE_END_DENIED:
    case LICENSE_END_REFUSED:
    case LICENSE_END_ERROR:
        lab_record_end(record, LAB_ENDED_SERVER);
        break;
    }
    connection_end(connection, SHIM_CLOSE);
    return false;
}

bool licensing_play(struct connection *connection)
{
    const struct lab_options *options = &connection->lab->options;
    struct lab_record *record = connection->record;
    if (deny(connection, LAB_MOMENT_LICENSING, false))
        return false;
    if (options->license_alert) {
        record->license_alert_sent = options->license_alert_code;
        lab_record_end(record, LAB_ENDED_SERVER);
        send_alert(connection, options->license_alert_code, options->license_alert_transition);
        connection_end(connection, SHIM_CLOSE);
        return false;
    }
    if (options->licensing != LAB_LICENSING_OFF)
        return exchange(connection);

    record->facts.license = LAB_LICENSE_NONE;
    lab_facts_learn(&record->facts, LAB_FACT_LICENSE);
    if (deny(connection, LAB_MOMENT_LICENSING, true))
        return false;
    return !connection_fault(connection, LAB_PHASE_LICENSING);
}
