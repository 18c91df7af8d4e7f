// SPDX-License-Identifier: Apache-2.0
#include "protocol/gcc_server.h"

#include "protocol/little_endian.h"

bool gcc_read_server_core(const struct gcc_block *block, struct gcc_server_core *core)
{
    *core = (struct gcc_server_core){0};
    if (block->type != GCC_SC_CORE || block->size < 4)
        return false;
    core->version = little32(block->data);
    core->has_requested = block->size >= 8;
    if (core->has_requested)
        core->requested = little32(block->data + 4);
    core->has_early_flags = block->size >= 12;
    if (core->has_early_flags)
        core->early_flags = little32(block->data + 8);
    return true;
}

bool gcc_read_server_security(const struct gcc_block *block, struct gcc_server_security *security)
{
    if (block->type != GCC_SC_SECURITY || block->size < 8)
        return false;
    *security = (struct gcc_server_security){little32(block->data), little32(block->data + 4)};
    return true;
}

bool gcc_read_server_network(const struct gcc_block *block, struct gcc_server_network *network)
{
    if (block->type != GCC_SC_NET || block->size < 4)
        return false;
    *network = (struct gcc_server_network){.io_channel = little16(block->data), .count = little16(block->data + 2)};
    if ((block->size - 4) / 2 < network->count)
        return false;
    for (unsigned i = 0; i < network->count; i++)
        network->granted += little16(block->data + 4 + (size_t)i * 2) != 0;
    return true;
}

bool gcc_read_message_channel(const struct gcc_block *block, uint16_t *channel)
{
    if (block->type != GCC_SC_MCS_MSGCHANNEL || block->size < 2)
        return false;
    *channel = little16(block->data);
    return true;
}
