// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/gcc_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gcc_blocks blocks;
    struct gcc_block block;
    struct gcc_server_core core;
    struct gcc_server_security security;
    struct gcc_server_network network;
    uint16_t channel;
    uint32_t flags;

    if (!gcc_open(data, size, &blocks))
        return 0;
    while (gcc_next(&blocks, &block)) {
        promise_inside(block.data, block.size, data, size);
        gcc_read_server_core(&block, &core);
        gcc_read_server_security(&block, &security);
        if (gcc_read_server_network(&block, &network))
            promise(network.granted <= network.count);
        gcc_read_message_channel(&block, &channel);
        gcc_read_flags(&block, GCC_SC_MULTITRANSPORT, &flags);
    }
    return 0;
}
