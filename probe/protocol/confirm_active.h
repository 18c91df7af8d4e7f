// SPDX-License-Identifier: Apache-2.0
// Confirm Active, in which a client names its kind and its capabilities (MS-RDPBCGR 2.2.1.13.2.1). A pure function over
// bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONFIRM_ACTIVE_SOURCE_SIZE = 6, // where lengthSourceDescriptor stands, behind the share control header
    CONFIRM_ACTIVE_SOURCE = 10      // …and sourceDescriptor
};

struct confirm_active {
    const uint8_t *source; // sourceDescriptor, pointing into the data; with whatever zeros end it
    size_t source_size;
    uint16_t sets; // numberCapabilities
};

// Reads a Confirm Active from behind its share control header on. False where it is truncated.
bool confirm_active_parse(const uint8_t *body, size_t size, struct confirm_active *confirm);
