// SPDX-License-Identifier: Apache-2.0
#include "protocol/websocket.h"

#include <string.h>

enum { OPCODE = 0x0F, MASKED = 0x80, LENGTH = 0x7F, LENGTH_16 = 126, LENGTH_64 = 127 };

size_t websocket_frame_parse(const uint8_t *data, size_t size, struct websocket_frame *frame)
{
    if (size < 2)
        return 0;
    unsigned length = data[1] & LENGTH, further = length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0;
    *frame = (struct websocket_frame){.opcode = data[0] & OPCODE, .masked = data[1] & MASKED, .size = length};
    size_t header = 2 + further + (frame->masked ? sizeof frame->mask : 0);
    if (size < header)
        return 0;
    if (further)
        frame->size = 0;
    for (unsigned i = 0; i < further; i++)
        frame->size = frame->size << 8 | data[2 + i];
    if (frame->masked)
        memcpy(frame->mask, data + 2 + further, sizeof frame->mask);
    return header;
}
