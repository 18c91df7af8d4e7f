// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pdu_example.h"
#include "protocol/spnego.h"

// Built from the ASN.1 of RFC 4178 4.2; identifiers of MS-SPNG 1.9 and RFC 4121 4.1.
#define NTLM_MESSAGE "4e 54 4c 4d 53 53 50 00 02 00 00 00"
#define OID_SPNEGO   "06 06 2b 06 01 05 05 02"
#define OID_NTLM     "06 0a 2b 06 01 04 01 82 37 02 02 0a"
#define OID_KERBEROS "06 09 2a 86 48 86 f7 12 01 02 02"
#define OID_WINDOWS  "06 09 2a 86 48 82 f7 12 01 02 02"
#define OID_U2U      "06 0a 2a 86 48 86 f7 12 01 02 02 03"
#define OID_NEGOEX   "06 0a 2b 06 01 04 01 82 37 02 02 1e"

// NegTokenInit that offers Kerberos as Windows writes it, then NTLM.
#define INIT "60 27 " OID_SPNEGO " a0 1d 30 1b a0 19 30 17 " OID_WINDOWS " " OID_NTLM
// The same with a Kerberos AP-REQ (its first bytes) as mechToken.
#define INIT_TOKEN                                                                                                     \
    "60 3c " OID_SPNEGO " a0 32 30 30 a0 19 30 17 " OID_WINDOWS " " OID_NTLM " a2 13 04 11 60 0f " OID_KERBEROS        \
    " 01 00 6e 00"
// NegTokenResp: accept-incomplete, NTLM selected, the CHALLENGE's first bytes.
#define RESPONSE "a1 25 30 23 a0 03 0a 01 01 a1 0c " OID_NTLM " a2 0e 04 0c " NTLM_MESSAGE
// …without supportedMech, as every response after the first.
#define LATER "a1 12 30 10 a2 0e 04 0c " NTLM_MESSAGE

static const char *const examples[] = {INIT, INIT_TOKEN, RESPONSE, LATER};

static bool decode(const uint8_t *data, size_t size)
{
    struct spnego spnego;
    if (!spnego_parse(data, size, &spnego))
        return false;
    if (spnego.token)
        touch(spnego.token, spnego.token_size);
    return true;
}

static struct spnego read(struct pdu_example *bytes, const char *hex)
{
    struct spnego spnego;
    *bytes = pdu_example(hex);
    assert_true(spnego_parse(bytes->data, bytes->size, &spnego));
    return spnego;
}

static bool refuses(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return !decode(bytes.data, bytes.size);
}

static void reads_bare_tokens(void **state)
{
    struct pdu_example bytes;
    (void)state;
    struct spnego spnego = read(&bytes, NTLM_MESSAGE);
    assert_int_equal(spnego.mechanism, MECHANISM_NTLM);
    assert_ptr_equal(spnego.token, bytes.data);
    assert_int_equal(spnego.token_size, 12);
    assert_false(spnego.selected);
    spnego = read(&bytes, "60 0b " OID_KERBEROS);
    assert_int_equal(spnego.mechanism, MECHANISM_KERBEROS);
    spnego = read(&bytes, "60 0c " OID_U2U);
    assert_int_equal(spnego.mechanism, MECHANISM_KERBEROS);
}

// What FreeRDP offers first towards a terminal server, so that its success did not say how it came about.
static void user_to_user_is_kerberos_too(void **state)
{
    struct pdu_example bytes;
    (void)state;
    struct spnego spnego =
        read(&bytes, "60 27 " OID_SPNEGO " a0 1d 30 1b a0 19 30 17 " OID_U2U " 06 09 2a 86 48 86 f7 12 "
                     "01 02 02");
    assert_int_equal(spnego.mechanism, MECHANISM_KERBEROS);
}

static void reads_what_is_offered(void **state)
{
    struct pdu_example bytes;
    (void)state;
    struct spnego spnego = read(&bytes, INIT);
    assert_int_equal(spnego.mechanism, MECHANISM_KERBEROS);
    assert_null(spnego.token);
    assert_false(spnego.selected);
    spnego = read(&bytes, INIT_TOKEN);
    assert_int_equal(spnego.mechanism, MECHANISM_KERBEROS);
    assert_int_equal(spnego.token_size, 17);
    // A mechanism of no name, with a token that could be anything's.
    spnego = read(&bytes, "a0 15 30 13 a0 0c 30 0a 06 08 2b 06 01 05 05 02 00 00 a2 03 04 01 00");
    assert_int_equal(spnego.mechanism, MECHANISM_UNKNOWN);
    assert_int_equal(spnego.token_size, 1);
}

static void reads_what_is_selected(void **state)
{
    struct pdu_example bytes;
    (void)state;
    struct spnego spnego = read(&bytes, RESPONSE);
    assert_int_equal(spnego.mechanism, MECHANISM_NTLM);
    assert_true(spnego.selected);
    assert_int_equal(spnego.token_size, 12);
    assert_memory_equal(spnego.token, "NTLMSSP", 8);
    spnego = read(&bytes, "a1 0f 30 0d a1 0b " OID_KERBEROS);
    assert_int_equal(spnego.mechanism, MECHANISM_KERBEROS);
    assert_true(spnego.selected);
    spnego = read(&bytes, LATER);
    assert_int_equal(spnego.mechanism, MECHANISM_NTLM);
    assert_false(spnego.selected);
}

static void names_mechanisms(void **state)
{
    (void)state;
    assert_string_equal(mechanism_name(MECHANISM_NTLM), "NTLM");
    assert_string_equal(mechanism_name(MECHANISM_KERBEROS), "Kerberos");
    assert_string_equal(mechanism_name(MECHANISM_NEGOEX), "NEGOEX");
    assert_null(mechanism_name(MECHANISM_UNKNOWN));
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    assert_true(refuses(""));
    assert_true(refuses("30 03 02 01 06"));                   // another SEQUENCE
    assert_true(refuses("60 08 " OID_SPNEGO));                // nothing inside
    assert_true(refuses("60 08 06 06 2a 06 01 05 05 02"));    // another framing
    assert_true(refuses("a1 07 30 05 a0 03 0a 01 02"));       // a rejection, without a mechanism
    assert_true(refuses("a1 09 30 07 a2 05 04 0c 4e 54 4c")); // a token longer than the whole
    assert_true(refuses("a1 08 30 06 a1 04 04 02 2b 06"));    // supportedMech that is no identifier
    assert_true(refuses("a0 08 30 06 a0 04 30 02 04 00"));    // mechTypes without one
}

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], pdu_example(examples[i]).size);
}

static void repair(struct pdu_example *bytes)
{
    if (bytes->size > 1 && bytes->size < 0x82)
        bytes->data[1] = (uint8_t)(bytes->size - 2);
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], repair, 4178);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(user_to_user_is_kerberos_too),
        cmocka_unit_test(reads_bare_tokens),
        cmocka_unit_test(reads_what_is_offered),
        cmocka_unit_test(reads_what_is_selected),
        cmocka_unit_test(names_mechanisms),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
