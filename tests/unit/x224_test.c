// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pdu_example.h"
#include "protocol/x224.h"

// MS-RDPBCGR 4.1.1, Client X.224 Connection Request PDU: "Cookie: mstshash=eltons", PROTOCOL_RDP.
#define REQUEST                                                                                                        \
    "03 00 00 2c 27 e0 00 00 00 00 00 43 6f 6f 6b 69 65 3a 20 6d 73 74 73 68 61 73 68 3d 65 6c 74 6f 6e 73 0d 0a "     \
    "01 00 08 00 00 00 00 00"
// The same without a cookie, with RESTRICTED_ADMIN_MODE_REQUIRED, for SSL and HYBRID (2.2.1.1.1).
#define REQUEST_NLA "03 00 00 13 0e e0 00 00 00 00 00 01 01 08 00 03 00 00 00"
// Without RDP_NEG_REQ, as clients before RDP 5.2 sent it.
#define REQUEST_PLAIN "03 00 00 0b 06 e0 00 00 00 00 00"
// With RDP_NEG_CORRELATION_INFO (2.2.1.1.2) after the negotiation request.
#define REQUEST_CORRELATION                                                                                            \
    "03 00 00 37 32 e0 00 00 00 00 00 01 08 08 00 0b 00 00 00 06 00 24 00 "                                            \
    "11 22 33 44 55 66 77 88 99 aa bb cc dd ee 01 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"

// MS-RDPBCGR 4.1.2, Server X.224 Connection Confirm PDU: PROTOCOL_RDP selected.
#define CONFIRM "03 00 00 13 0e d0 00 00 12 34 00 02 00 08 00 00 00 00 00"
// EXTENDED_CLIENT_DATA_SUPPORTED and others in the flags, HYBRID selected (2.2.1.2.1).
#define CONFIRM_NLA "03 00 00 13 0e d0 00 00 12 34 00 02 1f 08 00 02 00 00 00"
// RDP_NEG_FAILURE (2.2.1.2.2): HYBRID_REQUIRED_BY_SERVER.
#define CONFIRM_REFUSED "03 00 00 13 0e d0 00 00 12 34 00 03 00 08 00 05 00 00 00"
// No negotiation data: a server that knows RDP security only.
#define CONFIRM_OLD "03 00 00 0b 06 d0 00 00 12 34 00"

static const char *const requests[] = {REQUEST, REQUEST_NLA, REQUEST_PLAIN, REQUEST_CORRELATION};
static const char *const confirms[] = {CONFIRM, CONFIRM_NLA, CONFIRM_REFUSED, CONFIRM_OLD};

static void a_request_gets_its_negotiation(void **state)
{
    // The same request of 4.1.1, with RDP_NEG_REQ cut off, gets back what was cut off.
    struct pdu_example whole = pdu_example(REQUEST);
    uint8_t data[300] = {0};
    (void)state;
    memcpy(data, whole.data, whole.size - X224_NEGOTIATION_SIZE);
    data[3] -= X224_NEGOTIATION_SIZE;
    data[4] -= X224_NEGOTIATION_SIZE;
    assert_true(x224_add_negotiation(data, whole.size - X224_NEGOTIATION_SIZE, PROTOCOL_RDP));
    assert_memory_equal(data, whole.data, whole.size);
    assert_false(x224_add_negotiation(data, whole.size, PROTOCOL_RDP)); // it has one
    struct pdu_example confirm = pdu_example(CONFIRM_OLD);
    memcpy(data, confirm.data, confirm.size);
    assert_false(x224_add_negotiation(data, confirm.size, PROTOCOL_RDP));
    assert_memory_equal(data, confirm.data, confirm.size);
}

static void a_request_without_room_stays(void **state)
{
    enum { FIXED = 11, INDICATOR_MAX = 254 };
    uint8_t data[300] = {3, 0, 1, 0, 0, 0xE0};
    size_t size = INDICATOR_MAX + 5 - X224_NEGOTIATION_SIZE + 1;
    (void)state;
    data[2] = (uint8_t)(size >> 8);
    data[3] = (uint8_t)size;
    data[4] = (uint8_t)(size - 5);
    memset(data + FIXED, 'x', size - FIXED - 2);
    memcpy(data + size - 2, "\r\n", 2);
    struct x224_request request;
    assert_true(x224_parse_request(data, size, &request));
    assert_false(x224_add_negotiation(data, size, PROTOCOL_SSL));
    // One byte less of the token.
    size--;
    data[2] = (uint8_t)(size >> 8);
    data[3]--;
    data[4]--;
    memcpy(data + size - 2, "\r\n", 2);
    assert_true(x224_add_negotiation(data, size, PROTOCOL_SSL));
    assert_true(x224_parse_request(data, size + X224_NEGOTIATION_SIZE, &request));
    assert_true(request.negotiates);
    assert_int_equal(request.protocols, PROTOCOL_SSL);
}

static void what_may_be_selected(void **state)
{
    (void)state;
    assert_true(x224_was_requested(PROTOCOL_SSL | PROTOCOL_HYBRID, PROTOCOL_SSL));
    assert_true(x224_was_requested(PROTOCOL_SSL, PROTOCOL_RDP));
    assert_true(x224_was_requested(PROTOCOL_RDP, PROTOCOL_RDP));
    assert_false(x224_was_requested(PROTOCOL_RDP, PROTOCOL_SSL));
    assert_false(x224_was_requested(PROTOCOL_SSL, PROTOCOL_HYBRID));
    assert_false(x224_was_requested(PROTOCOL_SSL | PROTOCOL_HYBRID, PROTOCOL_SSL | PROTOCOL_HYBRID));
    assert_false(x224_was_requested(0xB, 0x40));
}

static bool decode_request(const uint8_t *data, size_t size)
{
    struct x224_request request;
    return x224_parse_request(data, size, &request);
}

static bool decode_confirm(const uint8_t *data, size_t size)
{
    struct x224_confirm confirm;
    return x224_parse_confirm(data, size, &confirm);
}

static struct x224_request request_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct x224_request request;
    assert_true(x224_parse_request(bytes.data, bytes.size, &request));
    return request;
}

static struct x224_confirm confirm_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct x224_confirm confirm;
    assert_true(x224_parse_confirm(bytes.data, bytes.size, &confirm));
    return confirm;
}

static bool refuses(decoder *decode, const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return !decode(bytes.data, bytes.size);
}

static void reads_requests(void **state)
{
    (void)state;
    struct x224_request request = request_of(REQUEST);
    assert_true(request.negotiates);
    assert_int_equal(request.flags, 0);
    assert_int_equal(request.protocols, PROTOCOL_RDP);

    request = request_of(REQUEST_NLA);
    assert_true(request.negotiates);
    assert_int_equal(request.flags, 1);
    assert_int_equal(request.protocols, PROTOCOL_SSL | PROTOCOL_HYBRID);

    request = request_of(REQUEST_PLAIN);
    assert_false(request.negotiates);

    request = request_of(REQUEST_CORRELATION);
    assert_true(request.negotiates);
    assert_int_equal(request.flags, 8);
    assert_int_equal(request.protocols, PROTOCOL_SSL | PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX);
}

static void reads_confirms(void **state)
{
    (void)state;
    struct x224_confirm confirm = confirm_of(CONFIRM);
    assert_int_equal(confirm.kind, CONFIRM_RESPONSE);
    assert_int_equal(confirm.flags, 0);
    assert_int_equal(confirm.value, PROTOCOL_RDP);

    confirm = confirm_of(CONFIRM_NLA);
    assert_int_equal(confirm.kind, CONFIRM_RESPONSE);
    assert_int_equal(confirm.flags, 0x1F);
    assert_int_equal(confirm.value, PROTOCOL_HYBRID);

    confirm = confirm_of(CONFIRM_REFUSED);
    assert_int_equal(confirm.kind, CONFIRM_FAILURE);
    assert_int_equal(confirm.value, 5);

    assert_int_equal(confirm_of(CONFIRM_OLD).kind, CONFIRM_PLAIN);
}

static void refuses_what_is_neither(void **state)
{
    (void)state;
    assert_true(refuses(decode_request, CONFIRM));
    assert_true(refuses(decode_confirm, REQUEST));
    // X.224 Disconnect Request (13.5), then what is no TPKT: TLS, HTTP, SSH.
    assert_true(refuses(decode_confirm, "03 00 00 0b 06 80 00 00 12 34 00"));
    assert_true(refuses(decode_confirm, "15 03 01 00 02 02 46 00 00 00 00 00 00 00 00 00 00 00 00"));
    assert_true(refuses(decode_confirm, "48 54 54 50 2f 31 2e 31 20 34 30 30 20 42 61 64 20 52 65 71"));
    assert_true(refuses(decode_confirm, "53 53 48 2d 32 2e 30 2d 4f 70 65 6e 53 53 48 5f 39 2e 32 0d 0a"));
}

static void refuses_lengths_that_do_not_agree(void **state)
{
    (void)state;
    // TPKT longer and shorter than the data, length indicator that does not fit, RDP_NEG_RSP of another length or type.
    assert_true(refuses(decode_confirm, "03 00 00 14 0f d0 00 00 12 34 00 02 00 08 00 00 00 00 00"));
    assert_true(refuses(decode_confirm, CONFIRM " 00"));
    assert_true(refuses(decode_request, REQUEST " 00"));
    assert_true(refuses(decode_confirm, "03 00 00 13 0d d0 00 00 12 34 00 02 00 08 00 00 00 00 00"));
    assert_true(refuses(decode_confirm, "03 00 00 13 ff d0 00 00 12 34 00 02 00 08 00 00 00 00 00"));
    assert_true(refuses(decode_confirm, "03 00 00 0a 05 d0 00 00 12 34"));
    assert_true(refuses(decode_confirm, "03 00 00 13 0e d0 00 00 12 34 00 02 00 09 00 00 00 00 00"));
    assert_true(refuses(decode_confirm, "03 00 00 13 0e d0 00 00 12 34 00 01 00 08 00 00 00 00 00"));
    assert_true(refuses(decode_confirm, "03 00 00 12 0d d0 00 00 12 34 00 02 00 08 00 00 00 00"));
}

static void names_protocols(void **state)
{
    (void)state;
    assert_string_equal(x224_protocol_name(PROTOCOL_RDP), "RDP");
    assert_string_equal(x224_protocol_name(PROTOCOL_SSL), "SSL");
    assert_string_equal(x224_protocol_name(PROTOCOL_HYBRID), "HYBRID");
    assert_string_equal(x224_protocol_name(PROTOCOL_RDSTLS), "RDSTLS");
    assert_string_equal(x224_protocol_name(PROTOCOL_HYBRID_EX), "HYBRID_EX");
    assert_string_equal(x224_protocol_name(PROTOCOL_RDSAAD), "RDSAAD");
    assert_null(x224_protocol_name(PROTOCOL_SSL | PROTOCOL_HYBRID));
    assert_null(x224_protocol_name(0x20));
}

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        check_prefixes(decode_request, requests[i], pdu_example(requests[i]).size);
    for (size_t i = 0; i < sizeof confirms / sizeof confirms[0]; i++)
        check_prefixes(decode_confirm, confirms[i], pdu_example(confirms[i]).size);
}

static void repair(struct pdu_example *bytes)
{
    repair_tpkt(bytes);
    if (bytes->size > 4)
        bytes->data[4] = (uint8_t)(bytes->size - 5); // X.224's length indicator
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode_request, requests, sizeof requests / sizeof requests[0], repair, 224);
    check_mutations(decode_confirm, confirms, sizeof confirms / sizeof confirms[0], repair, 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_requests),
        cmocka_unit_test(reads_confirms),
        cmocka_unit_test(refuses_what_is_neither),
        cmocka_unit_test(refuses_lengths_that_do_not_agree),
        cmocka_unit_test(names_protocols),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
        cmocka_unit_test(a_request_gets_its_negotiation),
        cmocka_unit_test(a_request_without_room_stays),
        cmocka_unit_test(what_may_be_selected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
