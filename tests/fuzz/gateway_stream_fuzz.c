// SPDX-License-Identifier: Apache-2.0
// What a gateway sends, or a client, in pieces: the first byte says how large they are.
#include "target.h"

#include <string.h>

#include "protocol/gateway_stream.h"
#include "protocol/http.h"

struct reader {
    struct gateway_stream stream;
    int over;
};

static void on_head(void *context, const uint8_t *data, size_t size)
{
    struct reader *reader = context;
    struct http_answer answer;

    promise(!reader->over && size <= GATEWAY_KEPT_MAX && http_head_size(data, size) == size);
    if (!http_answer_parse(data, size, &answer))
        return;
    if (answer.status == 101)
        gateway_stream_switch(&reader->stream, CARRIER_FRAMES, 0);
    else if (answer.status == 200)
        gateway_stream_switch(&reader->stream, answer.chunked ? CARRIER_CHUNKS : CARRIER_PACKETS, GATEWAY_SEED);
    else if (answer.chunked)
        gateway_stream_skip_chunks(&reader->stream);
    else
        gateway_stream_skip(&reader->stream, answer.length);
}

static void on_packet(void *context, const struct tsgu_header *header, const uint8_t *data, size_t kept)
{
    struct reader *reader = context;
    struct tsgu_answer answer;

    promise(!reader->over && header->size <= TSGU_PACKET_MAX);
    promise(kept <= GATEWAY_KEPT_MAX && kept <= header->size - TSGU_HEADER);
    if (tsgu_answer_parse(header->type, data, kept, &answer) && answer.message.data)
        promise_inside(answer.message.data, answer.message.size, data, kept);
}

static void on_malformed(void *context)
{
    struct reader *reader = context;
    promise(!reader->over);
    reader->over = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reader reader;
    const struct gateway_listener listener = {on_head, on_packet, on_malformed, &reader};

    if (size < 1)
        return 0;
    size_t step = (size_t)data[0] + 1;
    reader.over = 0;
    gateway_stream_init(&reader.stream, &listener);
    for (data++, size--; size; data += step, size -= step) {
        step = step < size ? step : size;
        gateway_stream_take(&reader.stream, data, step);
    }
    return 0;
}
