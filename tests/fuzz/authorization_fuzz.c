// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/authorization.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t result;

    promise(authorization_parse(data, size, &result) == (size == 4));
    return 0;
}
