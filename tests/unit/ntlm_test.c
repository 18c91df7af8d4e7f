// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pdu_example.h"
#include "protocol/ntlm.h"

#define HEAD "4e 54 4c 4d 53 53 50 00 02 00 00 00 "

// MS-NLMP 4.2.4.3: the CHALLENGE of the NTLMv2 example.
#define NTLMV2                                                                                                         \
    HEAD                                                                                                               \
        "0c 00 0c 00 38 00 00 00 33 82 8a e2 01 23 45 67 89 ab cd ef 00 00 00 00 00 00 00 00 24 00 24 00 44 00 00 00 " \
        "06 00 70 17 00 00 00 0f 53 00 65 00 72 00 76 00 65 00 72 00 02 00 0c 00 44 00 6f 00 6d 00 61 00 69 00 6e 00 " \
        "01 00 0c 00 53 00 65 00 72 00 76 00 65 00 72 00 00 00 00 00"
// 4.2.2.3: that of the NTLMv1 example, without target information.
#define NTLMV1                                                                                                         \
    HEAD                                                                                                               \
        "0c 00 0c 00 38 00 00 00 33 82 02 e2 01 23 45 67 89 ab cd ef 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " \
        "06 00 70 17 00 00 00 0f 53 00 65 00 72 00 76 00 65 00 72 00"
// Built from 2.2.1.2 and 2.2.2.1: a member of a domain, build 20348, with every pair that is read and one that is not.
#define MEMBER                                                                                                         \
    HEAD                                                                                                               \
        "00 00 00 00 38 00 00 00 35 82 89 e2 aa bb cc dd ee ff 00 11 00 00 00 00 00 00 00 00 42 00 42 00 38 00 00 00 " \
        "0a 00 7c 4f 00 00 00 0f "                                                                                     \
        "02 00 02 00 44 00 01 00 04 00 53 00 31 00 04 00 06 00 64 00 2e 00 65 00 03 00 08 00 73 00 31 00 2e 00 64 00 " \
        "05 00 02 00 65 00 06 00 04 00 02 00 00 00 07 00 08 00 00 80 3e d5 de b1 9d 01 00 00 00 00"

static const char *const examples[] = {NTLMV2, NTLMV1, MEMBER};

static bool decode(const uint8_t *data, size_t size)
{
    struct ntlm_challenge challenge;
    return ntlm_challenge_parse(data, size, &challenge);
}

static struct ntlm_challenge read(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct ntlm_challenge challenge;
    assert_true(ntlm_challenge_parse(bytes.data, bytes.size, &challenge));
    return challenge;
}

static bool refuses(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return !decode(bytes.data, bytes.size);
}

static void reads_the_examples(void **state)
{
    (void)state;
    struct ntlm_challenge challenge = read(NTLMV2);
    assert_int_equal(challenge.flags, 0xE28A8233);
    assert_true(challenge.has_version);
    assert_int_equal(challenge.major, 6);
    assert_int_equal(challenge.minor, 0);
    assert_int_equal(challenge.build, 6000);
    assert_int_equal(challenge.revision, 15);
    assert_string_equal(challenge.computer, "Server");
    assert_string_equal(challenge.domain, "Domain");
    assert_string_equal(challenge.dns_computer, "");
    assert_false(challenge.has_time);

    challenge = read(NTLMV1);
    assert_int_equal(challenge.build, 6000);
    assert_string_equal(challenge.computer, "");
}

static void reads_every_pair(void **state)
{
    (void)state;
    struct ntlm_challenge challenge = read(MEMBER);
    assert_int_equal(challenge.major, 10);
    assert_int_equal(challenge.build, 20348);
    assert_string_equal(challenge.domain, "D");
    assert_string_equal(challenge.computer, "S1");
    assert_string_equal(challenge.dns_domain, "d.e");
    assert_string_equal(challenge.dns_computer, "s1.d");
    assert_string_equal(challenge.forest, "e");
    assert_true(challenge.has_time);
    assert_true(challenge.time == 116444736000000000);
    assert_true(filetime_to_unix_ms(challenge.time) == 0);
    assert_true(filetime_to_unix_ms(challenge.time + 10000) == 1);
    assert_true(filetime_to_unix_ms(challenge.time - 5000) == -0.5);
}

static void does_without_what_is_not_there(void **state)
{
    (void)state;
    // NT 4.0: neither target information nor version.
    struct ntlm_challenge challenge = read(HEAD "00 00 00 00 20 00 00 00 01 02 00 00 01 23 45 67 89 ab cd ef");
    assert_false(challenge.has_version);
    assert_false(challenge.has_time);
    // The flag says version, but the message ends before it.
    challenge = read(HEAD "00 00 00 00 20 00 00 00 01 02 00 02 01 23 45 67 89 ab cd ef");
    assert_false(challenge.has_version);
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    assert_true(
        refuses("4e 54 4c 4d 53 53 50 00 01 00 00 00 00 00 00 00 38 00 00 00 33 82 8a e2 01 23 45 67 89 ab cd ef"));
    assert_true(
        refuses("4e 54 4c 4d 53 53 51 00 02 00 00 00 00 00 00 00 38 00 00 00 33 82 8a e2 01 23 45 67 89 ab cd ef"));
#define INFO(fields, info)                                                                                             \
    HEAD "00 00 00 00 00 00 00 00 01 00 80 00 01 23 45 67 89 ab cd ef 00 00 00 00 00 00 00 00 " fields " " info
    assert_false(refuses(INFO("04 00 04 00 30 00 00 00", "00 00 00 00")));
    assert_true(refuses(INFO("04 00 04 00 31 00 00 00", "00 00 00 00"))); // beyond the data
    assert_true(refuses(INFO("04 00 04 00 ff ff ff ff", "00 00 00 00")));
    assert_true(refuses(INFO("04 00 04 00 30 00 00 00", "01 00 00 00"))); // no end of the list
    assert_true(refuses(INFO("04 00 04 00 30 00 00 00", "01 00 01 00"))); // a pair longer than the list
}

static void stands_truncation(void **state)
{
    (void)state;
    check_prefixes(decode, NTLMV2, pdu_example(NTLMV2).size);
    check_prefixes(decode, NTLMV1, 32); // without target information whatever the fixed part lacks is optional
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], NULL, 2212);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_examples),
        cmocka_unit_test(reads_every_pair),
        cmocka_unit_test(does_without_what_is_not_there),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
