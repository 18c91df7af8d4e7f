// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/session_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct session_info info;

    if (session_info_parse(data, size, &info) && info.has_error)
        promise(!session_info_logged_on(&info));
    return 0;
}
