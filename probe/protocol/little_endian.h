// SPDX-License-Identifier: Apache-2.0
// Little-endian integers as they stand in PDUs (MS-RDPBCGR 1.3: all multi-byte fields are little-endian unless a field
// says otherwise). The caller has checked that the bytes are there.
#pragma once

#include <stdint.h>

static inline uint16_t little16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t little32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
