// SPDX-License-Identifier: Apache-2.0
#include "upstream_pdu.h"

#include <string.h>

// Flags of the basic security header, [MS-RDPBCGR] 2.2.8.1.1.2.1
enum { SEC_ENCRYPT = 0x0008, SEC_INFO_PKT = 0x0040, SEC_LICENSE_PKT = 0x0080, SECURITY_HEADER_SIZE = 4 };

static uint16_t u16(const uint8_t *data)
{
    return (uint16_t)(data[0] | data[1] << 8);
}

static uint32_t u32(const uint8_t *data)
{
    return (uint32_t)u16(data) | (uint32_t)u16(data + 2) << 16;
}

bool client_info_read(const uint8_t *data, size_t size, struct client_info *info)
{
    enum { FIXED_SIZE = 18, INFO_UNICODE = 0x10, FLAGS_AT = 4, LENGTHS_AT = 8 };
    if (size < SECURITY_HEADER_SIZE + FIXED_SIZE || !(u16(data) & SEC_INFO_PKT) || (u16(data) & SEC_ENCRYPT))
        return false;
    const uint8_t *packet = data + SECURITY_HEADER_SIZE;
    const uint8_t *text = packet + FIXED_SIZE;
    const uint8_t *end = data + size;
    info->unicode = u32(packet + FLAGS_AT) & INFO_UNICODE;
    const size_t terminator = info->unicode ? 2 : 1;
    struct client_info_text *const texts[] = {&info->domain, &info->user, &info->password};
    for (size_t i = 0; i < 3; i++) {
        const size_t length = u16(packet + LENGTHS_AT + 2 * i);
        if (length + terminator > (size_t)(end - text))
            return false;
        *texts[i] = (struct client_info_text){text, length};
        text += length + terminator;
    }
    return true;
}

enum licensing_message licensing_message(const uint8_t *data, size_t size, uint32_t *code)
{
    enum { PREAMBLE_SIZE = 4 };
    *code = 0;
    if (size < SECURITY_HEADER_SIZE + PREAMBLE_SIZE || !(u16(data) & SEC_LICENSE_PKT) || (u16(data) & SEC_ENCRYPT))
        return LICENSING_NONE;
    const uint8_t type = data[SECURITY_HEADER_SIZE];
    if (type == LICENSING_ERROR_ALERT && size >= SECURITY_HEADER_SIZE + PREAMBLE_SIZE + 4)
        *code = u32(data + SECURITY_HEADER_SIZE + PREAMBLE_SIZE);
    return (enum licensing_message)type;
}

bool share_find(const uint8_t *data, size_t size, unsigned type, unsigned data_type, uint32_t *share_id)
{
    enum { CONTROL_SIZE = 6, SHARE_ID_SIZE = 4, DATA_SIZE = 18, DATA_TYPE_AT = 14, TYPE_MASK = 0x0F };
    while (size >= CONTROL_SIZE + SHARE_ID_SIZE) {
        const size_t length = u16(data);
        if (length < CONTROL_SIZE + SHARE_ID_SIZE || length > size)
            return false;
        if ((u16(data + 2) & TYPE_MASK) == type &&
            (type != SHARE_DATA || (length >= DATA_SIZE && data[DATA_TYPE_AT] == data_type))) {
            if (share_id)
                *share_id = u32(data + CONTROL_SIZE);
            return true;
        }
        data += length;
        size -= length;
    }
    return false;
}

static void put_u32(uint8_t *data, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        data[i] = (uint8_t)(value >> (8 * i));
}

void set_error_info_write(uint8_t pdu[SET_ERROR_INFO_SIZE], uint16_t channel, uint32_t share_id, uint32_t code)
{
    enum { CHANNEL_AT = 10, SHARE_ID_AT = 20, CODE_AT = 32 };
    // TPKT, X.224 Data, SendDataIndication of user 1002; share control header of PDUTYPE_DATAPDU; share data header of
    // PDUTYPE2_SET_ERROR_INFO_PDU (47), not compressed; errorInfo
    static const uint8_t form[SET_ERROR_INFO_SIZE] = {3,    0,  0,  36, 2,    0xF0, 0x80, 0x68, 0, 1, 0, 0,
                                                      0x70, 22, 22, 0,  0x17, 0,    0,    0,    0, 0, 0, 0,
                                                      0,    1,  22, 0,  47,   0,    0,    0,    0, 0, 0, 0};
    memcpy(pdu, form, sizeof(form));
    pdu[CHANNEL_AT] = (uint8_t)(channel >> 8);
    pdu[CHANNEL_AT + 1] = (uint8_t)channel;
    put_u32(pdu + SHARE_ID_AT, share_id);
    put_u32(pdu + CODE_AT, code);
}

bool connect_response_encrypts(const uint8_t *data, size_t size)
{
    enum { SC_SECURITY = 0x0C02, HEADER_SIZE = 4, METHOD_AT = 4 };
    // "McDn" is the server-to-client H.221 key of the GCC Conference Create Response; a PER length follows.
    size_t at = 0;
    while (at + 4 <= size && memcmp(data + at, "McDn", 4) != 0)
        at++;
    at += 4;
    if (at >= size)
        return false;
    at += data[at] & 0x80 ? 2 : 1;
    while (at + HEADER_SIZE <= size) {
        const size_t length = u16(data + at + 2);
        if (length < HEADER_SIZE || length > size - at)
            return false;
        if (u16(data + at) == SC_SECURITY)
            return length >= METHOD_AT + 4 && u32(data + at + METHOD_AT) != 0;
        at += length;
    }
    return false;
}
