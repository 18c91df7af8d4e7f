// SPDX-License-Identifier: Apache-2.0
#include "connection/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "connection/licensing.h"
#include "connection/mcs.h"
#include "connection/progress.h"
#include "connection/share.h"
#include "connection/socket.h"
#include "connection/tsrequest.h"
#include "knowledge/codes.h"

enum {
    NTLM_AUTHENTICATE = 3,
    DER_SEQUENCE = 0x30,
    MAC_SIZE = 8, // MS-RDPBCGR 2.2.8.1.1.2.2
    SECURITY_HEADER = 4,
    RANDOM_SIZE = 32,
    GRACE_AFTER_REASON_MS = 300 // for the ultimatum and the close that follow an error info
};

struct bytes {
    const uint8_t *data;
    size_t size;
};

// ---- error info ----

static void end_soon(void)
{
    // The reason is known and reported; a server that now says nothing more must not cost the whole deadline.
    struct itimerval grace = {.it_value = {.tv_usec = GRACE_AFTER_REASON_MS * 1000}};
    setitimer(ITIMER_REAL, &grace, NULL);
}

static void error_info(struct session *session, uint32_t code)
{
    struct evidence *evidence = &session->evidence;
    const struct code_row *row = errinfo_row(code);
    struct outcome outcome;

    if (code == 0 || evidence->error_info_seen)
        return;
    evidence->error_info_seen = true;
    evidence->error_info = code;
    evidence->error_info_phase = evidence->phase;
    event_fact(session->sink, FACT_ERRINFO_CODE, json_integer(code));
    if (row)
        event_fact(session->sink, FACT_ERRINFO_NAME, json_string(row->name));
    event_fact(session->sink, FACT_ERRINFO_PHASE, json_string(phase_name(evidence->phase)));
    outcome = classify(evidence);
    event_outcome(session->sink, &outcome);
    end_soon();
}

void tap_error_info(struct session *session, uint32_t code)
{
    if (!session->over && !session->evidence.ultimatum)
        error_info(session, code);
}

// ---- RDP security's encryption ----

// Session keys exist once the client random was made; FreeRDP keeps both randoms in its settings.
static void follow_encryption(struct session *session)
{
    rdpSettings *settings = session->context.settings;
    if (session->rc4 || freerdp_settings_get_uint32(settings, FreeRDP_ServerRandomLength) != RANDOM_SIZE ||
        freerdp_settings_get_uint32(settings, FreeRDP_ClientRandomLength) != RANDOM_SIZE)
        return;
    session->rc4 = standard_security_new(freerdp_settings_get_pointer(settings, FreeRDP_ClientRandom),
                                         freerdp_settings_get_pointer(settings, FreeRDP_ServerRandom),
                                         freerdp_settings_get_uint32(settings, FreeRDP_EncryptionMethods));
}

// Decrypts in place of the ciphertext: *payload then points to memory that the caller frees. NULL where it cannot be
// read.
static uint8_t *decrypt(struct session *session, enum standard_direction direction, struct bytes *payload)
{
    follow_encryption(session);
    if (!session->rc4 || payload->size < MAC_SIZE)
        return NULL;
    size_t size = payload->size - MAC_SIZE;
    uint8_t *plain = malloc(size ? size : 1);
    if (plain && !standard_security_decrypt(session->rc4, direction, payload->data + MAC_SIZE, size, plain)) {
        free(plain);
        plain = NULL;
    }
    *payload = (struct bytes){plain, plain ? size : 0};
    return plain;
}

// A fast-path update that is encrypted moves the RC4 stream on (2.2.9.1.2); its content does not matter.
static void skip_fast_path(struct session *session, struct bytes pdu)
{
    enum { FASTPATH_OUTPUT_ENCRYPTED = 0x80 };
    if (!session->rc4 || pdu.size < 3 || !(pdu.data[0] & FASTPATH_OUTPUT_ENCRYPTED))
        return;
    size_t header = pdu.data[1] & 0x80 ? 3 : 2;
    struct bytes payload = {pdu.data + header, pdu.size - header};
    free(decrypt(session, FROM_SERVER, &payload));
}

// ---- payloads on the I/O and message channels ----

static void licensing(struct session *session, struct bytes payload)
{
    struct licensing_message message;
    struct evidence *evidence = &session->evidence;

    if (!licensing_parse(payload.data, payload.size, &message))
        return;
    const struct code_row *row = licensing_message_row(message.type);
    event_append(session->sink, FACT_LICENSING_MESSAGES, row ? row->name : "UNKNOWN");
    if (message.type == LICENSING_REQUEST)
        event_fact(session->sink, FACT_LICENSING_ROLE, json_string("license-server"));
    if (licensing_succeeds(&message)) {
        // A server without the Session Host role says so at once; one with it says the same after a licence request.
        if (message.type == LICENSING_ERROR_ALERT && !evidence->license_requested)
            event_fact(session->sink, FACT_LICENSING_ROLE, json_string("valid-client"));
        progress_begin(session, PHASE_CAPABILITIES);
    } else if (message.type == LICENSING_ERROR_ALERT) {
        evidence->licensing_error = true;
        evidence->licensing_code = message.error;
        event_fact(session->sink, FACT_LICENSING_ERROR, json_integer(message.error));
    }
    if (message.type == LICENSING_REQUEST)
        evidence->license_requested = true;
}

static void share(struct session *session, struct bytes payload, bool from_server)
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
            error_info(session, pdu.error_info);
            break;
        case SHARE_DEMAND_ACTIVE:
            progress_begin(session, PHASE_FINALIZE);
            break;
        case SHARE_FONT_MAP:
            progress_begin(session, PHASE_ACTIVE);
            break;
        case SHARE_SAVE_SESSION_INFO:
            if (pdu.info_type <= INFOTYPE_LOGON_PLAINNOTIFY)
                event_fact(session->sink, FACT_CREDENTIALS, json_string("verified"));
            break;
        default:
            break;
        }
    }
}

static void server_payload(struct session *session, struct bytes payload)
{
    bool headers_always = session->security_headers;
    uint16_t flags = 0;
    uint8_t *plain = NULL;

    if (!headers_always && share_starts(payload.data, payload.size)) {
        share(session, payload, true);
        return;
    }
    if (!security_flags(payload.data, payload.size, &flags))
        return;
    payload.data += SECURITY_HEADER;
    payload.size -= SECURITY_HEADER;
    if (flags & SEC_ENCRYPT) {
        plain = decrypt(session, FROM_SERVER, &payload);
        if (!plain)
            return;
    }
    if (flags & SEC_LICENSE_PKT)
        licensing(session, payload);
    else if (!(flags & (SEC_AUTODETECT_REQ | SEC_TRANSPORT_REQ)))
        share(session, payload, true);
    free(plain);
}

// Returns whether Client Info is in it.
static bool client_payload(struct session *session, struct bytes payload)
{
    uint16_t flags = 0;
    uint8_t *plain = NULL;

    if (!session->security_headers && share_starts(payload.data, payload.size)) {
        share(session, payload, false);
        return false;
    }
    if (!security_flags(payload.data, payload.size, &flags))
        return false;
    payload.data += SECURITY_HEADER;
    payload.size -= SECURITY_HEADER;
    if (flags & SEC_EXCHANGE_PKT) {
        session->security_headers = true; // Standard RDP Security with encryption: a header on everything from here
        progress_begin(session, PHASE_INFO);
        return false;
    }
    if (flags & SEC_ENCRYPT) {
        plain = decrypt(session, FROM_CLIENT, &payload);
        if (!plain)
            return flags & SEC_INFO_PKT;
    }
    if (flags & SEC_LICENSE_PKT)
        licensing(session, payload);
    free(plain);
    return flags & SEC_INFO_PKT;
}

// ---- one PDU ----

static void on_confirm(struct session *session, struct bytes pdu)
{
    struct evidence *evidence = &session->evidence;
    static const uint32_t wanted[] = {
        [SECURITY_NLA] = PROTOCOL_HYBRID, [SECURITY_TLS] = PROTOCOL_SSL, [SECURITY_RDP] = PROTOCOL_RDP};

    if (!x224_parse_confirm(pdu.data, pdu.size, &evidence->confirm))
        return;
    evidence->confirmed = true;
    if (evidence->confirm.kind == CONFIRM_FAILURE) {
        event_fact(session->sink, FACT_NEGOTIATION_FAILURE, json_integer(evidence->confirm.value));
        session_fail(session);
    }
    uint32_t selected = evidence->confirm.kind == CONFIRM_PLAIN ? PROTOCOL_RDP : evidence->confirm.value;
    const char *name = x224_protocol_name(selected);
    event_fact(session->sink, FACT_NEGOTIATION_SELECTED, json_string(name ? name : "unknown"));
    event_fact(session->sink, FACT_NEGOTIATION_FLAGS, json_integer(evidence->confirm.flags));
    if (selected != wanted[session->request->variant.level[FACTOR_SECURITY]]) {
        evidence->wrong_protocol = true;
        session_fail(session);
    }
    if (selected == PROTOCOL_RDP)
        progress_begin(session, PHASE_MCS);
    else if (session->request->until == PHASE_NEGOTIATE)
        progress_begin(session, PHASE_TLS);
}

static void on_server_tsrequest(struct session *session, struct bytes pdu)
{
    struct tsrequest request;
    struct evidence *evidence = &session->evidence;

    if (!tsrequest_parse(pdu.data, pdu.size, &request))
        return;
    event_fact(session->sink, FACT_CREDSSP_VERSION, json_integer(request.version));
    if (request.has_error) {
        const struct code_row *row = ntstatus_row(request.error);
        evidence->credssp_error = true;
        evidence->ntstatus = request.error;
        event_fact(session->sink, FACT_CREDSSP_NTSTATUS, json_integer(request.error));
        if (row)
            event_fact(session->sink, FACT_CREDSSP_STATUS_NAME, json_string(row->name));
    }
}

static void on_server_mcs(struct session *session, const struct mcs_pdu *pdu)
{
    const struct code_row *row;
    struct evidence *evidence = &session->evidence;

    switch (pdu->type) {
    case MCS_CONNECT_RESPONSE:
        event_fact(session->sink, FACT_MCS_RESULT, json_integer(pdu->result));
        if (pdu->result != 0) {
            evidence->mcs_result = pdu->result;
            session_fail(session); // FreeRDP reads the result and goes on
        }
        progress_begin(session, PHASE_CHANNELS);
        break;
    case MCS_ATTACH_USER_CONFIRM:
    case MCS_CHANNEL_JOIN_CONFIRM:
        if (pdu->result != 0)
            evidence->mcs_result = pdu->result;
        break;
    case MCS_DISCONNECT_ULTIMATUM:
        evidence->ultimatum = true;
        evidence->ultimatum_reason = pdu->reason;
        row = ultimatum_row(pdu->reason);
        event_fact(session->sink, FACT_ULTIMATUM_REASON, json_string(row ? row->name : "unknown"));
        break;
    case MCS_SEND_DATA_INDICATION:
        server_payload(session, (struct bytes){pdu->payload, pdu->size});
        break;
    default:
        break;
    }
}

static void on_read(struct session *session, struct bytes pdu)
{
    struct mcs_pdu mcs;

    if (pdu.size == 0)
        return;
    if (!session->evidence.confirmed)
        on_confirm(session, pdu);
    else if (session->evidence.nla && !progress_reached(session, PHASE_MCS) && pdu.data[0] == DER_SEQUENCE)
        on_server_tsrequest(session, pdu);
    else if (mcs_parse(pdu.data, pdu.size, &mcs))
        on_server_mcs(session, &mcs);
    else if ((pdu.data[0] & 3) == 0) // fast-path: FASTPATH_OUTPUT_ACTION_FASTPATH
        skip_fast_path(session, pdu);
}

static void on_request(struct session *session, struct bytes pdu)
{
    static const uint32_t protocols[] = {PROTOCOL_SSL, PROTOCOL_HYBRID, PROTOCOL_RDSTLS, PROTOCOL_HYBRID_EX,
                                         PROTOCOL_RDSAAD};
    struct x224_request request;

    if (!x224_parse_request(pdu.data, pdu.size, &request))
        return;
    if (session->evidence.gateway) {
        unsigned level = session->request->variant.level[FACTOR_GATEWAY];
        // The tunnel stands. A gateway that declined the websocket would have needed the second connection.
        event_fact(session->sink, FACT_GATEWAY_TRANSPORT, json_string(level_name(FACTOR_GATEWAY, level)));
        // Each HTTP channel authenticates for itself.
        for (unsigned i = 0; session->evidence.gateway_logon && i < session->connections; i++)
            event_logon(session->sink);
        progress_begin(session, PHASE_NEGOTIATE);
    }
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (request.protocols & protocols[i])
            event_append(session->sink, FACT_NEGOTIATION_REQUESTED, x224_protocol_name(protocols[i]));
    if (request.protocols == PROTOCOL_RDP)
        event_append(session->sink, FACT_NEGOTIATION_REQUESTED, x224_protocol_name(PROTOCOL_RDP));
}

static void on_client_tsrequest(struct session *session, struct bytes pdu)
{
    struct tsrequest request;

    if (tsrequest_parse(pdu.data, pdu.size, &request) && request.token &&
        ntlm_message_type(request.token, request.token_size) == NTLM_AUTHENTICATE) {
        session->evidence.authenticate_sent = true;
        event_logon(session->sink);
    }
}

static bool on_client_mcs(struct session *session, const struct mcs_pdu *pdu)
{
    switch (pdu->type) {
    case MCS_CONNECT_INITIAL:
        session->evidence.nla_passed = session->evidence.authenticate_sent;
        if (session->evidence.nla_passed)
            event_fact(session->sink, FACT_CREDENTIALS, json_string("verified"));
        progress_begin(session, PHASE_MCS);
        return false;
    case MCS_SEND_DATA_REQUEST:
        return client_payload(session, (struct bytes){pdu->payload, pdu->size});
    default:
        return false;
    }
}

SSIZE_T tap_read_bytes(rdpTransport *transport, BYTE *data, size_t size)
{
    struct session *session = session_of(transport_get_context(transport));
    SSIZE_T status = session->io.ReadBytes(transport, data, size);

    if (status > 0 && !session->pdu_begun) {
        session->pdu_begun = true;
        if (!session->over && session->evidence.nla && session->evidence.phase == PHASE_NLA && data[0] != DER_SEQUENCE)
            session_fail(session);
    }
    return status;
}

int tap_read(rdpTransport *transport, wStream *s)
{
    struct session *session = session_of(transport_get_context(transport));

    session->pdu_begun = Stream_GetPosition(s) > 0;
    int status = session->io.ReadPdu(transport, s);

    if (session->over)
        return status;
    if (status > 0)
        on_read(session, (struct bytes){Stream_Buffer(s), Stream_Length(s)});
    else if (status < 0 && session->evidence.peer_end == PEER_OPEN)
        session->evidence.peer_end = socket_peer_end(session->fd);
    return status;
}

int tap_write(rdpTransport *transport, wStream *s)
{
    struct session *session = session_of(transport_get_context(transport));
    struct bytes pdu = {Stream_Buffer(s), Stream_GetPosition(s)};
    struct mcs_pdu mcs;
    bool client_info = false;

    if (!session->over && pdu.size) {
        if (!session->evidence.confirmed)
            on_request(session, pdu);
        else if (pdu.data[0] == DER_SEQUENCE && session->evidence.nla && !progress_reached(session, PHASE_MCS))
            on_client_tsrequest(session, pdu);
        else if (mcs_parse(pdu.data, pdu.size, &mcs))
            client_info = on_client_mcs(session, &mcs);
    }
    if (client_info) {
        progress_begin(session, PHASE_INFO);
        if (session->request->autologon && !session->evidence.nla && session->request->password[0])
            event_logon(session->sink);
    }
    int status = session->io.WritePdu(transport, s);
    if (status < 0 && !session->over && session->evidence.peer_end == PEER_OPEN)
        session->evidence.peer_end = socket_peer_end(session->fd);
    if (client_info && status >= 0)
        progress_begin(session, PHASE_LICENSING);
    return status;
}
