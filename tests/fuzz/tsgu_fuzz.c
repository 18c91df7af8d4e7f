// SPDX-License-Identifier: Apache-2.0
// A packet from its type on; the header's other fields are left out.
#include "target.h"

#include "protocol/tsgu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tsgu_header header;
    struct tsgu_answer answer;

    if (size >= TSGU_HEADER && tsgu_header_parse(data, &header))
        promise(header.size >= TSGU_HEADER && header.size <= TSGU_PACKET_MAX);
    if (size < 2 || !tsgu_answer_parse(data[0], data + 2, size - 2, &answer))
        return 0;
    if (answer.message.data)
        promise_inside(answer.message.data, answer.message.size, data, size);
    else
        promise(answer.message.size == 0);
    return 0;
}
