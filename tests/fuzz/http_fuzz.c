// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <string.h>

#include "protocol/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_request request;
    struct http_answer answer;
    uint8_t token[256];

    promise(http_head_size(data, size) <= size);
    if (http_request_parse(data, size, &request)) {
        promise(memchr(request.method, 0, sizeof request.method) && memchr(request.scheme, 0, sizeof request.scheme));
        if (request.token.size)
            promise_inside((const uint8_t *)request.token.text, request.token.size, data, size);
        promise(http_base64(request.token, token, sizeof token) <= sizeof token);
    }
    if (http_answer_parse(data, size, &answer)) {
        promise(answer.status >= 100 && answer.status <= 999 && answer.scheme_count <= HTTP_SCHEMES_MAX);
        promise(memchr(answer.reason, 0, sizeof answer.reason) && memchr(answer.server, 0, sizeof answer.server));
    }
    return 0;
}
