// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct websocket_frame frame;
    size_t header = websocket_frame_parse(data, size, &frame);

    promise(header <= size && header <= WEBSOCKET_HEADER_MAX);
    if (header)
        promise(header >= 2 && frame.opcode <= 0xF);
    return 0;
}
