// SPDX-License-Identifier: Apache-2.0
#include "connection/capture/upper_pdu.h"

#include <string.h>

enum {
    TAG_END = 0,
    TAG_DISSECTOR = 12,
    TAG_IPV4_SOURCE = 20,
    TAG_IPV4_DESTINATION = 21,
    TAG_IPV6_SOURCE = 22,
    TAG_IPV6_DESTINATION = 23,
    TAG_PORT_TYPE = 24,
    TAG_SOURCE_PORT = 25,
    TAG_DESTINATION_PORT = 26,
    PORT_TCP = 2,
    NAME_MAX_SIZE = 32
};

// Tag and length of two bytes each, big-endian; the length counts what pads the value to four.
static uint8_t *tag(uint8_t *p, unsigned number, const void *value, size_t size)
{
    size_t padded = (size + 3) / 4 * 4;
    p[0] = (uint8_t)(number >> 8);
    p[1] = (uint8_t)number;
    p[2] = (uint8_t)(padded >> 8);
    p[3] = (uint8_t)padded;
    memset(p + 4, 0, padded);
    memcpy(p + 4, value, size);
    return p + 4 + padded;
}

static uint8_t *number_tag(uint8_t *p, unsigned number, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    return tag(p, number, bytes, sizeof bytes);
}

size_t upper_pdu_tags(const char *protocol, const struct tcp_end *from, const struct tcp_end *to,
                      uint8_t tags[UPPER_PDU_MAX])
{
    size_t address = from->ipv6 ? 16 : 4, length = strlen(protocol);
    uint8_t *p = tag(tags, TAG_DISSECTOR, protocol, length < NAME_MAX_SIZE ? length : NAME_MAX_SIZE);
    p = tag(p, from->ipv6 ? TAG_IPV6_SOURCE : TAG_IPV4_SOURCE, from->address, address);
    p = tag(p, from->ipv6 ? TAG_IPV6_DESTINATION : TAG_IPV4_DESTINATION, to->address, address);
    p = number_tag(p, TAG_PORT_TYPE, PORT_TCP);
    p = number_tag(p, TAG_SOURCE_PORT, from->port);
    p = number_tag(p, TAG_DESTINATION_PORT, to->port);
    memset(p, TAG_END, 4);
    return (size_t)(p + 4 - tags);
}
