// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorization.h"

#include "protocol/little_endian.h"

enum { RESULT_SIZE = 4 };

bool authorization_parse(const uint8_t *data, size_t size, uint32_t *result)
{
    if (size != RESULT_SIZE)
        return false;
    *result = little32(data);
    return true;
}
