// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "target.h"

#include "connection/capture/redact.h"
#include "connection/capture/stream_keep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t headers[] = {0, 4, 12};
    uint8_t *copy = malloc(size ? size : 1);
    struct stream_keep stream = {0};

    promise(copy != NULL);
    for (int i = 0; i < 6; i++) {
        memcpy(copy, data, size);
        struct redaction redaction = redact_pdu(copy, size, i & 1, headers[i / 2]);
        promise(redaction.kept <= size);
    }
    memcpy(copy, data, size);
    promise(redact_http((char *)copy, size).kept == size);
    promise(stream_keep(&stream, data, size) <= size);
    free(copy);
    return 0;
}
