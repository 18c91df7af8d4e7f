// SPDX-License-Identifier: Apache-2.0
// Network characteristics as the auto-detection of MS-RDPBCGR 2.2.14 tells them. A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a message says; a field that it does not have is 0, and has_… is false.
struct autodetect {
    bool rtt_request; // the server asks for a round trip to time
    bool has_base_rtt, has_average_rtt, has_bandwidth;
    uint32_t base_rtt;    // milliseconds, the lowest that the server saw
    uint32_t average_rtt; // milliseconds
    uint32_t bandwidth;   // kilobits a second
};

// Reads a request of the server (SEC_AUTODETECT_REQ) or a response of the client (SEC_AUTODETECT_RSP), from behind the
// security header on. False where it is truncated; true with nothing set where it says nothing of this.
bool autodetect_parse(const uint8_t *data, size_t size, struct autodetect *message);
