// SPDX-License-Identifier: Apache-2.0
// A piece of what was sent or received: borrowed memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *data;
    size_t size;
};
