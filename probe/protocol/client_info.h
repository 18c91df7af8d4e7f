// SPDX-License-Identifier: Apache-2.0
// What Client Info tells of the client (TS_INFO_PACKET, MS-RDPBCGR 2.2.1.11.1.1). A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client_info {
    uint32_t code_page; // active input locale, where the flags say Unicode
    uint32_t flags;
    bool has_performance;
    uint32_t performance; // performanceFlags (2.2.1.11.1.1.1)
};

// Reads Client Info behind its security header, decrypted. False where it is malformed up to the names in it; what an
// older client leaves out behind them is not there.
bool client_info_parse(const uint8_t *data, size_t size, struct client_info *info);
