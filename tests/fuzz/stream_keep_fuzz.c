// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "connection/capture/stream_keep.h"

// The stream comes in pieces whose sizes are bytes of it.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stream_keep stream = {0};

    while (size) {
        size_t piece = 1 + data[0] % 32;
        piece = piece < size ? piece : size;
        promise(stream_keep(&stream, data, piece) <= piece);
        promise(stream.have <= sizeof stream.head);
        data += piece;
        size -= piece;
    }
    return 0;
}
