// SPDX-License-Identifier: Apache-2.0
#include "protocol/gcc.h"

#include <string.h>

#include "protocol/der.h"
#include "protocol/little_endian.h"
#include "protocol/utf16.h"

enum {
    TPKT_VERSION = 3,
    HEADERS = 7, // TPKT 4, X.224 Data 3
    TPDU_DATA = 0xF0,
    BER_APPLICATION = 0x7F, // first byte of the tags [APPLICATION 101] and [APPLICATION 102]
    CONNECT_INITIAL = 101,
    CONNECT_RESPONSE = 102,
    BLOCK_HEADER = 4 // TS_UD_HEADER, 2.2.1.3.1
};

// ---- the envelopes ----

// The bytes between the length of the tag and the end of userData, in a Connect-Initial or Connect-Response (T.125 7
// part 2): userData is the last element, whatever comes before it.
static bool user_data(struct der in, struct der *data)
{
    uint8_t tag = 0;
    while (in.at < in.end) {
        if (!der_take(&in, &tag, data))
            return false;
    }
    return tag == DER_OCTET_STRING;
}

// A length in PER, aligned: one byte, or two with the uppermost bit set (X.691 10.9).
static bool per_length(struct der *in, size_t *length)
{
    if (in->at == in->end)
        return false;
    *length = *in->at++;
    if (*length & 0x80) {
        if (in->at == in->end)
            return false;
        *length = (*length & 0x7F) << 8 | *in->at++;
    }
    return true;
}

static bool skip(struct der *in, const uint8_t *bytes, size_t size)
{
    if (der_size(*in) < size || (bytes && memcmp(in->at, bytes, size) != 0))
        return false;
    in->at += size;
    return true;
}

// ConnectData with a ConnectGCCPDU (T.124 8.7); the examples of MS-RDPBCGR 4.1.3 and 4.1.4 explain every byte.
static bool conference(struct der in, bool from_client, struct der *blocks)
{
    static const uint8_t t124[] = {0x00, 0x05, 0x00, 0x14, 0x7C, 0x00, 0x01}; // the key, an object identifier
    static const uint8_t client_key[] = {'D', 'u', 'c', 'a'}, server_key[] = {'M', 'c', 'D', 'n'}; // h221NonStandard
    // Before the key stand the choice, name and options of a request; the node, tag and result of a response.
    const size_t before = from_client ? 8 : 9;
    size_t length;

    return skip(&in, t124, sizeof t124) && per_length(&in, &length) && skip(&in, NULL, before) &&
           skip(&in, from_client ? client_key : server_key, sizeof client_key) && per_length(&in, &length) &&
           length <= der_size(in) && ((*blocks = (struct der){in.at, in.at + length}), true);
}

bool gcc_open(const uint8_t *pdu, size_t size, struct gcc_blocks *blocks)
{
    struct der in, value, data;
    uint8_t tag;

    if (size < HEADERS + 2 || pdu[0] != TPKT_VERSION || pdu[4] != 2 || pdu[5] != TPDU_DATA ||
        pdu[HEADERS] != BER_APPLICATION)
        return false;
    size_t total = (size_t)pdu[2] << 8 | pdu[3];
    uint8_t kind = pdu[HEADERS + 1];
    if (total < HEADERS + 2 || total > size || (kind != CONNECT_INITIAL && kind != CONNECT_RESPONSE))
        return false;
    in = (struct der){pdu + HEADERS + 1, pdu + total}; // the tag's second byte reads as a tag of one
    if (!der_take(&in, &tag, &value) || !user_data(value, &data) || !conference(data, kind == CONNECT_INITIAL, &data))
        return false;
    *blocks = (struct gcc_blocks){data.at, data.end};
    return true;
}

// ---- blocks ----

bool gcc_next(struct gcc_blocks *blocks, struct gcc_block *block)
{
    if (blocks->end - blocks->at < BLOCK_HEADER)
        return false;
    size_t length = little16(blocks->at + 2); // counts the header too
    if (length < BLOCK_HEADER || length > (size_t)(blocks->end - blocks->at))
        return false;
    *block = (struct gcc_block){little16(blocks->at), blocks->at + BLOCK_HEADER, length - BLOCK_HEADER};
    blocks->at += length;
    return true;
}

// Offsets in Client Core Data without its header (2.2.1.3.2); from postBeta2ColorDepth on, each field may be missing,
// and with it all after it.
enum {
    CORE_VERSION = 0,
    CORE_COLOR_DEPTH = 8,
    CORE_KEYBOARD = 12,
    CORE_BUILD = 16,
    CORE_NAME = 20,
    CORE_MANDATORY = 128, // up to imeFileName
    CORE_POST_BETA2 = 128,
    CORE_HIGH_COLOR = 136,
    CORE_SUPPORTED = 138,
    CORE_EARLY_FLAGS = 140,
    CORE_PRODUCT_ID = 142,
    CORE_CONNECTION_TYPE = 206,
    CORE_NAME_SIZE = 30, // and a zero
    CORE_PRODUCT_ID_SIZE = 62
};

// RNS_UD_COLOR_4BPP to RNS_UD_COLOR_24BPP, of colorDepth and postBeta2ColorDepth.
static unsigned named_depth(uint16_t value)
{
    static const unsigned char depths[] = {4, 8, 15, 16, 24};
    return value >= 0xCA00 && value <= 0xCA04 ? depths[value - 0xCA00] : 0;
}

// The later field wins where it is there; 32 bits take a flag besides.
static unsigned color_depth(const struct gcc_block *block, uint16_t early_flags)
{
    enum { SUPPORTS_32BPP = 0x8 }; // RNS_UD_32BPP_SUPPORT
    unsigned high = block->size >= CORE_HIGH_COLOR + 2 ? little16(block->data + CORE_HIGH_COLOR) : 0;
    unsigned supported = block->size >= CORE_SUPPORTED + 2 ? little16(block->data + CORE_SUPPORTED) : 0;
    if (high == 24 && (early_flags & GCC_EARLY_WANT_32BPP) && (supported & SUPPORTS_32BPP))
        return 32;
    if (high)
        return high;
    return named_depth(
        little16(block->data + (block->size >= CORE_POST_BETA2 + 2 ? CORE_POST_BETA2 : CORE_COLOR_DEPTH)));
}

bool gcc_read_client_core(const struct gcc_block *block, struct gcc_client_core *core)
{
    *core = (struct gcc_client_core){0};
    if (block->type != GCC_CS_CORE || block->size < CORE_MANDATORY)
        return false;
    core->version = little32(block->data + CORE_VERSION);
    core->build = little32(block->data + CORE_BUILD);
    core->keyboard = little32(block->data + CORE_KEYBOARD);
    utf16_text(block->data + CORE_NAME, CORE_NAME_SIZE, core->name, sizeof core->name);
    if (block->size >= CORE_EARLY_FLAGS + 2)
        core->early_flags = little16(block->data + CORE_EARLY_FLAGS);
    if (block->size > CORE_CONNECTION_TYPE && (core->early_flags & GCC_EARLY_CONNECTION_TYPE))
        core->connection_type = block->data[CORE_CONNECTION_TYPE];
    if (block->size >= CORE_PRODUCT_ID + CORE_PRODUCT_ID_SIZE)
        utf16_text(block->data + CORE_PRODUCT_ID, CORE_PRODUCT_ID_SIZE, core->product_id, sizeof core->product_id);
    core->color_depth = color_depth(block, core->early_flags);
    return true;
}

bool gcc_read_client_cluster(const struct gcc_block *block, struct gcc_client_cluster *cluster)
{
    if (block->type != GCC_CS_CLUSTER || block->size < 8)
        return false;
    *cluster = (struct gcc_client_cluster){little32(block->data), little32(block->data + 4)};
    return true;
}

bool gcc_read_client_security(const struct gcc_block *block, struct gcc_client_security *security)
{
    if (block->type != GCC_CS_SECURITY || block->size < 4)
        return false;
    security->methods = little32(block->data);
    if (security->methods == 0 && block->size >= 8)
        security->methods = little32(block->data + 4);
    return true;
}

bool gcc_read_client_network(const struct gcc_block *block, struct gcc_client_network *network)
{
    enum { CHANNEL_DEF = 12 }; // 2.2.1.3.4.1: name 8, options 4
    *network = (struct gcc_client_network){0};
    if (block->type != GCC_CS_NET || block->size < 4)
        return false;
    uint32_t count = little32(block->data);
    if (count > GCC_CHANNELS_MAX || (block->size - 4) / CHANNEL_DEF < count)
        return false;
    for (; network->count < count; network->count++) {
        char *name = network->names[network->count];
        memcpy(name, block->data + 4 + network->count * CHANNEL_DEF, GCC_CHANNEL_NAME);
        name[GCC_CHANNEL_NAME - 1] = '\0';
    }
    return true;
}

bool gcc_read_flags(const struct gcc_block *block, uint16_t type, uint32_t *flags)
{
    if (block->type != type || block->size < 4)
        return false;
    *flags = little32(block->data);
    return true;
}
