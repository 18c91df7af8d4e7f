// SPDX-License-Identifier: Apache-2.0
//
// The PDUs that a man in the middle reads, or writes in the server's place. Pure functions over bytes; nothing here
// trusts a length it did not check.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Texts of a Client Info PDU ([MS-RDPBCGR] 2.2.1.11.1.1), as bytes of the PDU: UTF-16LE if `unicode`, else ANSI,
// without the terminator.
struct client_info_text {
    const uint8_t *data;
    size_t size;
};
struct client_info {
    bool unicode; // INFO_UNICODE
    struct client_info_text domain;
    struct client_info_text user;
    struct client_info_text password;
};

// Reads the user data of a SendDataRequest: a basic security header with SEC_INFO_PKT, not encrypted, and
// TS_INFO_PACKET. Returns false if it is something else.
bool client_info_read(const uint8_t *data, size_t size, struct client_info *info);

// bMsgType of a licensing PDU, [MS-RDPELE] 2.2.1.1 and [MS-RDPBCGR] 2.2.1.12.1.1
enum licensing_message {
    LICENSING_NONE = 0, // not a licensing PDU
    LICENSING_REQUEST = 0x01,
    LICENSING_NEW_LICENSE = 0x03,
    LICENSING_UPGRADE_LICENSE = 0x04,
    LICENSING_INFO = 0x12,        // a stored licence is presented
    LICENSING_NEW_REQUEST = 0x13, // the client has none
    LICENSING_ERROR_ALERT = 0xFF
};

// dwErrorCode of an error alert that ends licensing well, [MS-RDPBCGR] 2.2.1.12.1.3
#define LICENSING_STATUS_VALID_CLIENT 7

// The kind of a licensing PDU in the user data of either direction, not encrypted. *code gets the dwErrorCode of an
// error alert, else 0.
enum licensing_message licensing_message(const uint8_t *data, size_t size, uint32_t *code);

// pduType of a share control header ([MS-RDPBCGR] 2.2.8.1.1.1.1) and pduType2 of a share data header (2.2.8.1.1.1.2)
#define SHARE_DEMAND_ACTIVE  1
#define SHARE_CONFIRM_ACTIVE 3
#define SHARE_DATA           7
#define SHARE_DATA_FONT_MAP  40

// Looks through the share PDUs in user data without a security header for one of this type; for SHARE_DATA also of this
// pduType2. Returns false if there is none. *share_id, if not NULL, gets the shareId behind its header.
bool share_find(const uint8_t *data, size_t size, unsigned type, unsigned data_type, uint32_t *share_id);

// Writes a Set Error Info PDU ([MS-RDPBCGR] 2.2.5.1) as a server sends it when nothing is encrypted, from its TPKT on.
#define SET_ERROR_INFO_SIZE 36
void set_error_info_write(uint8_t pdu[SET_ERROR_INFO_SIZE], uint16_t channel, uint32_t share_id, uint32_t code);

// Whether an MCS Connect Response says that PDUs are encrypted by RDP itself: encryptionMethod in the server security
// data, [MS-RDPBCGR] 2.2.1.4.3.
bool connect_response_encrypts(const uint8_t *data, size_t size);
