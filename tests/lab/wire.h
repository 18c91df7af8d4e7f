// SPDX-License-Identifier: Apache-2.0
//
// Reading facts from the bytes of RDP's connection sequence. Nothing here trusts a length it did not check.
#pragma once

#include "record.h"

// requestedProtocols and selectedProtocol, [MS-RDPBCGR] 2.2.1.1.1
#define WIRE_PROTOCOL_RDP       0x00
#define WIRE_PROTOCOL_SSL       0x01
#define WIRE_PROTOCOL_HYBRID    0x02
#define WIRE_PROTOCOL_HYBRID_EX 0x08

// RDP_NEG_FAILURE failureCode, [MS-RDPBCGR] 2.2.1.2.2
#define WIRE_SSL_REQUIRED_BY_SERVER    1
#define WIRE_SSL_NOT_ALLOWED_BY_SERVER 2
#define WIRE_HYBRID_REQUIRED_BY_SERVER 5

// MCS domain PDUs as their PER choice index, [T.125] 7
enum wire_mcs {
    WIRE_MCS_NONE = -1, // not an MCS PDU
    WIRE_MCS_ERECT_DOMAIN_REQUEST = 1,
    WIRE_MCS_DISCONNECT_PROVIDER_ULTIMATUM = 8,
    WIRE_MCS_ATTACH_USER_REQUEST = 10,
    WIRE_MCS_CHANNEL_JOIN_REQUEST = 14,
    WIRE_MCS_SEND_DATA_REQUEST = 25,
    WIRE_MCS_SEND_DATA_INDICATION = 26,
    WIRE_MCS_CONNECT_INITIAL = 101 // BER application tags, not PER
};

// basic security header flags, [MS-RDPBCGR] 2.2.8.1.1.2.1
#define WIRE_SEC_EXCHANGE_PKT       0x0001
#define WIRE_SEC_ENCRYPT            0x0008
#define WIRE_SEC_INFO_PKT           0x0040
#define WIRE_SEC_LICENSE_PKT        0x0080
#define WIRE_SEC_LICENSE_ENCRYPT_SC 0x0200

#define WIRE_MCS_GLOBAL_CHANNEL 1003

// Total length of the TPKT that begins at `data` ([RFC 1006] 6), 0 while fewer than 4 bytes are there, -1 if it is
// none.
int wire_tpkt_length(const uint8_t *data, size_t length);

// Reads an X.224 Connection Request with its cookie and RDP_NEG_REQ ([MS-RDPBCGR] 2.2.1.1) into the record.
void wire_read_request(const uint8_t *data, size_t length, struct lab_record *record);

// Reads an X.224 Connection Confirm ([MS-RDPBCGR] 2.2.1.2): true with *protocol if a protocol was selected.
bool wire_read_confirm(const uint8_t *data, size_t length, uint32_t *protocol);

// Sets the selected protocol of a Connection Confirm that wire_read_confirm() has read.
void wire_set_confirm(uint8_t *data, size_t length, uint32_t protocol);

// The failureCode of a Connection Confirm with RDP_NEG_FAILURE, 0 if it has none.
uint32_t wire_read_failure(const uint8_t *data, size_t length);

// Takes all but `protocols` out of the requestedProtocols of a Connection Request.
void wire_limit_protocols(uint8_t *data, size_t length, uint32_t protocols);

// Writes a Connection Confirm with RDP_NEG_FAILURE. `data` has room for WIRE_FAILURE_SIZE bytes.
#define WIRE_FAILURE_SIZE 19
void wire_write_failure(uint8_t data[WIRE_FAILURE_SIZE], uint32_t code);

// What kind of MCS PDU a TPKT carries.
enum wire_mcs wire_mcs_type(const uint8_t *data, size_t length);

// Reads the client data blocks of a Connect Initial ([MS-RDPBCGR] 2.2.1.3) into the record.
void wire_read_connect_initial(const uint8_t *data, size_t length, struct lab_record *record);

// Sets the protocol that the client says was selected, in a Connect Initial.
void wire_set_selected(uint8_t *data, size_t length, uint32_t protocol);

// Offset of the user data in a SendDataRequest or SendDataIndication, 0 if it is none; *channel gets its channel.
size_t wire_user_data(const uint8_t *data, size_t length, uint16_t *channel);

// Reads what a client's user data tells of it where it is not encrypted: Client Info ([MS-RDPBCGR] 2.2.1.11) and
// Confirm Active (2.2.1.13.2). Anything else is let be.
void wire_read_client_data(const uint8_t *data, size_t length, struct lab_record *record);

// Puts UTF-16LE text of `bytes` bytes into a field of the record.
void wire_set_utf16(char *field, size_t size, const uint8_t *data, size_t bytes);

// Reads a TSRequest ([MS-CSSP] 2.2.1): version, and user and domain of an NTLM AUTHENTICATE ([MS-NLMP] 2.2.1.3), into
// the record. Returns true if it carries an AUTHENTICATE.
bool wire_read_tsrequest(const uint8_t *data, size_t length, struct lab_record *record);

// Whether a TSRequest carries the client's credentials, authInfo [2]: the last one of CredSSP.
bool wire_has_auth_info(const uint8_t *data, size_t length);

// Sets the version of a TSRequest in place, if it is one byte as all are.
void wire_set_credssp_version(uint8_t *data, size_t length, uint8_t version);
