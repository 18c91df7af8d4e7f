// SPDX-License-Identifier: Apache-2.0
#include "protocol/ntlm.h"

#include <string.h>

#include "protocol/little_endian.h"
#include "protocol/utf16.h"

// Offsets in the CHALLENGE, MS-NLMP 2.2.1.2
enum {
    MESSAGE_TYPE = 8,
    NEGOTIATE_FLAGS = 20,
    TARGET_INFO_FIELDS = 40,
    VERSION = 48,
    LEAST = 32, // NT 4.0 ends before the reserved bytes
    WITH_TARGET_INFO = 48,
    WITH_VERSION = 56
};

enum { NEGOTIATE_TARGET_INFO = 0x00800000, NEGOTIATE_VERSION = 0x02000000 }; // 2.2.2.5

// AvId, 2.2.2.1
enum {
    AV_EOL = 0,
    AV_NB_COMPUTER_NAME = 1,
    AV_NB_DOMAIN_NAME = 2,
    AV_DNS_COMPUTER_NAME = 3,
    AV_DNS_DOMAIN_NAME = 4,
    AV_DNS_TREE_NAME = 5,
    AV_TIMESTAMP = 7,
    TIMESTAMP_SIZE = 8
};

static uint64_t u64(const uint8_t *p)
{
    return (uint64_t)little32(p) | (uint64_t)little32(p + 4) << 32;
}

static void take_pair(struct ntlm_challenge *challenge, uint16_t id, const uint8_t *value, size_t size)
{
    switch (id) {
    case AV_NB_COMPUTER_NAME:
        utf16_text(value, size, challenge->computer, sizeof challenge->computer);
        break;
    case AV_NB_DOMAIN_NAME:
        utf16_text(value, size, challenge->domain, sizeof challenge->domain);
        break;
    case AV_DNS_COMPUTER_NAME:
        utf16_text(value, size, challenge->dns_computer, sizeof challenge->dns_computer);
        break;
    case AV_DNS_DOMAIN_NAME:
        utf16_text(value, size, challenge->dns_domain, sizeof challenge->dns_domain);
        break;
    case AV_DNS_TREE_NAME:
        utf16_text(value, size, challenge->forest, sizeof challenge->forest);
        break;
    case AV_TIMESTAMP:
        if (size == TIMESTAMP_SIZE) {
            challenge->has_time = true;
            challenge->time = u64(value);
        }
        break;
    default:
        break;
    }
}

static bool take_target_info(struct ntlm_challenge *challenge, const uint8_t *data, size_t size)
{
    while (size >= 4) {
        uint16_t id = little16(data), length = little16(data + 2);
        if (id == AV_EOL)
            return true;
        if (length > size - 4)
            return false;
        take_pair(challenge, id, data + 4, length);
        data += 4 + length;
        size -= 4 + (size_t)length;
    }
    return false;
}

bool ntlm_challenge_parse(const uint8_t *data, size_t size, struct ntlm_challenge *challenge)
{
    static const uint8_t signature[8] = "NTLMSSP";

    *challenge = (struct ntlm_challenge){0};
    if (size < LEAST || memcmp(data, signature, sizeof signature) != 0 ||
        little32(data + MESSAGE_TYPE) != NTLM_CHALLENGE)
        return false;
    challenge->flags = little32(data + NEGOTIATE_FLAGS);
    if (challenge->flags & NEGOTIATE_VERSION && size >= WITH_VERSION) {
        challenge->has_version = true;
        challenge->major = data[VERSION];
        challenge->minor = data[VERSION + 1];
        challenge->build = little16(data + VERSION + 2);
        challenge->revision = data[VERSION + 7];
    }
    if (!(challenge->flags & NEGOTIATE_TARGET_INFO))
        return true;
    if (size < WITH_TARGET_INFO)
        return false;
    size_t length = little16(data + TARGET_INFO_FIELDS), offset = little32(data + TARGET_INFO_FIELDS + 4);
    if (length == 0)
        return true;
    if (offset > size || length > size - offset)
        return false;
    return take_target_info(challenge, data + offset, length);
}

double filetime_to_unix_ms(uint64_t time)
{
    const uint64_t epoch = 116444736000000000; // 1970-01-01 in units of 100 ns since 1601-01-01
    return time >= epoch ? (double)(time - epoch) / 1e4 : -((double)(epoch - time) / 1e4);
}
