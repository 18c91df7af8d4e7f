// SPDX-License-Identifier: Apache-2.0
// What each kind of PDU says: one observer a protocol. Observers note in the trace, report facts and begin phases;
// where a PDU decides the trial they return how it is to end (ending.h), before anything else is made of that PDU.
#pragma once

#include "connection/bytes.h"
#include "connection/capture/capture.h"
#include "connection/observe/encryption.h"
#include "connection/observe/kerberos.h"
#include "connection/permit.h"
#include "connection/progress.h"
#include "connection/request.h"
#include "knowledge/codes.h"
#include "protocol/mcs.h"

// What the observers of PDUs work with, and what they remember for each other.
struct observer {
    const struct connection_request *request;
    struct event_sink *sink;
    struct trace *trace;
    struct progress *progress;
    struct permit *permit;
    struct capture *capture;      // or NULL
    const int *fd;                // of the latest TCP connection
    struct encryption encryption; // RDP security's
    struct kerberos kerberos;
    bool offered;                         // RDP_NEG_REQ was sent, with…
    uint32_t requested;                   // …these requestedProtocols
    double ntlm_asked;                    // event_clock() when NTLM's NEGOTIATE went out; 0 before
    bool ntlm_challenged;                 // its CHALLENGE was read
    bool capabilities_seen;               // Demand Active was read
    uint16_t io_channel, message_channel; // ids from the server's Connect Response; 0: it named none
    double logon_begun_at;                // event_clock() when the server told that a logon goes on, or 0
    double logon_error_at;                // event_clock() at the first logon error, or 0
};

// ---- the doors (pdu_observer.c) ----

// A whole PDU that was read; or one that is about to be sent, of which *client_info says whether it is Client Info.
MUST_PASS_ON enum ending observe_read(struct observer *observer, struct bytes pdu);
MUST_PASS_ON enum ending observe_write(struct observer *observer, struct bytes pdu, bool *client_info);

// The first byte of a PDU, before the others are there: FreeRDP would wait for what that byte and the next take for a
// length.
MUST_PASS_ON enum ending observe_first_byte(struct observer *observer, uint8_t first);

// Whether the trial sends its password in Client Info.
bool observe_password_in_info(const struct observer *observer);

// An error info, read by whomever (errinfo_observer.c).
void observe_error_info(struct observer *observer, uint32_t code);

// ---- the protocols ----

// X.224 Connection Request and Confirm, and the first byte of an answer that is no TPKT and so no Confirm
// (negotiation_observer.c).
// observe_tunnel: the client goes on to the target, so that the tunnel through a gateway stands, if there is one.
void observe_tunnel(struct observer *observer);
MUST_PASS_ON enum ending observe_request(struct observer *observer, struct bytes pdu);
MUST_PASS_ON enum ending observe_confirm(struct observer *observer, struct bytes pdu);
MUST_PASS_ON enum ending observe_stranger(struct observer *observer, uint8_t first);

// CredSSP's TSRequests (credssp_observer.c).
MUST_PASS_ON enum ending observe_client_tsrequest(struct observer *observer, struct bytes pdu);
MUST_PASS_ON enum ending observe_server_tsrequest(struct observer *observer, struct bytes pdu);

// What the server sends after it under HYBRID_EX: the Early User Authorization Result (credssp_observer.c). Ends the
// trial where it is a refusal.
MUST_PASS_ON enum ending observe_authorization(struct observer *observer, struct bytes pdu);

// MCS (mcs_observer.c). *client_info is set where Client Info is about to be sent in it.
MUST_PASS_ON enum ending observe_client_mcs(struct observer *observer, const struct mcs_pdu *pdu, bool *client_info);
MUST_PASS_ON enum ending observe_server_mcs(struct observer *observer, const struct mcs_pdu *pdu);

// The client's own Connect Initial, whole, and the operands of the profile that are sent in it; and the names of the
// account in an NTLM token or Client Info (client_observer.c).
void observe_client_settings(struct event_sink *sink, const struct profile *profile, struct bytes pdu);
void observe_authenticate(struct event_sink *sink, struct bytes token);
void observe_client_info(struct event_sink *sink, struct bytes info);

// The client's own Confirm Active, from behind its share control header (client_observer.c).
void observe_confirm_active(struct event_sink *sink, struct bytes body);

// The server's Connect Response, whole, after what the client requested (server_observer.c).
void observe_server_settings(struct event_sink *sink, uint32_t requested, struct bytes pdu);

// What Demand Active tells of the server, from behind its share control header. False if it cannot be read
// (server_observer.c).
bool observe_capabilities(struct event_sink *sink, struct bytes body);

// Licensing messages of either side, from their preamble on (licensing_observer.c).
MUST_PASS_ON enum ending observe_licensing(struct observer *observer, struct bytes message);

// A server redirection packet, from its Flags on; ends the trial, unless it is for information only
// (redirection_observer.c).
MUST_PASS_ON enum ending observe_redirection(struct observer *observer, struct bytes packet);

// Save Session Info, from behind its share data header (logon_observer.c).
MUST_PASS_ON enum ending observe_session_info(struct observer *observer, struct bytes body);

// User data of MCS on the channel of this id (payload_observer.c). On the I/O channel: security headers, licensing,
// share PDUs. On the message channel: network auto-detection. On others: nothing, it is a virtual channel's own.
MUST_PASS_ON enum ending observe_client_payload(struct observer *observer, uint16_t channel, struct bytes payload,
                                                bool *client_info);
MUST_PASS_ON enum ending observe_server_payload(struct observer *observer, uint16_t channel, struct bytes payload);

// The ids of the I/O channel and the message channel, from the server's Connect Response, whole (payload_observer.c).
void observe_channels(struct observer *observer, struct bytes pdu);

// A fast-path PDU, whole (payload_observer.c).
void observe_fast_path(struct observer *observer, enum standard_direction direction, struct bytes pdu);
