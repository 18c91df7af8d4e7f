// SPDX-License-Identifier: Apache-2.0
// What each kind of PDU says: one observer a protocol, fed by the tap. Observers report facts and phases; where a PDU
// decides the trial they end it.
#pragma once

#include "connection/connection.h"
#include "knowledge/codes.h"
#include "protocol/mcs.h"

struct bytes {
    const uint8_t *data;
    size_t size;
};

// X.224 Connection Request and Confirm (negotiation_observer.c).
void observe_request(struct connection *connection, struct bytes pdu);
void observe_confirm(struct connection *connection, struct bytes pdu);

// The first byte of an answer that is no TPKT and so no Confirm. Ends the trial: FreeRDP would wait for what that
// byte and the next take for a length.
_Noreturn void observe_stranger(struct connection *connection, uint8_t first);

// CredSSP's TSRequests (credssp_observer.c).
void observe_client_tsrequest(struct connection *connection, struct bytes pdu);
void observe_server_tsrequest(struct connection *connection, struct bytes pdu);

// What the server sends after it under HYBRID_EX: the Early User Authorization Result (credssp_observer.c). Ends the
// trial where it is a refusal.
void observe_authorization(struct connection *connection, struct bytes pdu);

// MCS (mcs_observer.c). The client's returns whether Client Info is about to be sent in it.
bool observe_client_mcs(struct connection *connection, const struct mcs_pdu *pdu);
void observe_server_mcs(struct connection *connection, const struct mcs_pdu *pdu);

// The client's own Connect Initial, whole, and the names of the account in an NTLM token or Client Info
// (client_observer.c).
void observe_client_settings(struct connection *connection, struct bytes pdu);
void observe_authenticate(struct connection *connection, struct bytes token);
void observe_client_info(struct connection *connection, struct bytes info);

// The server's Connect Response, whole (server_observer.c).
void observe_server_settings(struct connection *connection, struct bytes pdu);

// What Demand Active tells of the server, from behind its share control header (server_observer.c).
void observe_capabilities(struct connection *connection, struct bytes body);

// Licensing messages of either side, from their preamble on (licensing_observer.c).
void observe_licensing(struct connection *connection, struct bytes message);

// A server redirection packet, from its Flags on; ends the trial, unless it is for information only
// (redirection_observer.c).
void observe_redirection(struct connection *connection, struct bytes packet);

// Save Session Info, from behind its share data header (logon_observer.c).
void observe_session_info(struct connection *connection, struct bytes body);

// Auto-detection of either side, from behind its security header (payload_observer.c).
void observe_autodetect(struct connection *connection, struct bytes message);

// Reports the names of the flags that are set; what has no name is given as a number.
void observe_flags(struct connection *connection, enum fact list, uint32_t flags,
                   const struct code_row *(*row_at)(size_t index));

// User data of MCS (payload_observer.c): security headers, licensing, share PDUs. The client's returns whether it is
// Client Info.
bool observe_client_payload(struct connection *connection, struct bytes payload);
void observe_server_payload(struct connection *connection, struct bytes payload);

// A fast-path PDU of the server, whole (payload_observer.c).
void observe_fast_path(struct connection *connection, struct bytes pdu);

// An error info, read by whomever (errinfo_observer.c).
void observe_error_info(struct connection *connection, uint32_t code);
