// SPDX-License-Identifier: Apache-2.0
#include "protocol/licensing.h"

#include <string.h>

#include "protocol/little_endian.h"
#include "protocol/utf16.h"

enum { PREAMBLE = 4 }; // bMsgType, flags, wMsgSize

bool licensing_parse(const uint8_t *data, size_t size, struct licensing_message *message)
{
    if (size < PREAMBLE)
        return false;
    *message = (struct licensing_message){.type = data[0]};
    if (message->type != LICENSING_ERROR_ALERT)
        return true;
    if (size < PREAMBLE + 8)
        return false;
    message->error = little32(data + PREAMBLE);
    message->transition = little32(data + PREAMBLE + 4);
    return true;
}

// ---- the licence request ----

enum {
    SERVER_RANDOM = 32,
    BLOB_HEADER = 4, // wBlobType, wBlobLen (MS-RDPBCGR 2.2.1.12.1.2)
    KEY_EXCHANGE_BLOB = 0x000D,
    CERTIFICATE_BLOB = 0x0003,
    SCOPE_BLOB = 0x000E
};

struct part {
    const uint8_t *at;
    const uint8_t *end;
};

static bool take(struct part *in, size_t size, struct part *field)
{
    if ((size_t)(in->end - in->at) < size)
        return false;
    *field = (struct part){in->at, in->at + size};
    in->at += size;
    return true;
}

static bool take32(struct part *in, uint32_t *value)
{
    struct part field;
    if (!take(in, 4, &field))
        return false;
    *value = little32(field.at);
    return true;
}

// A count of bytes, then UTF-16.
static bool take_text(struct part *in, char text[LICENSING_TEXT])
{
    struct part field;
    uint32_t size;
    if (!take32(in, &size) || !take(in, size, &field))
        return false;
    utf16_text(field.at, size, text, LICENSING_TEXT);
    return true;
}

// An empty blob may have any type.
static bool take_blob(struct part *in, unsigned type, struct part *blob)
{
    struct part header;
    if (!take(in, BLOB_HEADER, &header))
        return false;
    size_t size = (size_t)(header.at[2] | header.at[3] << 8);
    return take(in, size, blob) && (size == 0 || (unsigned)(header.at[0] | header.at[1] << 8) == type);
}

static bool take_scopes(struct part *in, struct licensing_request *request)
{
    struct part blob;
    uint32_t count;
    if (!take32(in, &count))
        return false;
    for (; count > 0; count--) {
        if (!take_blob(in, SCOPE_BLOB, &blob))
            return false;
        if (request->scope_count == LICENSING_SCOPES)
            continue;
        char *scope = request->scopes[request->scope_count++];
        size_t length = strnlen((const char *)blob.at, (size_t)(blob.end - blob.at));
        if (length >= LICENSING_SCOPE)
            length = LICENSING_SCOPE - 1;
        for (size_t i = 0; i < length; i++)
            scope[i] = blob.at[i] >= 0x20 && blob.at[i] < 0x7F ? (char)blob.at[i] : '?';
        scope[length] = '\0';
    }
    return true;
}

bool licensing_parse_request(const uint8_t *data, size_t size, struct licensing_request *request)
{
    struct part in, field;
    uint32_t version;

    *request = (struct licensing_request){0};
    if (size < PREAMBLE || data[0] != LICENSING_REQUEST)
        return false;
    in = (struct part){data + PREAMBLE, data + size};
    if (!take(&in, SERVER_RANDOM, &field) || !take32(&in, &version) || !take_text(&in, request->company) ||
        !take_text(&in, request->product) || !take_blob(&in, KEY_EXCHANGE_BLOB, &field))
        return false;
    request->major = (uint16_t)(version >> 16);
    request->minor = (uint16_t)version;
    for (; field.end - field.at >= 4 && request->key_exchange_count < LICENSING_KEY_EXCHANGES; field.at += 4)
        request->key_exchanges[request->key_exchange_count++] = little32(field.at);
    return take_blob(&in, CERTIFICATE_BLOB, &field) && take_scopes(&in, request);
}

bool licensing_succeeds(const struct licensing_message *message)
{
    switch (message->type) {
    case LICENSING_NEW_LICENSE:
    case LICENSING_UPGRADE_LICENSE:
        return true;
    case LICENSING_ERROR_ALERT:
        return message->error == LICENSING_STATUS_VALID_CLIENT;
    default:
        return false;
    }
}
