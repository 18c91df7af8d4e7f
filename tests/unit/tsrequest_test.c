// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pdu_example.h"
#include "protocol/tsrequest.h"

// Built from the ASN.1 of MS-CSSP 2.2.1 and the message headers of MS-NLMP 2.2.1; that document has no dumps.
#define NTLM_NEGOTIATE    "4e 54 4c 4d 53 53 50 00 01 00 00 00 b7 82 08 e2"
#define NTLM_CHALLENGE    "4e 54 4c 4d 53 53 50 00 02 00 00 00 00 00 00 00"
#define NTLM_AUTHENTICATE "4e 54 4c 4d 53 53 50 00 03 00 00 00 18 00 18 00"

// version 6 and a raw NTLM NEGOTIATE.
#define NEGOTIATE "30 1f a0 03 02 01 06 a1 18 30 16 30 14 a0 12 04 10 " NTLM_NEGOTIATE
// The same in the long form of lengths, as Windows writes it.
#define NEGOTIATE_LONG                                                                                                 \
    "30 82 00 2b a0 03 02 01 06 a1 82 00 22 30 82 00 1e 30 82 00 1a a0 82 00 16 04 82 00 12 " NTLM_NEGOTIATE " 00 00"
// AUTHENTICATE with pubKeyAuth and clientNonce.
#define AUTHENTICATE                                                                                                   \
    "30 2f a0 03 02 01 06 a1 18 30 16 30 14 a0 12 04 10 " NTLM_AUTHENTICATE " a3 06 04 04 01 02 03 04 "                \
    "a5 06 04 04 0a 0b 0c 0d"
// authInfo.
#define CREDENTIALS "30 0d a0 03 02 01 06 a2 06 04 04 de ad be ef"
// errorCode STATUS_LOGON_FAILURE 0xC000006D: four bytes, and five with the zero of an unsigned value.
#define FAILURE      "30 0d a0 03 02 01 06 a4 06 02 04 c0 00 00 6d"
#define FAILURE_FIVE "30 0e a0 03 02 01 03 a4 07 02 05 00 c0 00 00 6d"

static const char *const examples[] = {NEGOTIATE, NEGOTIATE_LONG, AUTHENTICATE, CREDENTIALS, FAILURE, FAILURE_FIVE};

static bool decode(const uint8_t *data, size_t size)
{
    struct tsrequest request;
    if (!tsrequest_parse(data, size, &request))
        return false;
    if (request.token) {
        touch(request.token, request.token_size);
        ntlm_message_type(request.token, request.token_size);
    }
    return true;
}

static bool decode_ntlm(const uint8_t *data, size_t size)
{
    return ntlm_message_type(data, size) != 0;
}

static bool refuses(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return !decode(bytes.data, bytes.size);
}

static uint32_t error_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct tsrequest request;
    assert_true(tsrequest_parse(bytes.data, bytes.size, &request));
    assert_true(request.has_error);
    return request.error;
}

static void reads_tokens(void **state)
{
    struct pdu_example bytes = pdu_example(NEGOTIATE);
    struct tsrequest request;
    (void)state;
    assert_true(tsrequest_parse(bytes.data, bytes.size, &request));
    assert_int_equal(request.version, 6);
    assert_false(request.has_error);
    assert_false(request.has_auth_info);
    assert_false(request.has_pub_key_auth);
    assert_ptr_equal(request.token, bytes.data + 17);
    assert_int_equal(request.token_size, 16);
    assert_int_equal(ntlm_message_type(request.token, request.token_size), 1);

    bytes = pdu_example(NEGOTIATE_LONG);
    assert_true(tsrequest_parse(bytes.data, bytes.size, &request));
    assert_int_equal(request.token_size, 18);
    assert_int_equal(ntlm_message_type(request.token, request.token_size), 1);

    bytes = pdu_example(AUTHENTICATE);
    assert_true(tsrequest_parse(bytes.data, bytes.size, &request));
    assert_true(request.has_pub_key_auth);
    assert_int_equal(ntlm_message_type(request.token, request.token_size), 3);

    bytes = pdu_example(CREDENTIALS);
    assert_true(tsrequest_parse(bytes.data, bytes.size, &request));
    assert_true(request.has_auth_info);
    assert_null(request.token);
    assert_int_equal(request.token_size, 0);
}

static void reads_error_codes(void **state)
{
    (void)state;
    assert_int_equal(error_of(FAILURE), 0xC000006D);
    assert_int_equal(error_of(FAILURE_FIVE), 0xC000006D);
    assert_int_equal(error_of("30 0d a0 03 02 01 04 a4 06 02 04 80 09 03 0c"), 0x8009030C); // SEC_E_LOGON_DENIED
    // DER keeps an INTEGER as short as its sign allows (X.690 8.3.2).
    assert_int_equal(error_of("30 0a a0 03 02 01 06 a4 03 02 01 00"), 0);
    assert_int_equal(error_of("30 0a a0 03 02 01 06 a4 03 02 01 7f"), 0x7F);
    assert_int_equal(error_of("30 0b a0 03 02 01 06 a4 04 02 02 00 80"), 0x80);
    assert_int_equal(error_of("30 0a a0 03 02 01 06 a4 03 02 01 fe"), 0xFFFFFFFE);
    assert_int_equal(error_of("30 0c a0 03 02 01 06 a4 05 02 03 c0 00 6d"), 0xFFC0006D);
}

static void skips_what_it_does_not_know(void **state)
{
    struct pdu_example bytes = pdu_example("30 12 a0 03 02 01 07 a9 03 02 01 01 a4 06 02 04 c0 00 02 34");
    struct tsrequest request;
    (void)state;
    assert_true(tsrequest_parse(bytes.data, bytes.size, &request));
    assert_int_equal(request.version, 7);
    assert_int_equal(request.error, 0xC0000234);
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    assert_true(refuses("15 03 03 00 02 02 31"));                               // a TLS alert
    assert_true(refuses("03 00 00 09 02 f0 80 21 80"));                         // a disconnect ultimatum
    assert_true(refuses("30 00"));                                              // no version
    assert_true(refuses("30 05 a1 03 02 01 06"));                               // another element first
    assert_true(refuses("30 04 a0 02 02 00"));                                  // an integer of no bytes
    assert_true(refuses("30 0f a0 03 02 01 06 a4 08 02 06 00 00 c0 00 00 6d")); // of six
    assert_true(refuses("30 0e a0 03 02 01 06 a4 07 02 05 01 c0 00 00 6d"));    // of more than 32 bits
    assert_true(refuses("30 0d a0 03 02 01 06 a4 07 02 04 c0 00 00 6d"));       // an element longer than the whole
    assert_true(refuses("30 80 a0 03 02 01 06 00 00"));                         // indefinite length is not DER
    assert_true(refuses("30 85 00 00 00 00 05 a0 03 02 01 06"));                // a length of five bytes
    assert_true(refuses("30 84 ff ff ff ff a0 03 02 01 06"));                   // one beyond the data
    assert_true(refuses("30 0b a0 03 02 01 06 a1 04 30 02 30 00"));             // negoTokens without a token
}

static void tells_ntlm_messages(void **state)
{
    struct pdu_example bytes = pdu_example(NTLM_CHALLENGE);
    (void)state;
    assert_int_equal(ntlm_message_type(bytes.data, bytes.size), 2);
    bytes = pdu_example(NTLM_AUTHENTICATE);
    assert_int_equal(ntlm_message_type(bytes.data, bytes.size), 3);
    // Inside SPNEGO's NegTokenResp (RFC 4178 4.2.2).
    bytes = pdu_example("a1 16 30 14 a2 12 04 10 " NTLM_AUTHENTICATE);
    assert_int_equal(ntlm_message_type(bytes.data, bytes.size), 3);
    // Kerberos in SPNEGO: no NTLM. And nothing at all.
    bytes = pdu_example("60 0f 06 06 2b 06 01 05 05 02 a0 05 30 03 a0 01 00");
    assert_int_equal(ntlm_message_type(bytes.data, bytes.size), 0);
    assert_int_equal(ntlm_message_type(NULL, 0), 0);
}

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], pdu_example(examples[i]).size);
    check_prefixes(decode_ntlm, NTLM_AUTHENTICATE, 12);
}

static void repair(struct pdu_example *bytes)
{
    if (bytes->size > 1 && bytes->size < 0x82)
        bytes->data[1] = (uint8_t)(bytes->size - 2); // of the SEQUENCE, in the short form
}

static void stands_damage(void **state)
{
    static const char *const tokens[] = {NTLM_NEGOTIATE, NTLM_CHALLENGE, NTLM_AUTHENTICATE};
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], repair, 221);
    check_mutations(decode_ntlm, tokens, sizeof tokens / sizeof tokens[0], NULL, 222);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_tokens),
        cmocka_unit_test(reads_error_codes),
        cmocka_unit_test(skips_what_it_does_not_know),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(tells_ntlm_messages),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
