// SPDX-License-Identifier: Apache-2.0
#include "protocol/mstsc_form.h"

#include <string.h>

#include "knowledge/mstsc.h"
#include "protocol/confirm_active.h"
#include "protocol/gcc.h"
#include "protocol/little_endian.h"
#include "protocol/mcs.h"
#include "protocol/share.h"

// ---- Connect Initial ----

// Offsets in the blocks without their headers (2.2.1.3.2 to 2.2.1.3.5).
enum {
    CORE_VERSION = 0,
    CORE_BUILD = 16,
    CORE_EARLY_FLAGS = 140,
    CORE_PRODUCT_ID = 142,
    CORE_PRODUCT_ID_SIZE = 64,
    CORE_PHYSICAL = 212, // desktopPhysicalWidth and all that may follow
    SECURITY_METHODS = 0,
    CLUSTER_FLAGS = 0
};

enum {
    STRONG_ASYMMETRIC_KEYS = 0x0008, // RNS_UD_CS_STRONG_ASYMMETRIC_KEYS
    RELATIVE_MOUSE_INPUT = 0x0010,   // RNS_UD_CS_RELATIVE_MOUSE_INPUT
    HEARTBEAT = 0x0400,              // RNS_UD_CS_SUPPORT_HEARTBEAT_PDU: comes on the message channel, so never without
    ALL_METHODS = 0x1B,              // 40, 128 and 56 bits, FIPS
    REDIRECTION_VERSION = 0x3C,      // ServerSessionRedirectionVersionMask
    REDIRECTION_VERSION6 = 0x14
};

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, (uint16_t)value);
    put16(at + 2, (uint16_t)(value >> 16));
}

// mstsc's is a number of its own of each machine, a GUID cut to the room there is. This one is nobody's.
static void put_product_id(uint8_t *at)
{
    static const char id[] = "00000000-0000-0000-0000-0000000";
    _Static_assert(sizeof id == CORE_PRODUCT_ID_SIZE / 2, "it fills the field");
    for (size_t i = 0; i < sizeof id; i++)
        put16(at + 2 * i, (uint16_t)id[i]);
}

static void form_core(uint8_t *core, size_t size)
{
    if (size < CORE_EARLY_FLAGS + 2)
        return;
    put32(core + CORE_VERSION, MSTSC_VERSION);
    put32(core + CORE_BUILD, MSTSC_BUILD);
    uint16_t flags = little16(core + CORE_EARLY_FLAGS);
    put16(core + CORE_EARLY_FLAGS, (uint16_t)((flags & ~RELATIVE_MOUSE_INPUT) | STRONG_ASYMMETRIC_KEYS | HEARTBEAT));
    if (size >= CORE_PRODUCT_ID + CORE_PRODUCT_ID_SIZE)
        put_product_id(core + CORE_PRODUCT_ID);
    if (size > CORE_PHYSICAL)
        memset(core + CORE_PHYSICAL, 0, size - CORE_PHYSICAL);
}

void mstsc_form_connect_initial(uint8_t *pdu, size_t size, bool encryption)
{
    struct gcc_blocks blocks;
    struct gcc_block block;

    if (!gcc_open(pdu, size, &blocks))
        return;
    while (gcc_next(&blocks, &block)) {
        uint8_t *data = pdu + (block.data - pdu);
        if (block.type == GCC_CS_CORE)
            form_core(data, block.size);
        else if (block.type == GCC_CS_SECURITY && !encryption && block.size >= 4)
            put32(data + SECURITY_METHODS, ALL_METHODS);
        else if (block.type == GCC_CS_CLUSTER && block.size >= 4)
            put32(data + CLUSTER_FLAGS,
                  (little32(data + CLUSTER_FLAGS) & ~(uint32_t)REDIRECTION_VERSION) | REDIRECTION_VERSION6);
    }
}

// ---- Confirm Active ----

// The length of user data in PER, two bytes before it with the uppermost bit set (X.691 10.9).
static void put_user_data_length(uint8_t *user_data, size_t length)
{
    user_data[-2] = (uint8_t)(0x80 | length >> 8);
    user_data[-1] = (uint8_t)length;
}

void mstsc_form_confirm_active(uint8_t *pdu, size_t *size)
{
    static const char source[] = MSTSC_SOURCE; // its zero is sent, too
    struct mcs_pdu mcs;
    struct share_pdu share;
    struct confirm_active confirm;
    size_t taken;

    if (!mcs_parse(pdu, *size, &mcs) || mcs.type != MCS_SEND_DATA_REQUEST ||
        !share_parse(mcs.payload, mcs.size, &share, &taken) || share.type != SHARE_CONFIRM_ACTIVE ||
        !confirm_active_parse(share.body, share.size, &confirm) || confirm.source_size < sizeof source)
        return;
    uint8_t *control = pdu + (mcs.payload - pdu), *at = pdu + (confirm.source - pdu);
    const size_t saved = confirm.source_size - sizeof source;
    if (mcs.payload - pdu < 2 || !(control[-2] & 0x80) || mcs.payload + mcs.size != pdu + *size)
        return; // the length has one byte: no client's Confirm Active is as short
    memcpy(at, source, sizeof source);
    memmove(at + sizeof source, at + confirm.source_size, (size_t)(pdu + *size - at) - confirm.source_size);
    put16(at - CONFIRM_ACTIVE_SOURCE + CONFIRM_ACTIVE_SOURCE_SIZE, sizeof source);
    put16(control, (uint16_t)(little16(control) - saved));
    put_user_data_length(control, mcs.size - saved);
    *size -= saved;
    pdu[2] = (uint8_t)(*size >> 8);
    pdu[3] = (uint8_t)*size;
}
