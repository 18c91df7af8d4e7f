// SPDX-License-Identifier: Apache-2.0
#include "protocol/redirection.h"

#include "protocol/little_endian.h"
#include "protocol/utf16.h"

enum {
    SEC_REDIRECTION_PKT = 0x0400, // Flags of the packet
    HEADER = 12                   // Flags 2, Length 2, SessionID 4, RedirFlags 4
};

struct part {
    const uint8_t *at;
    const uint8_t *end;
};

// Takes a length and as many bytes off the front.
static bool take(struct part *in, struct part *field)
{
    if (in->end - in->at < 4)
        return false;
    uint32_t length = little32(in->at);
    if (length > (size_t)(in->end - in->at) - 4)
        return false;
    *field = (struct part){in->at + 4, in->at + 4 + length};
    in->at = field->end;
    return true;
}

static bool take_text(struct part *in, char text[REDIRECTION_TEXT])
{
    struct part field;
    if (!take(in, &field))
        return false;
    utf16_text(field.at, (size_t)(field.end - field.at), text, REDIRECTION_TEXT);
    return true;
}

// TARGET_NET_ADDRESSES (2.2.13.1.1): a count, then length and text of each.
static bool take_addresses(struct part *in, struct redirection *packet)
{
    struct part field, address;
    if (!take(in, &field) || field.end - field.at < 4)
        return false;
    uint32_t count = little32(field.at);
    field.at += 4;
    for (; count > 0; count--) {
        if (!take(&field, &address))
            return false;
        if (packet->address_count < REDIRECTION_ADDRESSES)
            utf16_text(address.at, (size_t)(address.end - address.at), packet->addresses[packet->address_count++],
                       REDIRECTION_ADDRESS);
    }
    return true;
}

bool redirection_parse(const uint8_t *data, size_t size, struct redirection *packet)
{
    struct part in, ignored;

    *packet = (struct redirection){0};
    if (size < HEADER || little16(data) != SEC_REDIRECTION_PKT || little16(data + 2) < HEADER ||
        little16(data + 2) > size)
        return false;
    packet->session = little32(data + 4);
    uint32_t flags = packet->flags = little32(data + 8);
    in = (struct part){data + HEADER, data + little16(data + 2)};

    // In this order, whatever the bits are.
    if ((flags & LB_FLAG_TARGET_NET_ADDRESS) && !take_text(&in, packet->address))
        return false;
    if (flags & LB_FLAG_LOAD_BALANCE_INFO) {
        struct part info;
        if (!take(&in, &info))
            return false;
        packet->load_balance_info = info.at;
        packet->load_balance_size = (size_t)(info.end - info.at);
    }
    return !((flags & LB_FLAG_USERNAME) && !take_text(&in, packet->user)) &&
           !((flags & LB_FLAG_DOMAIN) && !take_text(&in, packet->domain)) &&
           !((flags & LB_FLAG_PASSWORD) && !take(&in, &ignored)) &&
           !((flags & LB_FLAG_TARGET_FQDN) && !take_text(&in, packet->fqdn)) &&
           !((flags & LB_FLAG_TARGET_NETBIOS_NAME) && !take_text(&in, packet->netbios)) &&
           !((flags & LB_FLAG_CLIENT_TSV_URL) && !take(&in, &ignored)) &&
           !((flags & LB_FLAG_REDIRECTION_GUID) && !take(&in, &ignored)) &&
           !((flags & LB_FLAG_TARGET_CERTIFICATE) && !take(&in, &ignored)) &&
           !((flags & LB_FLAG_TARGET_NET_ADDRESSES) && !take_addresses(&in, packet));
}

char *redirection_token(const struct redirection *packet, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < packet->load_balance_size && used + 1 < size; i++) {
        uint8_t byte = packet->load_balance_info[i];
        if (byte == '\r' || byte == '\n' || byte == '\0')
            break;
        text[used++] = byte >= 0x20 && byte < 0x7F ? (char)byte : '?';
    }
    text[used] = '\0';
    return text;
}
