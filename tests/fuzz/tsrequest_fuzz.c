// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/tsrequest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tsrequest request;

    ntlm_message_type(data, size);
    if (!tsrequest_parse(data, size, &request))
        return 0;
    promise(request.has_error || request.error == 0);
    if (request.token) {
        promise_inside(request.token, request.token_size, data, size);
        ntlm_message_type(request.token, request.token_size);
    } else {
        promise(request.token_size == 0);
    }
    return 0;
}
