// SPDX-License-Identifier: Apache-2.0
#include "protocol/confirm_active.h"

#include "protocol/little_endian.h"

bool confirm_active_parse(const uint8_t *body, size_t size, struct confirm_active *confirm)
{
    *confirm = (struct confirm_active){0};
    if (size < CONFIRM_ACTIVE_SOURCE)
        return false;
    confirm->source = body + CONFIRM_ACTIVE_SOURCE;
    confirm->source_size = little16(body + CONFIRM_ACTIVE_SOURCE_SIZE);
    if (size - CONFIRM_ACTIVE_SOURCE < confirm->source_size + 2)
        return false;
    confirm->sets = little16(confirm->source + confirm->source_size);
    return true;
}
