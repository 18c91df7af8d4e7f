// SPDX-License-Identifier: Apache-2.0
#include "protocol/share.h"

#include "protocol/little_endian.h"

enum {
    CONTROL_HEADER = 6, // TS_SHARECONTROLHEADER: totalLength, pduType, pduSource
    DATA_HEADER = 18,   // TS_SHAREDATAHEADER
    PDU_TYPE_2 = 14     // offset of pduType2 in it
};

// pduType (2.2.8.1.1.1.1) and pduType2 (2.2.8.1.1.1.2).
enum {
    PDUTYPE_DEMAND_ACTIVE = 1,
    PDUTYPE_CONFIRM_ACTIVE = 3,
    PDUTYPE_DEACTIVATE_ALL = 6,
    PDUTYPE_DATA = 7,
    PDUTYPE_SERVER_REDIR = 10,
    PDUTYPE2_UPDATE = 2,
    PDUTYPE2_SAVE_SESSION_INFO = 38,
    PDUTYPE2_FONT_MAP = 40,
    PDUTYPE2_SET_ERROR_INFO = 47,
    PDUTYPE2_STATUS_INFO = 54
};

bool security_flags(const uint8_t *data, size_t size, uint16_t *flags)
{
    if (size < 4)
        return false;
    *flags = little16(data);
    return true;
}

static bool is_type(uint8_t type)
{
    switch (type) {
    case PDUTYPE_DEMAND_ACTIVE:
    case PDUTYPE_CONFIRM_ACTIVE:
    case PDUTYPE_DEACTIVATE_ALL:
    case PDUTYPE_DATA:
    case PDUTYPE_SERVER_REDIR:
        return true;
    default:
        return false;
    }
}

bool share_starts(const uint8_t *data, size_t size)
{
    if (size < CONTROL_HEADER)
        return false;
    uint16_t version = little16(data + 2) & 0xFFF0;
    // No PDU has type 0; but xrdp ends licensing with a security header whose flagsHi is 0x0010.
    if (version == 0x0010)
        return (data[2] & 0x0F) != 0;
    // Brokers leave the version out (0x000A). A length that fits, and a type that is one, tell it from flagsHi.
    return version == 0 && is_type(data[2]) && little16(data) >= CONTROL_HEADER && little16(data) <= size;
}

static enum share_type data_type(uint8_t type2)
{
    switch (type2) {
    case PDUTYPE2_UPDATE:
        return SHARE_UPDATE;
    case PDUTYPE2_SET_ERROR_INFO:
        return SHARE_SET_ERROR_INFO;
    case PDUTYPE2_FONT_MAP:
        return SHARE_FONT_MAP;
    case PDUTYPE2_SAVE_SESSION_INFO:
        return SHARE_SAVE_SESSION_INFO;
    case PDUTYPE2_STATUS_INFO:
        return SHARE_STATUS_INFO;
    default:
        return SHARE_DATA_OTHER;
    }
}

bool share_parse(const uint8_t *data, size_t size, struct share_pdu *pdu, size_t *taken)
{
    if (!share_starts(data, size))
        return false;
    size_t total = little16(data);
    if (total < CONTROL_HEADER || total > size)
        return false;
    *pdu = (struct share_pdu){.type = SHARE_DATA_OTHER, .body = data + CONTROL_HEADER, .size = total - CONTROL_HEADER};
    *taken = total;
    switch (little16(data + 2) & 0x0F) {
    case PDUTYPE_DEMAND_ACTIVE:
        pdu->type = SHARE_DEMAND_ACTIVE;
        return true;
    case PDUTYPE_CONFIRM_ACTIVE:
        pdu->type = SHARE_CONFIRM_ACTIVE;
        return true;
    case PDUTYPE_DEACTIVATE_ALL:
        pdu->type = SHARE_DEACTIVATE_ALL;
        return true;
    case PDUTYPE_SERVER_REDIR:
        pdu->type = SHARE_REDIRECTION;
        return true;
    case PDUTYPE_DATA:
        break;
    default:
        return false;
    }
    if (total < DATA_HEADER)
        return false;
    pdu->type = data_type(data[PDU_TYPE_2]);
    pdu->body = data + DATA_HEADER;
    pdu->size = total - DATA_HEADER;
    if (pdu->type == SHARE_SET_ERROR_INFO || pdu->type == SHARE_STATUS_INFO) {
        if (pdu->size < 4)
            return false;
        const uint8_t *p = pdu->body;
        uint32_t value = little32(p);
        *(pdu->type == SHARE_SET_ERROR_INFO ? &pdu->error_info : &pdu->status) = value;
    }
    return true;
}
