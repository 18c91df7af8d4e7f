// SPDX-License-Identifier: Apache-2.0
// Security headers and share PDUs on the I/O channel (MS-RDPBCGR 2.2.8.1.1). Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// TS_SECURITY_HEADER flags (2.2.8.1.1.2.1).
enum {
    SEC_EXCHANGE_PKT = 0x0001,
    SEC_TRANSPORT_REQ = 0x0002,
    SEC_ENCRYPT = 0x0008,
    SEC_INFO_PKT = 0x0040,
    SEC_LICENSE_PKT = 0x0080,
    SEC_REDIRECTION_PKT = 0x0400,
    SEC_AUTODETECT_REQ = 0x1000,
    SEC_AUTODETECT_RSP = 0x2000
};

enum share_type {
    SHARE_DEMAND_ACTIVE,
    SHARE_CONFIRM_ACTIVE,
    SHARE_DEACTIVATE_ALL,
    SHARE_REDIRECTION,
    SHARE_SET_ERROR_INFO,
    SHARE_FONT_MAP,
    SHARE_SAVE_SESSION_INFO,
    SHARE_STATUS_INFO,
    SHARE_UPDATE,
    SHARE_DATA_OTHER
};

struct share_pdu {
    enum share_type type;
    uint32_t error_info; // SHARE_SET_ERROR_INFO
    uint32_t status;     // SHARE_STATUS_INFO: statusCode (2.2.5.2)
    const uint8_t *body; // what follows the share control header, or the share data header, pointing into the data
    size_t size;
};

// Reads the share PDU at the front of a payload without security header, and says how many bytes it takes; several may
// follow each other in one MCS PDU. False if there is none such.
bool share_parse(const uint8_t *data, size_t size, struct share_pdu *pdu, size_t *taken);

// Whether a payload starts with a share control header (2.2.8.1.1.1.1) rather than with a security header, which has
// flagsHi, mostly zero, where pduType stands here. The version in pduType's upper bits is 1; 0 too, as brokers send it,
// where type and totalLength fit.
bool share_starts(const uint8_t *data, size_t size);

// Reads a basic security header (flags and flagsHi, 2.2.8.1.1.2.1); false if size is less than its 4 bytes.
bool security_flags(const uint8_t *data, size_t size, uint16_t *flags);
