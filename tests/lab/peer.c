// SPDX-License-Identifier: Apache-2.0
#include "peer.h"

#include <freerdp/crypto/certificate.h>
#include <freerdp/crypto/privatekey.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <winpr/ssl.h>
#include <winpr/synch.h>
#include <winpr/wlog.h>

#include "ntlm_hash.h"
#include "server_clock.h"
#include "wire.h"

// [MS-ERREF] 2.3.1 STATUS_LOGON_FAILURE
#define STATUS_LOGON_FAILURE_CODE UINT32_C(0xC000006D)

// The end of a TSRequest with errorCode, [MS-CSSP] 2.2.1: [4] INTEGER of four bytes
static const uint8_t error_code_head[] = {0xA4, 6, 2, 4};
enum { ERROR_CODE_SIZE = 8 };

int64_t connection_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct connection *connection_of(rdpContext *context)
{
    return ((struct connection_context *)context)->connection;
}

void connection_end(struct connection *connection, enum shim_ending ending)
{
    atomic_store(&connection->shim.ending, (int)ending);
    connection->over = true;
}

bool connection_write(struct connection *connection, const uint8_t *data, size_t length)
{
    wStream *stream = Stream_New(NULL, length);
    if (!stream)
        return false;
    Stream_Write(stream, data, length);
    Stream_SealLength(stream);
    const int written = connection->io.WritePdu(freerdp_get_transport(connection->peer->context), stream);
    Stream_Free(stream, TRUE);
    return written >= 0;
}

bool connection_fault(struct connection *connection, enum lab_phase phase)
{
    const struct lab_options *options = &connection->lab->options;
    struct lab_record *record = connection->record;
    if (connection->over || !fault_strikes(options, record, phase))
        return connection->over;
    fault_note(options, record);
    uint8_t garbage[FAULT_GARBAGE_SIZE];
    switch (options->fault_kind) {
    case LAB_FAULT_CLOSE:
        connection_end(connection, SHIM_CLOSE);
        break;
    case LAB_FAULT_RST:
        connection_end(connection, SHIM_RST);
        break;
    case LAB_FAULT_HANG:
        connection_end(connection, SHIM_HANG);
        break;
    case LAB_FAULT_GARBAGE:
        fault_garbage(options, record, garbage);
        connection_write(connection, garbage, sizeof(garbage));
        connection_end(connection, SHIM_LINGER);
        break;
    case LAB_FAULT_SLOW:
        atomic_store(&connection->shim.slow, true);
        break;
    case LAB_FAULT_NONE:
        break;
    }
    return connection->over;
}

static void refuse_logon(struct connection *connection, uint32_t status)
{
    struct lab_record *record = connection->record;
    record->authenticated_known = true;
    record->authenticated = false;
    record->ntstatus_sent = true;
    record->ntstatus = status;
    lab_record_end(record, LAB_ENDED_SERVER);
}

// Answers an AUTHENTICATE with a TSRequest that holds nothing but an errorCode.
static void send_ntstatus(struct connection *connection, uint32_t status)
{
    const int own = connection->lab->options.credssp_version;
    const uint8_t version = own ? (uint8_t)own : (uint8_t)connection->record->credssp_version;
    uint8_t request[] = {0x30, 13, 0xA0, 3, 2, 1, version, 0xA4, 6, 2, 4, 0, 0, 0, 0};
    for (int i = 0; i < 4; i++)
        request[11 + i] = (uint8_t)(status >> (24 - 8 * i));
    refuse_logon(connection, status);
    connection_write(connection, request, sizeof(request));
    connection_end(connection, SHIM_CLOSE);
}

// Ends NLA with what early user authorization says ([MS-RDPBCGR] 2.2.10.2), below CredSSP.
static void send_authorization(struct connection *connection)
{
    struct lab_record *record = connection->record;
    const uint32_t result = connection->lab->options.authorization;
    const uint8_t pdu[] = {(uint8_t)result, (uint8_t)(result >> 8), (uint8_t)(result >> 16), (uint8_t)(result >> 24)};
    record->authorization_sent = true;
    record->authorization = result;
    connection_write(connection, pdu, sizeof(pdu));
    if (result == 0)
        return;
    lab_record_end(record, LAB_ENDED_SERVER);
    connection_end(connection, SHIM_CLOSE);
}

static void on_tsrequest(struct connection *connection, uint8_t *data, size_t length)
{
    const struct lab_options *options = &connection->lab->options;
    lab_record_reach(connection->record, LAB_PHASE_NLA);
    const bool authenticate = wire_read_tsrequest(data, length, connection->record);
    if ((authenticate || !options->fault_at_authenticate) && connection_fault(connection, LAB_PHASE_NLA))
        return;
    if (authenticate && options->ntstatus)
        send_ntstatus(connection, options->ntstatus);
    if (connection->record->hybrid_ex && wire_has_auth_info(data, length))
        send_authorization(connection);
    // Which way the public key is confirmed depends on the lower version: libfreerdp must believe it is the client's.
    if (options->credssp_version)
        wire_set_credssp_version(data, length, (uint8_t)options->credssp_version);
    server_clock_skew(options->clock_skew_ns); // until the answer is written
}

// Lets the reader see what the client encrypts before licensing; libfreerdp decrypts it for itself.
static void read_along(struct connection *connection, const uint8_t *data, size_t length)
{
    uint8_t *copy = malloc(length);
    if (copy) {
        memcpy(copy, data, length);
        (void)client_reader_decrypt(&connection->reader, connection->peer->context->settings, copy, length);
    }
    free(copy);
}

static void on_send_data(struct connection *connection, uint8_t *data, size_t length)
{
    uint16_t channel = 0;
    const size_t offset = wire_user_data(data, length, &channel);
    if (offset && !connection->encrypted)
        wire_read_client_data(data + offset, length - offset, connection->record);
    if (connection->info_seen) {
        // Client Info is the first PDU of the RC4 stream that licensing goes on with.
        if (!connection->licensed && offset)
            read_along(connection, data + offset, length - offset);
        return;
    }
    connection->info_seen = true;
    lab_record_reach(connection->record, LAB_PHASE_INFO);
    if (connection_fault(connection, LAB_PHASE_INFO))
        return;
    // A client that understands encrypted licensing PDUs says so in its Security Exchange PDU ([MS-RDPBCGR] 2.2.1.10).
    // Taken out here: else libfreerdp would encrypt its "valid client", which this lab may swallow, and the client's
    // RC4 state would no longer match.
    connection->encrypted = offset && length >= offset + 4 && (data[offset] & WIRE_SEC_EXCHANGE_PKT);
    if (connection->encrypted)
        data[offset + 1] &= (uint8_t)~(WIRE_SEC_LICENSE_ENCRYPT_SC >> 8);
}

// Looks at each PDU before libfreerdp does. Under RDP security what follows the security exchange is still encrypted.
static int on_read(rdpTransport *transport, wStream *stream)
{
    struct connection *connection = connection_of(transport_get_context(transport));
    if (connection->over)
        return -1;
    // libfreerdp is past its licensing phase as soon as it waits for the client again.
    const int replayed = connection->licensed ? client_reader_replay(&connection->reader, stream) : 0;
    if (replayed)
        return replayed;
    const int status = connection->io.ReadPdu(transport, stream);
    if (status <= 0)
        return status;
    connection->read_ms = session_clock_ms();
    uint8_t *data = Stream_Buffer(stream);
    const size_t length = (size_t)status;
    if (data[0] == 0x30) {
        on_tsrequest(connection, data, length);
    } else {
        switch (wire_mcs_type(data, length)) {
        case WIRE_MCS_CONNECT_INITIAL:
            lab_record_reach(connection->record, LAB_PHASE_MCS);
            wire_read_connect_initial(data, length, connection->record);
            if (connection->record->hybrid_ex) // of which libfreerdp knows nothing
                wire_set_selected(data, length, WIRE_PROTOCOL_HYBRID);
            if (!connection_fault(connection, LAB_PHASE_MCS) && connection->lab->options.upstream)
                upstream_play(connection, data, length);
            break;
        case WIRE_MCS_ERECT_DOMAIN_REQUEST:
        case WIRE_MCS_ATTACH_USER_REQUEST:
        case WIRE_MCS_CHANNEL_JOIN_REQUEST:
            lab_record_reach(connection->record, LAB_PHASE_CHANNELS);
            connection_fault(connection, LAB_PHASE_CHANNELS);
            break;
        case WIRE_MCS_SEND_DATA_REQUEST:
            on_send_data(connection, data, length);
            break;
        default:
            break;
        }
    }
    return connection->over ? -1 : status;
}

// libfreerdp turns a failed logon into an errorCode of its own making; Windows says STATUS_LOGON_FAILURE.
static void correct_error_code(struct connection *connection, uint8_t *data, size_t length)
{
    if (length < ERROR_CODE_SIZE ||
        memcmp(data + length - ERROR_CODE_SIZE, error_code_head, sizeof(error_code_head)) != 0)
        return;
    for (int i = 0; i < 4; i++)
        data[length - 4 + (size_t)i] = (uint8_t)(STATUS_LOGON_FAILURE_CODE >> (24 - 8 * i));
    refuse_logon(connection, STATUS_LOGON_FAILURE_CODE);
}

// Sets the result of an MCS Connect Response, [T.125] 7: BER application 102 with an ENUMERATED first.
static bool set_mcs_result(uint8_t *data, size_t length, int result)
{
    if (length < 16 || data[7] != 0x7F || data[8] != 0x66)
        return false;
    const size_t value = 10 + (data[9] & 0x80 ? data[9] & 0x7F : 0);
    if (length < value + 3 || data[value] != 0x0A)
        return false;
    data[value + 2] = (uint8_t)result;
    return true;
}

static bool is_licensing(const uint8_t *data, size_t length)
{
    uint16_t channel = 0;
    const size_t offset = wire_user_data(data, length, &channel);
    return offset && channel == WIRE_MCS_GLOBAL_CHANNEL && length > offset && (data[offset] & WIRE_SEC_LICENSE_PKT);
}

static int on_write(rdpTransport *transport, wStream *stream)
{
    struct connection *connection = connection_of(transport_get_context(transport));
    const struct lab_options *options = &connection->lab->options;
    uint8_t *data = Stream_Buffer(stream);
    const size_t length = Stream_GetPosition(stream);
    if (connection->over)
        return -1;
    if (length && data[0] == 0x30) {
        server_clock_skew(0);
        correct_error_code(connection, data, length);
        if (options->credssp_version)
            wire_set_credssp_version(data, length, (uint8_t)options->credssp_version);
    }
    if (connection->valid_client_sent && !connection->activated && is_licensing(data, length))
        return (int)length;
    if (options->mcs_result >= 0 && set_mcs_result(data, length, options->mcs_result)) {
        lab_record_end(connection->record, LAB_ENDED_SERVER);
        const int written = connection->io.WritePdu(transport, stream);
        connection_end(connection, SHIM_CLOSE);
        return written;
    }
    return connection->io.WritePdu(transport, stream);
}

// Whether the client's name is the account's: NAME with a domain of its own, or NAME@DOMAIN
static bool account_matches(const struct lab_options *options, const char *user, const char *domain)
{
    const char *at = strchr(user, '@');
    const size_t length = at ? (size_t)(at - user) : strlen(user);
    if (!options->user || length != strlen(options->user) || strncasecmp(user, options->user, length) != 0)
        return false;
    if (!options->domain)
        return true;
    return strcasecmp(at ? at + 1 : domain, options->domain) == 0;
}

// libfreerdp asks for the NTOWFv2 of the account.
static SECURITY_STATUS on_ntlm(void *argument, const SEC_WINNT_AUTH_IDENTITY *identity, const SecBuffer *proof,
                               const BYTE *random_key, const BYTE *mic, const SecBuffer *mic_value, BYTE *hash)
{
    (void)proof, (void)random_key, (void)mic, (void)mic_value;
    struct connection *connection = connection_of(((freerdp_peer *)argument)->context);
    const struct lab_options *options = &connection->lab->options;
    const struct lab_facts *facts = &connection->record->facts;
    if (!account_matches(options, facts->user, facts->domain))
        return NTLM_NO_ACCOUNT;
    return ntlm_hash(identity, options->password, hash);
}

static BOOL on_logon(freerdp_peer *peer, const SEC_WINNT_AUTH_IDENTITY *identity, BOOL automatic)
{
    (void)identity;
    struct lab_record *record = connection_of(peer->context)->record;
    if (automatic) { // CredSSP has succeeded
        record->authenticated_known = true;
        record->authenticated = true;
    }
    return TRUE;
}

static void learn_text(struct lab_facts *facts, enum lab_fact fact, char *field, const char *text)
{
    if (!text)
        text = "";
    if (lab_facts_known(facts, fact) && field[0]) // NLA has told it
        return;
    lab_record_text(field, LAB_TEXT_SIZE, text, strlen(text));
    lab_facts_learn(facts, fact);
}

void connection_read_info(struct connection *connection, const char *user, const char *domain, const char *password)
{
    const struct lab_options *options = &connection->lab->options;
    struct lab_record *record = connection->record;
    learn_text(&record->facts, LAB_FACT_USER, record->facts.user, user);
    learn_text(&record->facts, LAB_FACT_DOMAIN, record->facts.domain, domain);
    record->info_known = true;
    record->info_password = password && password[0];
    if (record->facts.security != LAB_SECURITY_NLA && options->user) {
        record->authenticated_known = true;
        record->authenticated = account_matches(options, user ? user : "", domain ? domain : "") && password &&
                                strcmp(password, options->password) == 0;
    }
}

// libfreerdp has read the Client Info PDU, and decrypted it under RDP security.
static void read_client_info(struct connection *connection)
{
    const rdpSettings *settings = connection->peer->context->settings;
    connection_read_info(connection, freerdp_settings_get_string(settings, FreeRDP_Username),
                         freerdp_settings_get_string(settings, FreeRDP_Domain),
                         freerdp_settings_get_string(settings, FreeRDP_Password));
}

// Called before libfreerdp handles a PDU, or goes on by itself, in `state`.
static BOOL on_state(freerdp_peer *peer, CONNECTION_STATE state)
{
    struct connection *connection = connection_of(peer->context);
    rdpSettings *settings = peer->context->settings;
    if (connection->over)
        return FALSE;
    if (state == CONNECTION_STATE_SECURE_SETTINGS_EXCHANGE) {
        // What Client Info does not bring must not be left over from NLA.
        (void)freerdp_settings_set_string(settings, FreeRDP_Username, NULL);
        (void)freerdp_settings_set_string(settings, FreeRDP_Domain, NULL);
        (void)freerdp_settings_set_string(settings, FreeRDP_Password, NULL);
    } else if (state == CONNECTION_STATE_MCS_CREATE_REQUEST && !connection->lab->options.upstream) {
        // The shim took HYBRID_EX from the request; a server echoes what was asked for.
        (void)freerdp_settings_set_uint32(settings, FreeRDP_RequestedProtocols, connection->record->requested);
    } else if (state == CONNECTION_STATE_LICENSING && !connection->licensed) {
        connection->licensed = true;
        read_client_info(connection);
        lab_record_reach(connection->record, LAB_PHASE_LICENSING);
        return licensing_play(connection);
    }
    return TRUE;
}

static BOOL on_capabilities(freerdp_peer *peer)
{
    struct connection *connection = connection_of(peer->context);
    if (connection->reactivated)
        return TRUE;
    lab_record_reach(connection->record, LAB_PHASE_CAPABILITIES);
    session_tell_status(connection);
    return !deny(connection, LAB_MOMENT_CAPABILITIES, false) && !connection_fault(connection, LAB_PHASE_CAPABILITIES) &&
           !redirect(connection, LAB_MOMENT_CAPABILITIES);
}

static BOOL on_client_capabilities(freerdp_peer *peer)
{
    struct connection *connection = connection_of(peer->context);
    lab_record_reach(connection->record, LAB_PHASE_FINALIZE);
    return !connection_fault(connection, LAB_PHASE_FINALIZE);
}

static BOOL on_post_connect(freerdp_peer *peer)
{
    struct connection *connection = connection_of(peer->context);
    lab_record_reach(connection->record, LAB_PHASE_ACTIVE); // the Font Map PDU has been sent
    return !deny(connection, LAB_MOMENT_POST_CONNECT, false);
}

// What comes on a virtual channel, or is replayed as if it did, is of no interest.
static BOOL on_channel_data(freerdp_peer *peer, UINT16 channel, const BYTE *data, size_t size, UINT32 flags,
                            size_t total)
{
    (void)peer, (void)channel, (void)data, (void)size, (void)flags, (void)total;
    return TRUE;
}

static BOOL on_activate(freerdp_peer *peer)
{
    struct connection *connection = connection_of(peer->context);
    if (connection->reactivated)
        return TRUE;
    connection->activated = true;
    connection->activated_ms = connection_now_ms();
    if (deny(connection, LAB_MOMENT_ACTIVE, false) || connection_fault(connection, LAB_PHASE_ACTIVE) ||
        redirect(connection, LAB_MOMENT_ACTIVE))
        return FALSE;
    session_begin(connection);
    return TRUE;
}

static bool set_certificate(rdpSettings *settings, const struct lab_certificate *certificate)
{
    rdpCertificate *parsed = freerdp_certificate_new_from_pem(certificate->certificate);
    rdpPrivateKey *key = freerdp_key_new_from_pem(certificate->key);
    return parsed && key && freerdp_settings_set_pointer_len(settings, FreeRDP_RdpServerCertificate, parsed, 1) &&
           freerdp_settings_set_pointer_len(settings, FreeRDP_RdpServerRsaKey, key, 1);
}

static bool configure(rdpSettings *settings, const struct lab_options *options)
{
    return freerdp_settings_set_bool(settings, FreeRDP_NlaSecurity, options->accept[LAB_SECURITY_NLA]) &&
           freerdp_settings_set_bool(settings, FreeRDP_TlsSecurity, options->accept[LAB_SECURITY_TLS]) &&
           freerdp_settings_set_bool(settings, FreeRDP_RdpSecurity, options->accept[LAB_SECURITY_RDP]) &&
           freerdp_settings_set_bool(settings, FreeRDP_UseRdpSecurityLayer, FALSE) &&
           freerdp_settings_set_uint32(settings, FreeRDP_EncryptionLevel, options->encryption_level) &&
           freerdp_settings_set_uint16(settings, FreeRDP_TLSMinVersion, (UINT16)options->tls_min) &&
           freerdp_settings_set_uint16(settings, FreeRDP_TLSMaxVersion, (UINT16)options->tls_max) &&
           freerdp_settings_set_uint32(settings, FreeRDP_TlsSecLevel, 0) && // TLS 1.0 and 1.1 need SHA-1
           (!options->ciphers || freerdp_settings_set_string(settings, FreeRDP_AllowedTlsCiphers, options->ciphers)) &&
           freerdp_settings_set_bool(settings, FreeRDP_NetworkAutoDetect, options->network) &&
           freerdp_settings_set_bool(settings, FreeRDP_SupportMultitransport, FALSE) &&
           freerdp_settings_set_bool(settings, FreeRDP_SupportGraphicsPipeline, FALSE) &&
           freerdp_settings_set_uint32(settings, FreeRDP_ColorDepth, 32);
}

static bool create(struct connection *connection)
{
    const struct lab_options *options = &connection->lab->options;
    freerdp_peer *peer = freerdp_peer_new(connection->sockfd);
    if (!peer)
        return false;
    connection->peer = peer;
    peer->ContextSize = sizeof(struct connection_context);
    if (!freerdp_peer_context_new(peer))
        return false;
    ((struct connection_context *)peer->context)->connection = connection;

    rdpSettings *settings = peer->context->settings;
    if (!set_certificate(settings, &connection->lab->certificate) || !configure(settings, options))
        return false;
    peer->SspiNtlmHashCallback = on_ntlm;
    peer->Logon = on_logon;
    peer->ReachedState = on_state;
    peer->Capabilities = on_capabilities;
    peer->ClientCapabilities = on_client_capabilities;
    peer->PostConnect = on_post_connect;
    peer->Activate = on_activate;
    peer->VirtualChannelRead = NULL; // else only channels that exist would be accepted
    peer->ReceiveChannelData = on_channel_data;
    // A "local" peer gets no encryption under RDP security, and a socket pair counts as local.
    peer->local = options->encryption_level == ENCRYPTION_LEVEL_NONE;

    const rdpTransportIo *io = freerdp_get_io_callbacks(peer->context);
    if (!io)
        return false;
    connection->io = *io;
    rdpTransportIo hooked = *io;
    hooked.ReadPdu = on_read;
    hooked.WritePdu = on_write;
    network_configure(connection);
    return freerdp_set_io_callbacks(peer->context, &hooked) && peer->Initialize(peer);
}

static void loop(struct connection *connection)
{
    freerdp_peer *peer = connection->peer;
    while (!connection->over) {
        HANDLE events[32] = {0};
        const DWORD count = peer->GetEventHandles(peer, events, ARRAYSIZE(events));
        if (count == 0)
            return;
        const int rule_ms = deny_wait_ms(connection), session_ms = session_wait_ms(connection);
        const int wait_ms = rule_ms < 0 || (session_ms >= 0 && session_ms < rule_ms) ? session_ms : rule_ms;
        if (WaitForMultipleObjects(count, events, FALSE, wait_ms < 0 ? INFINITE : (DWORD)wait_ms) == WAIT_FAILED)
            return;
        if (!peer->CheckFileDescriptor(peer))
            return;
        if (connection->activated && deny(connection, LAB_MOMENT_ACTIVE, false))
            return;
        session_go_on(connection);
    }
}

// Whether it was the client that went. libfreerdp ends at a client's disconnect request or TLS close_notify already, a
// moment before the client closes its socket.
static bool client_left(const struct connection *connection)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    for (int i = 0; i < 20 && !atomic_load(&connection->shim.client_gone); i++)
        nanosleep(&moment, NULL);
    return atomic_load(&connection->shim.client_gone);
}

void peer_initialize(bool verbose)
{
    wLog *root = WLog_GetRoot();
    if (verbose) {
        (void)WLog_SetLogAppenderType(root, WLOG_APPENDER_CONSOLE);
        (void)WLog_ConfigureAppender(WLog_GetLogAppender(root), "outputstream", (void *)"stderr");
    } else {
        (void)WLog_SetLogLevel(root, WLOG_OFF);
    }
    winpr_InitializeSSL(WINPR_SSL_INIT_DEFAULT); // loads OpenSSL's legacy provider for MD4 and RC4
}

void peer_serve(const struct lab *lab, struct lab_record *record, int client)
{
    static struct connection connection; // the relay's thread uses it until the process ends
    int pair[2];
    connection.lab = lab;
    connection.record = record;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return;
    connection.sockfd = pair[1];
    if (!shim_start(&connection.shim, &lab->options, record, client, pair[0]))
        return;
    if (create(&connection))
        loop(&connection);
    if (record->ended == LAB_ENDED_UNKNOWN)
        lab_record_end(record, client_left(&connection) ? LAB_ENDED_CLIENT : LAB_ENDED_SERVER);
    if (record->ended == LAB_ENDED_DENIED)
        connection.peer->Disconnect(connection.peer); // with TLS's close_notify
    shutdown(pair[1], SHUT_RDWR);
    shim_join(&connection.shim);
    upstream_leave(&connection.shim.upstream);
}
