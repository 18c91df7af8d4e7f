// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/other_protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct other_protocol *protocol = other_protocol(data, size);

    promise(!protocol || (size >= 2 && protocol->outcome && protocol->name));
    return 0;
}
