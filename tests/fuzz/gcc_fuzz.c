// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <string.h>

#include "protocol/gcc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gcc_blocks blocks;
    struct gcc_block block;
    struct gcc_client_core core;
    struct gcc_client_cluster cluster;
    struct gcc_client_security security;
    struct gcc_client_network network;
    uint32_t flags;

    if (!gcc_open(data, size, &blocks))
        return 0;
    promise_inside(blocks.at, (size_t)(blocks.end - blocks.at), data, size);
    while (gcc_next(&blocks, &block)) {
        promise_inside(block.data, block.size, data, size);
        gcc_read_client_core(&block, &core);
        promise(memchr(core.name, '\0', sizeof core.name) != NULL);
        gcc_read_client_cluster(&block, &cluster);
        gcc_read_client_security(&block, &security);
        gcc_read_client_network(&block, &network);
        promise(network.count <= GCC_CHANNELS_MAX);
        gcc_read_flags(&block, GCC_CS_MULTITRANSPORT, &flags);
    }
    return 0;
}
