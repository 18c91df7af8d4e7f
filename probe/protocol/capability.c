// SPDX-License-Identifier: Apache-2.0
#include "protocol/capability.h"

#include "protocol/little_endian.h"

enum {
    DEMAND_HEADER = 8, // shareId, lengthSourceDescriptor, lengthCombinedCapabilities
    SETS_HEADER = 4,   // numberCapabilities, pad2Bytes
    SET_HEADER = 4,    // capabilitySetType, lengthCapability
    ARRAY = 32
};

// capabilitySetType of those with fields below (2.2.1.13.1.1.1).
enum {
    GENERAL = 0x01,
    BITMAP = 0x02,
    ORDER = 0x03,
    POINTER = 0x08,
    INPUT = 0x0D,
    VIRTUAL_CHANNEL = 0x14,
    MULTIFRAGMENT_UPDATE = 0x1A,
    LARGE_POINTER = 0x1B,
    SURFACE_COMMANDS = 0x1C,
    BITMAP_CODECS = 0x1D,
    FRAME_ACKNOWLEDGE = 0x1E
};

static const struct capability_field fields[] = {
    // 2.2.7.1.1
    {GENERAL, "os_major", 0, 2, capability_os_major_row},
    {GENERAL, "os_minor", 2, 2, capability_os_minor_row},
    {GENERAL, "extra_flags", 10, 2, NULL},
    {GENERAL, "refresh_rect", 18, 1, NULL},
    {GENERAL, "suppress_output", 19, 1, NULL},
    // 2.2.7.1.2
    {BITMAP, "depth", 0, 2, NULL},
    {BITMAP, "width", 8, 2, NULL},
    {BITMAP, "height", 10, 2, NULL},
    {BITMAP, "resize", 14, 2, NULL},
    // 2.2.7.1.3
    {ORDER, "flags", 30, 2, NULL},
    {ORDER, "orders", 32, ARRAY, NULL},
    // 2.2.7.1.5
    {POINTER, "color", 0, 2, NULL},
    {POINTER, "cache", 4, 2, NULL},
    // 2.2.7.1.6
    {INPUT, "flags", 0, 2, NULL},
    // 2.2.7.1.10
    {VIRTUAL_CHANNEL, "flags", 0, 4, NULL},
    {VIRTUAL_CHANNEL, "chunk_size", 4, 4, NULL},
    // 2.2.7.2.6, 2.2.7.2.7, 2.2.7.2.9, 2.2.7.2.10; MS-RDPRFX 2.2.1.3
    {MULTIFRAGMENT_UPDATE, "max_request_size", 0, 4, NULL},
    {LARGE_POINTER, "flags", 0, 2, NULL},
    {SURFACE_COMMANDS, "flags", 0, 4, NULL},
    {BITMAP_CODECS, "codecs", 0, 1, NULL},
    {FRAME_ACKNOWLEDGE, "max_unacknowledged", 0, 4, NULL},
};

bool capabilities_open(const uint8_t *body, size_t size, struct capabilities *sets)
{
    if (size < DEMAND_HEADER)
        return false;
    size_t descriptor = little16(body + 4), combined = little16(body + 6);
    if (size - DEMAND_HEADER < descriptor || size - DEMAND_HEADER - descriptor < combined || combined < SETS_HEADER)
        return false;
    const uint8_t *at = body + DEMAND_HEADER + descriptor;
    *sets = (struct capabilities){at + SETS_HEADER, at + combined, little16(at)};
    return true;
}

bool capabilities_next(struct capabilities *sets, struct capability *set)
{
    if (sets->left == 0 || sets->end - sets->at < SET_HEADER)
        return false;
    size_t length = little16(sets->at + 2); // counts the header too
    if (length < SET_HEADER || length > (size_t)(sets->end - sets->at))
        return false;
    *set = (struct capability){little16(sets->at), sets->at + SET_HEADER, length - SET_HEADER};
    sets->at += length;
    sets->left--;
    return true;
}

const struct capability_field *capability_field_at(size_t index)
{
    return index < sizeof fields / sizeof fields[0] ? &fields[index] : NULL;
}

bool capability_read(const struct capability *set, const struct capability_field *field, uint32_t *value)
{
    if (set->type != field->type || set->size < field->offset + field->bytes)
        return false;
    const uint8_t *p = set->data + field->offset;
    *value = 0;
    for (unsigned i = 0; i < field->bytes; i++)
        *value += field->bytes == ARRAY ? p[i] != 0 : (uint32_t)p[i] << (8 * i);
    return true;
}
