// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/redirection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct redirection packet;
    char token[32];

    if (!redirection_parse(data, size, &packet))
        return 0;
    if (packet.load_balance_size)
        promise_inside(packet.load_balance_info, packet.load_balance_size, data, size);
    promise(packet.address_count <= REDIRECTION_ADDRESSES);
    for (char *c = redirection_token(&packet, token, sizeof token); *c; c++)
        promise(*c >= 0x20 && *c < 0x7F);
    return 0;
}
