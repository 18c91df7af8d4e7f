// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/autodetect.h"

// A round trip asked for while connecting, and the answer, as FreeRDP's server and client send them.
#define RTT          "06 00 23 00 01 10"
#define RTT_RESPONSE "06 01 23 00 00 00"
// From the layouts of MS-RDPBCGR 2.2.14.1.5: 10 ms at best, 15 ms on average, 10000 kbit/s.
#define BASE_AVERAGE      "0e 00 01 00 40 08 0a 00 00 00 0f 00 00 00"
#define BANDWIDTH_AVERAGE "0e 00 02 00 80 08 10 27 00 00 0f 00 00 00"
#define ALL               "12 00 03 00 c0 08 0a 00 00 00 10 27 00 00 0f 00 00 00"
// 2.2.14.2.2: 500000 bytes in 100 ms.
#define RESULTS "0e 01 04 00 0b 00 64 00 00 00 20 a1 07 00"
// 1000 bytes in 10 ms, while connecting.
#define RESULTS_CONNECTING "0e 01 04 00 03 00 0a 00 00 00 e8 03 00 00"

static const char *const examples[] = {RTT, RTT_RESPONSE, BASE_AVERAGE,      BANDWIDTH_AVERAGE,
                                       ALL, RESULTS,      RESULTS_CONNECTING};

static bool decode(const uint8_t *data, size_t size)
{
    struct autodetect message;
    return autodetect_parse(data, size, &message);
}

static struct autodetect message_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct autodetect message;
    assert_true(autodetect_parse(bytes.data, bytes.size, &message));
    return message;
}

static void tells_a_round_trip_request(void **state)
{
    struct autodetect message = message_of(RTT);
    (void)state;
    assert_true(message.rtt_request);
    assert_false(message.has_base_rtt || message.has_average_rtt || message.has_bandwidth);
    assert_false(message_of(RTT_RESPONSE).rtt_request);
}

static void reads_network_characteristics(void **state)
{
    struct autodetect message = message_of(BASE_AVERAGE);
    (void)state;
    assert_true(message.has_base_rtt && message.has_average_rtt && !message.has_bandwidth);
    assert_int_equal(message.base_rtt, 10);
    assert_int_equal(message.average_rtt, 15);
    message = message_of(BANDWIDTH_AVERAGE);
    assert_true(!message.has_base_rtt && message.has_average_rtt && message.has_bandwidth);
    assert_int_equal(message.bandwidth, 10000);
    assert_int_equal(message.average_rtt, 15);
    message = message_of(ALL);
    assert_true(message.has_base_rtt && message.has_average_rtt && message.has_bandwidth);
    assert_int_equal(message.base_rtt, 10);
    assert_int_equal(message.bandwidth, 10000);
    assert_int_equal(message.average_rtt, 15);
}

static void reckons_the_bandwidth_that_the_client_measured(void **state)
{
    (void)state;
    assert_int_equal(message_of(RESULTS).bandwidth, 40000);
    assert_int_equal(message_of(RESULTS_CONNECTING).bandwidth, 800);
    // No time, or more than fits.
    assert_false(message_of("0e 01 04 00 0b 00 00 00 00 00 20 a1 07 00").has_bandwidth);
    assert_int_equal(message_of("0e 01 04 00 0b 00 01 00 00 00 ff ff ff ff").bandwidth, UINT32_MAX);
}

static void refuses_lengths_that_do_not_fit(void **state)
{
    struct pdu_example bytes = pdu_example("05 00 01 00 01 00");
    struct autodetect message;
    (void)state;
    assert_false(autodetect_parse(bytes.data, bytes.size, &message)); // shorter than its header
    bytes = pdu_example("0a 00 01 00 40 08 0a 00 00 00");
    assert_false(autodetect_parse(bytes.data, bytes.size, &message)); // and no averageRTT
}

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], pdu_example(examples[i]).size);
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], NULL, 2214);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_a_round_trip_request),
        cmocka_unit_test(reads_network_characteristics),
        cmocka_unit_test(reckons_the_bandwidth_that_the_client_measured),
        cmocka_unit_test(refuses_lengths_that_do_not_fit),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
