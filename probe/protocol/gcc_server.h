// SPDX-License-Identifier: Apache-2.0
// What the server answers in its MCS Connect Response: the blocks of MS-RDPBCGR 2.2.1.4. Pure functions over bytes.
#pragma once

#include "protocol/gcc.h"

// Server Core Data (2.2.1.4.2).
struct gcc_server_core {
    uint32_t version;
    bool has_requested; // the two fields below came along; servers before RDP 5.2 and RDP 10.3 leave them out
    uint32_t requested; // clientRequestedProtocols: what the server read in the X.224 request
    bool has_early_flags;
    uint32_t early_flags; // earlyCapabilityFlags
};

// Server Security Data (2.2.1.4.3).
struct gcc_server_security {
    uint32_t method; // encryptionMethod
    uint32_t level;  // encryptionLevel
};

// Server Network Data (2.2.1.4.4).
struct gcc_server_network {
    uint16_t io_channel; // MCSChannelId
    unsigned count;      // static virtual channels that were asked for
    unsigned granted;    // those of them that got an id
};

// Each reads a block of its type; false where it is of another, too short, or its own counts do not fit.
bool gcc_read_server_core(const struct gcc_block *block, struct gcc_server_core *core);
bool gcc_read_server_security(const struct gcc_block *block, struct gcc_server_security *security);
bool gcc_read_server_network(const struct gcc_block *block, struct gcc_server_network *network);

// Server Message Channel Data (2.2.1.4.5): the channel's id.
bool gcc_read_message_channel(const struct gcc_block *block, uint16_t *channel);
