// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/autodetect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct autodetect message;

    if (autodetect_parse(data, size, &message))
        promise((message.has_base_rtt || !message.base_rtt) && (message.has_average_rtt || !message.average_rtt));
    return 0;
}
