// SPDX-License-Identifier: Apache-2.0
//
// The PDUs between a client and an upstream, each read on its way. libfreerdp's client takes TLS and CredSSP to the
// upstream; where it would send its own MCS Connect Initial, the client's goes instead, and all else follows here.
#include <freerdp/freerdp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"
#include "upstream.h"
#include "upstream_pdu.h"
#include "wire.h"

// One direction; both functions are libfreerdp's own, below the hooks.
struct side {
    rdpTransport *transport;
    const rdpTransportIo *io;
    wStream *stream; // a PDU that is being read
};

struct upstream_relay {
    struct connection *connection;
    const uint8_t *initial;
    size_t initial_length;
    rdpTransportIo io;
    bool connected; // TCPConnect was called: a second time would be another connection
    bool played;
    struct side client;
    struct side server;

    uint16_t channel; // I/O channel: the one on which Client Info went
    uint32_t share_id;
    bool info_seen;
    bool licensed;
    bool capable; // Demand Active has come
};

struct relay_context {
    rdpContext context;
    struct upstream_relay *relay;
};

static struct upstream_relay *relay_of(rdpContext *context)
{
    return ((struct relay_context *)context)->relay;
}

static struct lab_record *record_of(const struct upstream_relay *relay)
{
    return relay->connection->record;
}

static bool send_to(const struct side *side, const uint8_t *data, size_t length)
{
    wStream *stream = Stream_New(NULL, length);
    if (!stream)
        return false;
    Stream_Write(stream, data, length);
    Stream_SealLength(stream);
    const int written = side->io->WritePdu(side->transport, stream);
    Stream_Free(stream, TRUE);
    return written >= 0;
}

// User data on the I/O channel, NULL if a PDU is something else.
static const uint8_t *io_data(const struct upstream_relay *relay, const uint8_t *pdu, size_t length, size_t *size)
{
    uint16_t channel = 0;
    const size_t offset = wire_user_data(pdu, length, &channel);
    if (offset == 0 || channel != relay->channel)
        return NULL;
    *size = length - offset;
    return pdu + offset;
}

static void text_of(char field[LAB_TEXT_SIZE], const struct client_info_text *text, bool unicode)
{
    if (unicode)
        wire_set_utf16(field, LAB_TEXT_SIZE, text->data, text->size);
    else
        lab_record_text(field, LAB_TEXT_SIZE, (const char *)text->data, text->size);
}

static void read_info(struct upstream_relay *relay, const uint8_t *data, size_t size)
{
    struct client_info info;
    char user[LAB_TEXT_SIZE], domain[LAB_TEXT_SIZE], password[LAB_TEXT_SIZE];
    if (!client_info_read(data, size, &info))
        return;
    text_of(user, &info.user, info.unicode);
    text_of(domain, &info.domain, info.unicode);
    text_of(password, &info.password, info.unicode);
    connection_read_info(relay->connection, user, domain, password);
    memset(password, 0, sizeof(password));
}

// The client's answer to the license request. Whose licence it presents only the upstream knows.
static bool license_answered(struct upstream_relay *relay, enum lab_license answer)
{
    struct lab_facts *facts = &record_of(relay)->facts;
    if (lab_facts_known(facts, LAB_FACT_LICENSE))
        return true;
    facts->license = answer;
    lab_facts_learn(facts, LAB_FACT_LICENSE);
    return !deny(relay->connection, LAB_MOMENT_LICENSING, true);
}

// Reads the user data of a client's PDU on the I/O channel. Returns false if it is not to be passed on.
static bool on_client_data(struct upstream_relay *relay, const uint8_t *data, size_t size)
{
    struct connection *connection = relay->connection;
    uint32_t code = 0;
    if (!relay->licensed) {
        switch (licensing_message(data, size, &code)) {
        case LICENSING_INFO:
            return license_answered(relay, LAB_LICENSE_STORED);
        case LICENSING_NEW_REQUEST:
            return license_answered(relay, LAB_LICENSE_NEW);
        default:
            return true;
        }
    }
    if (relay->capable && !connection->activated && share_find(data, size, SHARE_CONFIRM_ACTIVE, 0, NULL)) {
        lab_record_reach(connection->record, LAB_PHASE_FINALIZE);
        return !connection_fault(connection, LAB_PHASE_FINALIZE);
    }
    return true;
}

static bool on_client_pdu(struct upstream_relay *relay, const uint8_t *pdu, size_t length)
{
    struct connection *connection = relay->connection;
    size_t size = 0;
    const uint8_t *data = NULL;
    switch (wire_mcs_type(pdu, length)) {
    case WIRE_MCS_ERECT_DOMAIN_REQUEST:
    case WIRE_MCS_ATTACH_USER_REQUEST:
    case WIRE_MCS_CHANNEL_JOIN_REQUEST:
        lab_record_reach(connection->record, LAB_PHASE_CHANNELS);
        return !connection_fault(connection, LAB_PHASE_CHANNELS);
    case WIRE_MCS_DISCONNECT_PROVIDER_ULTIMATUM:
        lab_record_end(connection->record, LAB_ENDED_CLIENT);
        return true;
    case WIRE_MCS_SEND_DATA_REQUEST:
        if (!relay->info_seen) {
            relay->info_seen = true;
            (void)wire_user_data(pdu, length, &relay->channel);
            lab_record_reach(connection->record, LAB_PHASE_INFO);
            data = io_data(relay, pdu, length, &size);
            if (data)
                read_info(relay, data, size);
            return !connection_fault(connection, LAB_PHASE_INFO);
        }
        data = io_data(relay, pdu, length, &size);
        return !data || on_client_data(relay, data, size);
    default:
        return true;
    }
}

// A licensing PDU of the upstream. Returns false if it is not to be passed on.
static bool on_licensing(struct upstream_relay *relay, enum licensing_message message, uint32_t code)
{
    struct connection *connection = relay->connection;
    struct lab_record *record = connection->record;
    if (record->reached < LAB_PHASE_LICENSING) {
        lab_record_reach(record, LAB_PHASE_LICENSING);
        if (deny(connection, LAB_MOMENT_LICENSING, false))
            return false;
    }
    switch (message) {
    case LICENSING_NEW_LICENSE:
    case LICENSING_UPGRADE_LICENSE:
        relay->licensed = true;
        return true;
    case LICENSING_ERROR_ALERT:
        if (code != LICENSING_STATUS_VALID_CLIENT) {
            record->license_alert_sent = code;
            return true;
        }
        relay->licensed = true;
        return license_answered(relay, LAB_LICENSE_NONE) && !connection_fault(connection, LAB_PHASE_LICENSING);
    default:
        return true;
    }
}

static bool on_server_pdu(struct upstream_relay *relay, const uint8_t *pdu, size_t length)
{
    struct connection *connection = relay->connection;
    const enum wire_mcs type = wire_mcs_type(pdu, length);
    uint32_t code = 0;
    size_t size = 0;
    if (type == WIRE_MCS_DISCONNECT_PROVIDER_ULTIMATUM)
        lab_record_end(connection->record, LAB_ENDED_SERVER);
    const uint8_t *data = type == WIRE_MCS_SEND_DATA_INDICATION ? io_data(relay, pdu, length, &size) : NULL;
    if (!data || !relay->info_seen)
        return true;
    if (!relay->licensed) {
        const enum licensing_message message = licensing_message(data, size, &code);
        return message == LICENSING_NONE || on_licensing(relay, message, code);
    }
    if (!relay->capable && share_find(data, size, SHARE_DEMAND_ACTIVE, 0, &relay->share_id)) {
        relay->capable = true;
        lab_record_reach(connection->record, LAB_PHASE_CAPABILITIES);
        return !deny(connection, LAB_MOMENT_CAPABILITIES, false) &&
               !connection_fault(connection, LAB_PHASE_CAPABILITIES);
    }
    return true;
}

// What is due once a PDU of the upstream has gone on to the client.
static void after_server_pdu(struct upstream_relay *relay, const uint8_t *pdu, size_t length)
{
    struct connection *connection = relay->connection;
    uint32_t code = 0;
    size_t size = 0;
    const uint8_t *data = io_data(relay, pdu, length, &size);
    if (!data)
        return;
    if (!relay->licensed && licensing_message(data, size, &code) == LICENSING_REQUEST) {
        connection_fault(connection, LAB_PHASE_LICENSING);
    } else if (relay->capable && !connection->activated &&
               share_find(data, size, SHARE_DATA, SHARE_DATA_FONT_MAP, NULL)) {
        connection->activated = true;
        connection->activated_ms = connection_now_ms();
        lab_record_reach(connection->record, LAB_PHASE_ACTIVE);
        if (!deny(connection, LAB_MOMENT_POST_CONNECT, false) && !deny(connection, LAB_MOMENT_ACTIVE, false))
            connection_fault(connection, LAB_PHASE_ACTIVE);
    }
}

// Reads the next PDU of a side: 1, 0 if it is not all there yet, -1 if there will be none.
static int receive_from(struct side *side, const uint8_t **pdu, size_t *length)
{
    Stream_SetLength(side->stream, Stream_Capacity(side->stream));
    const int status = side->io->ReadPdu(side->transport, side->stream);
    if (status <= 0)
        return status;
    *pdu = Stream_Buffer(side->stream);
    *length = (size_t)status;
    return 1;
}

static void emptied(struct side *side)
{
    Stream_SetPosition(side->stream, 0);
}

// What libfreerdp has passed on to the upstream's side and to the client's is read here until nothing is left: TLS may
// hold a PDU that no descriptor tells of. Returns false when the connection is over.
static bool pass_on(struct upstream_relay *relay)
{
    struct connection *connection = relay->connection;
    const uint8_t *pdu = NULL;
    size_t length = 0;
    int from_client = 1, from_server = 1;
    while (from_client > 0 || from_server > 0) {
        from_client = receive_from(&relay->client, &pdu, &length);
        if (from_client > 0) {
            if (on_client_pdu(relay, pdu, length) && !send_to(&relay->server, pdu, length))
                from_server = -1;
            emptied(&relay->client);
        }
        if (connection->over)
            return false;
        if (from_client < 0) {
            lab_record_end(connection->record, LAB_ENDED_CLIENT);
            return false;
        }
        if (from_server >= 0)
            from_server = receive_from(&relay->server, &pdu, &length);
        if (from_server > 0) {
            if (connect_response_encrypts(pdu, length)) {
                snprintf(record_of(relay)->upstream_error, sizeof(record_of(relay)->upstream_error),
                         "it encrypts rdp security, which the lab cannot read on its way");
                lab_record_end(connection->record, LAB_ENDED_SERVER);
                return false;
            }
            if (on_server_pdu(relay, pdu, length) && send_to(&relay->client, pdu, length) && !connection->over)
                after_server_pdu(relay, pdu, length);
            emptied(&relay->server);
        }
        if (connection->over)
            return false;
        if (from_server < 0) {
            lab_record_end(connection->record, LAB_ENDED_SERVER);
            return false;
        }
    }
    return true;
}

// MCS Disconnect Provider Ultimatum with reason rn-user-requested, [T.125] 7: the client has left, or been thrown out.
static const uint8_t farewell[] = {3, 0, 0, 9, 2, 0xF0, 0x80, 0x21, 0x80};

// Both sides are ready. Returns when the connection is over.
static void play(struct upstream_relay *relay)
{
    struct connection *connection = relay->connection;
    struct pollfd fds[] = {{.fd = connection->sockfd, .events = POLLIN},
                           {.fd = atomic_load(&connection->shim.upstream.socket), .events = POLLIN}};
    connection->relay = relay;
    if (!send_to(&relay->server, relay->initial, relay->initial_length))
        lab_record_end(connection->record, LAB_ENDED_SERVER);
    else
        while (pass_on(relay)) {
            poll(fds, 2, deny_wait_ms(connection));
            if (connection->activated && deny(connection, LAB_MOMENT_ACTIVE, false))
                break;
        }
    connection->relay = NULL;
    if (connection->record->ended != LAB_ENDED_SERVER)
        send_to(&relay->server, farewell, sizeof(farewell));
}

bool upstream_tell(struct connection *connection, uint32_t code)
{
    uint8_t pdu[SET_ERROR_INFO_SIZE];
    const struct upstream_relay *relay = connection->relay;
    set_error_info_write(pdu, relay->channel, relay->share_id, code);
    return connection_write(connection, pdu, sizeof(pdu));
}

static int on_connect(rdpContext *context, rdpSettings *settings, const char *host, int port, DWORD timeout)
{
    (void)host, (void)port;
    struct upstream_relay *relay = relay_of(context);
    if (relay->connected)
        return -1;
    relay->connected = true;
    // A host name of "|" hands libfreerdp a connected descriptor in place of the port.
    const int fd = dup(atomic_load(&relay->connection->shim.upstream.socket)); // libfreerdp closes what it is given
    return fd < 0 ? -1 : relay->io.TCPConnect(context, settings, "|", fd, timeout);
}

static int on_write(rdpTransport *transport, wStream *stream)
{
    struct upstream_relay *relay = relay_of(transport_get_context(transport));
    if (relay->played)
        return -1;
    if (wire_mcs_type(Stream_Buffer(stream), Stream_GetPosition(stream)) != WIRE_MCS_CONNECT_INITIAL)
        return relay->io.WritePdu(transport, stream);
    relay->played = true;
    relay->server.transport = transport;
    if (relay->io.SetBlockingMode(transport, FALSE))
        play(relay);
    return -1;
}

static BOOL on_authenticate(freerdp *instance, char **user, char **password, char **domain, rdp_auth_reason reason)
{
    (void)instance, (void)user, (void)password, (void)domain;
    return reason != AUTH_NLA; // for NLA all is there
}

static bool configure(rdpSettings *settings, const struct connection *connection)
{
    const struct lab_options *options = &connection->lab->options;
    const enum lab_security security = connection->record->facts.security;
    const bool nla = security == LAB_SECURITY_NLA;
    // Without negotiation libfreerdp begins behind it, with the one protocol that is left.
    return freerdp_settings_set_bool(settings, FreeRDP_NegotiateSecurityLayer, FALSE) &&
           freerdp_settings_set_bool(settings, FreeRDP_DeactivateClientDecoding, TRUE) && // nothing is decoded here
           freerdp_settings_set_bool(settings, FreeRDP_NlaSecurity, nla) &&
           freerdp_settings_set_bool(settings, FreeRDP_TlsSecurity, security == LAB_SECURITY_TLS) &&
           freerdp_settings_set_bool(settings, FreeRDP_RdpSecurity, security == LAB_SECURITY_RDP) &&
           freerdp_settings_set_bool(settings, FreeRDP_IgnoreCertificate, TRUE) &&
           freerdp_settings_set_uint16(settings, FreeRDP_TLSMinVersion, LAB_TLS_1_0) &&
           freerdp_settings_set_uint32(settings, FreeRDP_TlsSecLevel, 0) &&
           freerdp_settings_set_string(settings, FreeRDP_ServerHostname, "upstream") &&
           freerdp_settings_set_string(settings, FreeRDP_AuthenticationPackageList, "ntlm,!kerberos") &&
           freerdp_settings_set_bool(settings, FreeRDP_RestrictedAdminModeRequired,
                                     connection->record->facts.restricted_admin) &&
           (!nla || (freerdp_settings_set_string(settings, FreeRDP_Username, options->user) &&
                     freerdp_settings_set_string(settings, FreeRDP_Domain, options->domain) &&
                     freerdp_settings_set_string(settings, FreeRDP_Password, options->password)));
}

static void connect_upstream(struct upstream_relay *relay, freerdp *instance)
{
    struct lab_record *record = record_of(relay);
    rdpContext *context = instance->context;
    ((struct relay_context *)context)->relay = relay;
    relay->io = *freerdp_get_io_callbacks(context);
    rdpTransportIo hooked = relay->io;
    hooked.TCPConnect = on_connect;
    hooked.WritePdu = on_write;
    if (!configure(context->settings, relay->connection) || !freerdp_set_io_callbacks(context, &hooked))
        return;
    (void)freerdp_connect(instance); // comes back without success, for the hooks have done it all
    if (!relay->played)
        snprintf(record->upstream_error, sizeof(record->upstream_error), "%s",
                 freerdp_get_last_error_name(freerdp_get_last_error(context)));
}

void upstream_play(struct connection *connection, const uint8_t *initial, size_t length)
{
    struct upstream_relay relay = {.connection = connection, .initial = initial, .initial_length = length};
    relay.client =
        (struct side){freerdp_get_transport(connection->peer->context), &connection->io, Stream_New(NULL, 16384)};
    relay.server = (struct side){NULL, &relay.io, Stream_New(NULL, 16384)};
    freerdp *instance = freerdp_new();
    if (instance) {
        instance->ContextSize = sizeof(struct relay_context);
        instance->AuthenticateEx = on_authenticate;
        if (relay.client.stream && relay.server.stream && freerdp_context_new(instance))
            connect_upstream(&relay, instance);
    }
    lab_record_end(connection->record, LAB_ENDED_SERVER);
    connection_end(connection, (enum shim_ending)atomic_load(&connection->shim.ending));
}
