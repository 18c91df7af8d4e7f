// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "connection/capture/redact.h"
#include "connection/capture/stream_keep.h"
#include "pdu_example.h"

// TSRequest version 6 with an NTLM AUTHENTICATE (MS-NLMP 2.2.1.3) of user "bob" whose responses, session key and MIC
// are of the bytes ee, and pubKeyAuth of them.
#define AUTHENTICATE                                                                                                   \
    "30 81 82 a0 03 02 01 06 a1 71 30 6f 30 6d a0 6b 04 69 "                                                           \
    "4e 54 4c 4d 53 53 50 00 03 00 00 00 04 00 04 00 58 00 00 00 05 00 05 00 5c 00 00 00 00 00 00 00 40 00 00 00 "     \
    "06 00 06 00 61 00 00 00 00 00 00 00 40 00 00 00 02 00 02 00 67 00 00 00 01 02 00 00 "                             \
    "ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee ee "                                         \
    "ee ee ee ee ee ee ee ee ee 62 00 6f 00 62 00 ee ee a3 08 04 06 ee ee ee ee ee ee"
// Client Info under TLS: domain "", user "bob", password of the bytes ee, shell and directory "".
#define CLIENT_INFO                                                                                                    \
    "03 00 00 3d 02 f0 80 64 00 06 03 eb 70 80 2e 40 00 00 00 00 00 00 00 33 01 00 00 00 00 06 00 08 00 00 00 00 00 "  \
    "00 00 62 00 6f 00 62 00 00 00 ee ee ee ee ee ee ee ee 00 00 00 00 00 00"
#define SET_ERROR_INFO                                                                                                 \
    "03 00 00 25 02 f0 80 68 00 01 03 eb 70 80 16 16 00 17 00 00 00 ec 03 01 00 00 01 04 00 2f 00 00 00 07 00 00 00"
// Save Session Info with a notification whose contents are of the bytes ee.
#define SAVE_SESSION_INFO                                                                                              \
    "03 00 00 29 02 f0 80 68 00 01 03 eb 70 80 1a 1a 00 17 00 00 00 ec 03 01 00 00 01 08 00 26 00 00 00 03 00 00 00 "  \
    "ee ee ee ee"
#define CHANNEL_DATA "03 00 00 12 02 f0 80 68 00 01 03 ee 70 80 03 ee ee ee"
#define CONNECT      "03 00 00 13 0e e0 00 00 00 00 00 01 00 08 00 03 00 00 00"
#define FAST_PATH    "00 06 ee ee ee ee"

static bool holds(const uint8_t *data, size_t size, uint8_t byte)
{
    return size && memchr(data, byte, size);
}

static struct redaction redact(const char *hex, bool from_client, size_t header, struct pdu_example *out)
{
    *out = pdu_example(hex);
    return redact_pdu(out->data, out->size, from_client, header);
}

static void secrets_go_and_names_stay(void **state)
{
    struct pdu_example pdu;
    (void)state;
    struct redaction r = redact(AUTHENTICATE, true, 0, &pdu);
    assert_non_null(r.what);
    assert_int_equal(r.kept, pdu.size);
    assert_false(holds(pdu.data, r.kept, 0xee));
    assert_non_null(memmem(pdu.data, r.kept, "NTLMSSP\0\3", 9));
    assert_non_null(memmem(pdu.data, r.kept, "b\0o\0b\0", 6));

    r = redact(CLIENT_INFO, true, 0, &pdu);
    assert_string_equal(r.what, "the password");
    assert_int_equal(r.kept, pdu.size);
    assert_false(holds(pdu.data + 15, r.kept - 15, 0xee));
    assert_non_null(memmem(pdu.data, r.kept, "b\0o\0b\0", 6));
}

static void what_is_somebody_s_goes(void **state)
{
    struct pdu_example pdu;
    (void)state;
    struct redaction r = redact(SAVE_SESSION_INFO, false, 0, &pdu);
    assert_non_null(r.what);
    assert_false(holds(pdu.data + 15, r.kept - 15, 0xee));
    r = redact(CHANNEL_DATA, false, 0, &pdu);
    assert_int_equal(r.kept, 15);
    r = redact(FAST_PATH, false, 0, &pdu);
    assert_int_equal(r.kept, 0);
    r = redact("ee ee ee ee", true, 0, &pdu);
    assert_int_equal(r.kept, 0);
}

static void what_tells_of_the_failure_stays(void **state)
{
    static const char *const kept[] = {CONNECT, SET_ERROR_INFO};
    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        struct pdu_example before = pdu_example(kept[i]), pdu;
        struct redaction r = redact(kept[i], i == 0, 0, &pdu);
        assert_null(r.what);
        assert_int_equal(r.kept, before.size);
        assert_memory_equal(pdu.data, before.data, before.size);
    }
}

// The secret bytes are never in what may be shown, however the PDU is cut.
static void no_truncation_shows_a_secret(void **state)
{
    static const char *const examples[] = {AUTHENTICATE, CLIENT_INFO, SAVE_SESSION_INFO, CHANNEL_DATA, FAST_PATH};
    (void)state;
    for (size_t e = 0; e < sizeof examples / sizeof examples[0]; e++) {
        struct pdu_example whole = pdu_example(examples[e]);
        for (size_t size = 0; size < whole.size; size++) {
            uint8_t *exact = malloc(size ? size : 1);
            memcpy(exact, whole.data, size);
            struct redaction r = redact_pdu(exact, size, true, 0);
            assert_true(r.kept <= size);
            if (e != 3 && r.kept > 15)
                assert_false(holds(exact + 15, r.kept - 15, 0xee));
            free(exact);
        }
    }
}

static bool decode(const uint8_t *data, size_t size)
{
    static const size_t headers[] = {0, 4, 12};
    for (size_t i = 0; i < 6; i++) {
        uint8_t *copy = malloc(size ? size : 1);
        memcpy(copy, data, size);
        struct redaction r = redact_pdu(copy, size, i & 1, headers[i / 2]);
        assert_true(r.kept <= size);
        redact_http((char *)copy, size);
        free(copy);
    }
    return true;
}

static void damage_is_survived(void **state)
{
    static const char *const examples[] = {AUTHENTICATE, CLIENT_INFO, SAVE_SESSION_INFO, SET_ERROR_INFO, CONNECT};
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], NULL, 20);
    check_mutations(decode, examples + 1, sizeof examples / sizeof examples[0] - 1, repair_tpkt, 21);
}

static void http_fields_are_hidden(void **state)
{
    char head[] = "RDG_OUT_DATA / HTTP/1.1\r\nHost: gw\r\nauthorization: NTLM Zm9v\r\nAuthorization: raw\r\n"
                  "Cookie: a=b\r\n more\r\nRDG-Auth-Scheme: PAA\r\n\r\n";
    (void)state;
    struct redaction r = redact_http(head, sizeof head - 1);
    assert_non_null(r.what);
    assert_string_equal(head,
                        "RDG_OUT_DATA / HTTP/1.1\r\nHost: gw\r\nauthorization: NTLM xxxx\r\nAuthorization: xxx\r\n"
                        "Cookie: xxx\r\n xxxx\r\nRDG-Auth-Scheme: PAA\r\n\r\n");
}

// ---- streams ----

// Feeds a stream in pieces and returns how many bytes were kept of all.
static size_t kept(const char *hex, size_t piece)
{
    struct pdu_example bytes = pdu_example(hex);
    struct stream_keep stream = {0};
    size_t total = 0;
    for (size_t at = 0; at < bytes.size; at += piece)
        total += stream_keep(&stream, bytes.data + at, piece < bytes.size - at ? piece : bytes.size - at);
    return total;
}

static void handshakes_are_kept_and_data_is_not(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 40; piece++) {
        assert_int_equal(kept(CONNECT " 16 03 01 00 02 01 02 15 03 03 00 02 02 46", piece), 33);
        assert_int_equal(kept("53 53 48 2d 32 2e 30", piece), 0);     // SSH
        assert_int_equal(kept(CONNECT " 03 00 00 05 ee", piece), 19); // RDP security's MCS
        assert_int_equal(kept("17 03 03 00 03 ee ee ee", piece), 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_go_and_names_stay),
        cmocka_unit_test(what_is_somebody_s_goes),
        cmocka_unit_test(what_tells_of_the_failure_stays),
        cmocka_unit_test(no_truncation_shows_a_secret),
        cmocka_unit_test(damage_is_survived),
        cmocka_unit_test(http_fields_are_hidden),
        cmocka_unit_test(handshakes_are_kept_and_data_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
