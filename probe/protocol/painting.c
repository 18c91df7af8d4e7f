// SPDX-License-Identifier: Apache-2.0
#include "protocol/painting.h"

#include "protocol/little_endian.h"

// MS-RDPBCGR 2.2.9.1.2.1: updateCode; the bits above are fragmentation and compression.
enum { CODE = 0x0F, FRAGMENT = 0x30, COMPRESSED = 0x80, ORDERS = 0, BITMAP = 1, SURFACE = 4 };

// Cache orders alone paint nothing (MS-RDPEGDI 2.2.2.2.1): the first order must be a primary one.
static bool orders_paint(const uint8_t *orders, size_t size)
{
    enum { TS_STANDARD = 1, TS_SECONDARY = 2 };
    return size > 0 && (orders[0] & (TS_STANDARD | TS_SECONDARY)) == TS_STANDARD;
}

// Frame markers paint nothing (2.2.9.2.3).
static bool surface_paints(const uint8_t *commands, size_t size)
{
    enum { FRAME_MARKER = 4, MARKER_SIZE = 8 };
    while (size >= MARKER_SIZE && little16(commands) == FRAME_MARKER) {
        commands += MARKER_SIZE;
        size -= MARKER_SIZE;
    }
    return size > 2;
}

static bool update_paints(uint8_t header, const uint8_t *data, size_t size)
{
    bool whole = !(header & (FRAGMENT | COMPRESSED));
    switch (header & CODE) {
    case BITMAP:
        return size > 0;
    case ORDERS: // numberOrders
        return whole ? size > 2 && little16(data) && orders_paint(data + 2, size - 2) : size > 0;
    case SURFACE:
        return whole ? surface_paints(data, size) : size > 0;
    default:
        return false;
    }
}

bool painting_fast_path(const uint8_t *updates, size_t size)
{
    while (size >= 3) {
        size_t header = updates[0] & COMPRESSED ? 4 : 3;
        if (size < header)
            return false;
        size_t length = little16(updates + header - 2);
        if (length > size - header)
            return false;
        if (update_paints(updates[0], updates + header, length))
            return true;
        updates += header + length;
        size -= header + length;
    }
    return false;
}

bool painting_slow_path(const uint8_t *body, size_t size)
{
    enum { SLOW_ORDERS = 0, SLOW_BITMAP = 1, ORDERS_HEADER = 8 }; // updateType; 2.2.9.1.1.3.1.1: pad 2, count 2, pad 2
    if (size < 4)
        return false;
    if (little16(body) == SLOW_BITMAP)
        return little16(body + 2) > 0; // numberRectangles
    return little16(body) == SLOW_ORDERS && size > ORDERS_HEADER && little16(body + 4) > 0 &&
           orders_paint(body + ORDERS_HEADER, size - ORDERS_HEADER);
}
