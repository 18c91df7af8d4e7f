// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/spnego.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spnego spnego;

    if (!spnego_parse(data, size, &spnego))
        return 0;
    promise(spnego.mechanism <= MECHANISM_NEGOEX);
    if (spnego.token)
        promise_inside(spnego.token, spnego.token_size, data, size);
    else
        promise(spnego.token_size == 0);
    return 0;
}
