// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/websocket.h"

static struct websocket_frame frame_of(const char *hex, size_t header)
{
    struct pdu_example bytes = pdu_example(hex);
    struct websocket_frame frame;
    assert_int_equal(websocket_frame_parse(bytes.data, bytes.size, &frame), header);
    return frame;
}

static void reads_the_examples_of_the_rfc(void **state)
{
    struct websocket_frame frame;
    (void)state;
    frame = frame_of("81 05 48 65 6c 6c 6f", 2); // RFC 6455 5.7: text, unmasked
    assert_true(frame.opcode == 1 && !frame.masked && frame.size == 5);
    frame = frame_of("81 85 37 fa 21 3d 7f 9f 4d 51 58", 6); // masked
    assert_true(frame.masked && frame.size == 5);
    assert_memory_equal(frame.mask, "\x37\xfa\x21\x3d", 4);
    frame = frame_of("89 05 48 65 6c 6c 6f", 2); // ping
    assert_int_equal(frame.opcode, WEBSOCKET_PING);
    frame = frame_of("82 7e 01 00", 4); // 256 bytes, binary
    assert_true(frame.opcode == WEBSOCKET_BINARY && frame.size == 256);
    frame = frame_of("82 7f 00 00 00 00 00 01 00 00", 10); // 64 KiB
    assert_int_equal(frame.size, 65536);
    frame = frame_of("00 ff 80 00 00 00 00 00 00 00 01 02 03 04", 14);
    assert_true(frame.opcode == WEBSOCKET_CONTINUATION && frame.masked && frame.size == (uint64_t)1 << 63);
}

static bool decode(const uint8_t *data, size_t size)
{
    struct websocket_frame frame;
    return websocket_frame_parse(data, size, &frame) > 0;
}

static void waits_for_the_whole_header(void **state)
{
    static const char *const examples[] = {"82 05",
                                           "82 85 01 02 03 04",
                                           "82 7e 01 00",
                                           "82 fe 01 00 01 02 03 04",
                                           "82 7f 00 00 00 00 00 01 00 00",
                                           "82 ff 00 00 00 00 00 01 00 00 01 02 03 04"};
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], pdu_example(examples[i]).size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_examples_of_the_rfc),
        cmocka_unit_test(waits_for_the_whole_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
