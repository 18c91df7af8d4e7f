// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/mcs.h"

// MS-RDPBCGR 4.1.4, Server MCS Connect Response PDU with GCC Conference Create Response.
#define CONNECT_RESPONSE                                                                                               \
    "03 00 01 51 02 f0 80 7f 66 82 01 45 0a 01 00 02 01 00 30 1a 02 01 22 02 01 03 02 01 00 02 01 01 "                 \
    "02 01 00 02 01 01 02 03 00 ff f8 02 01 02 04 82 01 1f 00 05 00 14 7c 00 01 2a 14 76 0a 01 01 00 "                 \
    "01 c0 00 4d 63 44 6e 81 08 01 0c 0c 00 04 00 08 00 00 00 00 00 03 0c 10 00 eb 03 03 00 ec 03 ed "                 \
    "03 ee 03 00 00 02 0c ec 00 02 00 00 00 02 00 00 00 20 00 00 00 b8 00 00 00 10 11 77 20 30 61 0a "                 \
    "12 e4 34 a1 1e f2 c3 9f 31 7d a4 5f 01 89 34 96 e0 ff 11 08 69 7f 1a c3 d2 01 00 00 00 01 00 00 "                 \
    "00 01 00 00 00 06 00 5c 00 52 53 41 31 48 00 00 00 00 02 00 00 3f 00 00 00 01 00 01 00 cb 81 fe "                 \
    "ba 6d 61 c3 55 05 d5 5f 2e 87 f8 71 94 d6 f1 a5 cb f1 5f 0c 3d f8 70 02 96 c4 fb 9b c8 3c 2d 55 "                 \
    "ae e8 ff 32 75 ea 68 79 e5 a2 01 fd 31 a0 b1 1f 55 a6 1f c1 f6 d1 83 88 63 26 56 12 bc 00 00 00 "                 \
    "00 00 00 00 00 08 00 48 00 e9 e1 d6 28 46 8b 4e f5 0a df fd ee 21 99 ac b4 e1 8f 5f 81 57 82 ef "                 \
    "9d 96 52 63 27 18 29 db b3 4a fd 9a da 42 ad b5 69 21 89 0e 1d c0 4c 1a a8 aa 71 3e 0f 54 b9 9a "                 \
    "e4 99 68 3f 6c d6 76 84 61 00 00 00 00 00 00 00 00"
// The front of 4.1.3, Client MCS Connect Initial PDU, with the TPKT shortened to it.
#define CONNECT_INITIAL "03 00 00 14 02 f0 80 7f 65 82 01 94 04 01 01 04 01 01 01 01"
#define ERECT_DOMAIN    "03 00 00 0c 02 f0 80 04 01 00 01 00"          // 4.1.5
#define ATTACH_REQUEST  "03 00 00 08 02 f0 80 28"                      // 4.1.6
#define ATTACH_CONFIRM  "03 00 00 0b 02 f0 80 2e 00 00 06"             // 4.1.7
#define JOIN_REQUEST    "03 00 00 0c 02 f0 80 38 00 06 03 ef"          // 4.1.8.1.1
#define JOIN_CONFIRM    "03 00 00 0f 02 f0 80 3e 00 00 06 03 ef 03 ef" // 4.1.8.1.2
// 4.1.9, Client Security Exchange PDU: Send Data Request of 0x50 bytes.
#define SECURITY_EXCHANGE                                                                                              \
    "03 00 00 5e 02 f0 80 64 00 06 03 eb 70 50 01 02 00 00 48 00 00 00 91 ac 0c 8f 64 8c 39 f4 e7 ff "                 \
    "0a 3b 79 11 5c 13 51 2a cb 72 8f 9d b7 42 2e f7 08 4c 8e ae 55 99 62 d2 81 81 e4 66 c8 05 ea d4 "                 \
    "73 06 3f c8 5f af 2a fd fc f1 64 b3 3f 0a 15 1d db 2c 10 9d 30 11 00 00 00 00 00 00 00 00"
// 4.1.11, Server License Error PDU - Valid Client: Send Data Indication of 0x1c bytes.
#define LICENSE_ERROR                                                                                                  \
    "03 00 00 2a 02 f0 80 68 00 01 03 eb 70 1c 88 02 02 03 8d 43 9a ab d5 2a 31 39 62 4d c1 ec 0d 99 "                 \
    "88 e6 da ab 2c 02 72 4d 49 90"
// The same with the PER length in two bytes, which any length may have.
#define LICENSE_ERROR_LONG                                                                                             \
    "03 00 00 2b 02 f0 80 68 00 01 03 eb 70 80 1c 88 02 02 03 8d 43 9a ab d5 2a 31 39 62 4d c1 ec 0d 99 "              \
    "88 e6 da ab 2c 02 72 4d 49 90"
#define ULTIMATUM       "03 00 00 09 02 f0 80 21 80" // 4.2.3: rn-user-requested
#define ULTIMATUM_EMPTY "03 00 00 09 02 f0 80 20 80" // rn-provider-initiated

static const char *const examples[] = {CONNECT_RESPONSE, CONNECT_INITIAL, ERECT_DOMAIN,      ATTACH_REQUEST,
                                       ATTACH_CONFIRM,   JOIN_REQUEST,    JOIN_CONFIRM,      SECURITY_EXCHANGE,
                                       LICENSE_ERROR,    ULTIMATUM,       LICENSE_ERROR_LONG};

static bool decode(const uint8_t *data, size_t size)
{
    struct mcs_pdu pdu;
    if (!mcs_parse(data, size, &pdu))
        return false;
    touch(pdu.payload, pdu.size);
    return true;
}

static struct mcs_pdu read_pdu(const struct pdu_example *bytes)
{
    struct mcs_pdu pdu;
    assert_true(mcs_parse(bytes->data, bytes->size, &pdu));
    return pdu;
}

static struct mcs_pdu pdu_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct mcs_pdu pdu = read_pdu(&bytes);
    pdu.payload = NULL; // it pointed into bytes
    return pdu;
}

static bool refuses(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return !decode(bytes.data, bytes.size);
}

static void tells_types(void **state)
{
    (void)state;
    assert_int_equal(pdu_of(CONNECT_INITIAL).type, MCS_CONNECT_INITIAL);
    assert_int_equal(pdu_of(CONNECT_RESPONSE).type, MCS_CONNECT_RESPONSE);
    assert_int_equal(pdu_of(ERECT_DOMAIN).type, MCS_ERECT_DOMAIN);
    assert_int_equal(pdu_of(ATTACH_REQUEST).type, MCS_ATTACH_USER_REQUEST);
    assert_int_equal(pdu_of(ATTACH_CONFIRM).type, MCS_ATTACH_USER_CONFIRM);
    assert_int_equal(pdu_of(JOIN_REQUEST).type, MCS_CHANNEL_JOIN_REQUEST);
    assert_int_equal(pdu_of(JOIN_CONFIRM).type, MCS_CHANNEL_JOIN_CONFIRM);
    assert_int_equal(pdu_of(SECURITY_EXCHANGE).type, MCS_SEND_DATA_REQUEST);
    assert_int_equal(pdu_of(LICENSE_ERROR).type, MCS_SEND_DATA_INDICATION);
    assert_int_equal(pdu_of(ULTIMATUM).type, MCS_DISCONNECT_ULTIMATUM);
    assert_int_equal(pdu_of("03 00 00 09 02 f0 80 a8 00").type, MCS_OTHER); // choice 42
}

static void reads_results(void **state)
{
    (void)state;
    assert_int_equal(pdu_of(CONNECT_RESPONSE).result, 0);
    assert_int_equal(pdu_of(ATTACH_CONFIRM).result, 0);
    assert_int_equal(pdu_of(JOIN_CONFIRM).result, 0);
    // rt-unspecified-failure (14), with the BER length in one, two and three bytes.
    assert_int_equal(pdu_of("03 00 00 0d 02 f0 80 7f 66 03 0a 01 0e").result, 14);
    assert_int_equal(pdu_of("03 00 00 0e 02 f0 80 7f 66 81 03 0a 01 0e").result, 14);
    assert_int_equal(pdu_of("03 00 00 0f 02 f0 80 7f 66 82 00 03 0a 01 0e").result, 14);
    // Four bits over the border of two bytes, with and without an initiator: rt-too-many-users is 15, 8 rt-no-such-…
    assert_int_equal(pdu_of("03 00 00 0b 02 f0 80 2f e0 00 06").result, 15);
    assert_int_equal(pdu_of("03 00 00 09 02 f0 80 2d 00").result, 8);
    assert_int_equal(pdu_of("03 00 00 09 02 f0 80 2c 20").result, 1);
    assert_int_equal(pdu_of("03 00 00 0d 02 f0 80 3d c0 00 06 03 ef").result, 14);
}

static void reads_reasons(void **state)
{
    (void)state;
    assert_int_equal(pdu_of(ULTIMATUM).reason, 3);
    assert_int_equal(pdu_of(ULTIMATUM_EMPTY).reason, 1);
    assert_int_equal(pdu_of("03 00 00 09 02 f0 80 20 00").reason, 0); // rn-domain-disconnected
    assert_int_equal(pdu_of("03 00 00 09 02 f0 80 21 00").reason, 2); // rn-token-purged
    assert_int_equal(pdu_of("03 00 00 09 02 f0 80 22 00").reason, 4); // rn-channel-purged
}

static void finds_payloads(void **state)
{
    struct pdu_example bytes = pdu_example(LICENSE_ERROR);
    struct mcs_pdu pdu = read_pdu(&bytes);
    (void)state;
    assert_int_equal(pdu.channel, 1003);
    assert_ptr_equal(pdu.payload, bytes.data + 14);
    assert_int_equal(pdu.size, 0x1C);

    bytes = pdu_example(LICENSE_ERROR_LONG);
    pdu = read_pdu(&bytes);
    assert_ptr_equal(pdu.payload, bytes.data + 15);
    assert_int_equal(pdu.size, 0x1C);

    bytes = pdu_example(SECURITY_EXCHANGE);
    pdu = read_pdu(&bytes);
    assert_int_equal(pdu.channel, 1003);
    assert_ptr_equal(pdu.payload, bytes.data + 14);
    assert_int_equal(pdu.size, 0x50);

    bytes = pdu_example("03 00 00 0e 02 f0 80 68 00 01 03 eb 70 00");
    pdu = read_pdu(&bytes);
    assert_int_equal(pdu.size, 0);
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    assert_true(refuses("03 00 00 13 0e d0 00 00 12 34 00 02 00 08 00 00 00 00 00")); // X.224 Connection Confirm
    assert_true(refuses("00 09 02 f0 80 21 80 00 00"));                               // fast-path
    assert_true(refuses("30 0d a0 03 02 01 06 a4 06 02 04 c0 00 00 6d"));             // TSRequest
    assert_true(refuses("03 00 00 07 02 f0 80 28"));                                  // TPKT without an MCS PDU
    assert_true(refuses("03 00 00 0a 02 f0 80 7f 67 00"));                            // no BER tag of MCS
    assert_true(refuses("03 00 00 0d 02 f0 80 7f 66 03 02 01 00"));                   // result is no ENUMERATED
    assert_true(refuses("03 00 00 0e 02 f0 80 7f 66 04 0a 02 00 0e"));                // result of two bytes
    assert_true(refuses("03 00 00 0d 02 f0 80 7f 66 ff 0a 01 0e"));                   // a length of 127 bytes
    assert_true(refuses("03 00 00 0e 02 f0 80 68 00 01 03 eb 70 01"));                // more user data than there is
    assert_true(refuses("03 00 00 0f 02 f0 80 68 00 01 03 eb 70 80 01"));             // the same in two bytes
    assert_true(refuses("03 00 00 0e 02 f0 80 68 00 01 03 eb 70 80"));                // one of the two is missing
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
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], repair_tpkt, 125);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_types),    cmocka_unit_test(reads_results),        cmocka_unit_test(reads_reasons),
        cmocka_unit_test(finds_payloads), cmocka_unit_test(refuses_what_is_none), cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
