// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/x224.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct x224_request request;
    struct x224_confirm confirm;
    int is_request = x224_parse_request(data, size, &request);
    int is_confirm = x224_parse_confirm(data, size, &confirm);

    promise(!(is_request && is_confirm));
    if (is_request)
        promise(request.negotiates || (request.flags == 0 && request.protocols == 0));
    if (is_confirm) {
        promise(confirm.kind != CONFIRM_PLAIN || size == 11); // TPKT and the fixed part
        x224_protocol_name(confirm.value);
    }
    return 0;
}
