// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/licensing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct licensing_message message;
    struct licensing_request request;

    if (!licensing_parse(data, size, &message))
        return 0;
    if (licensing_parse_request(data, size, &request))
        promise(message.type == LICENSING_REQUEST && request.scope_count <= LICENSING_SCOPES &&
                request.key_exchange_count <= LICENSING_KEY_EXCHANGES);
    promise(message.type == LICENSING_ERROR_ALERT || (message.error == 0 && message.transition == 0));
    if (licensing_succeeds(&message) && message.type == LICENSING_ERROR_ALERT)
        promise(message.error == LICENSING_STATUS_VALID_CLIENT);
    return 0;
}
