// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/sent_names.h"

// An AUTHENTICATE by the layout of MS-NLMP 2.2.1.3: domain "LAB" and user "bob" behind the fixed part, in Unicode.
#define AUTHENTICATE                                                                                                   \
    "4e 54 4c 4d 53 53 50 00 03 00 00 00 00 00 00 00 40 00 00 00 00 00 00 00 40 00 00 00 06 00 06 00 "                 \
    "40 00 00 00 06 00 06 00 46 00 00 00 00 00 00 00 4c 00 00 00 00 00 00 00 4c 00 00 00 01 00 00 00 "                 \
    "4c 00 41 00 42 00 62 00 6f 00 62 00"
// The front of MS-RDPBCGR 2.2.1.11.1.1, Unicode: domain "LAB", user "bob", no password, shell or directory.
#define INFO "00 00 00 00 10 00 00 00 06 00 06 00 00 00 00 00 00 00 4c 00 41 00 42 00 00 00 62 00 6f 00 62 00 00 00"
// The same in single bytes.
#define INFO_BYTES "00 00 00 00 00 00 00 00 03 00 03 00 00 00 00 00 00 00 4c 41 42 00 62 6f 62 00"

static bool decode_ntlm(const uint8_t *data, size_t size)
{
    struct sent_names names;
    return sent_names_ntlm(data, size, &names);
}

static bool decode_info(const uint8_t *data, size_t size)
{
    struct sent_names names;
    return sent_names_info(data, size, &names);
}

static void reads(const char *hex, bool (*read)(const uint8_t *, size_t, struct sent_names *))
{
    struct pdu_example bytes = pdu_example(hex);
    struct sent_names names;
    assert_true(read(bytes.data, bytes.size, &names));
    assert_string_equal(names.user, "bob");
    assert_string_equal(names.domain, "LAB");
}

static void reads_both(void **state)
{
    (void)state;
    reads(AUTHENTICATE, sent_names_ntlm);
    reads("a1 48 30 46 a2 44 04 42 " AUTHENTICATE, sent_names_ntlm); // inside SPNEGO
    reads(INFO, sent_names_info);
    reads(INFO_BYTES, sent_names_info);
}

static void refuses_other_messages(void **state)
{
    struct pdu_example challenge = pdu_example("4e 54 4c 4d 53 53 50 00 02 00 00 00");
    (void)state;
    assert_false(decode_ntlm(challenge.data, challenge.size));
    assert_false(decode_ntlm(NULL, 0));
    assert_false(decode_info(NULL, 0));
}

static void stands_truncation_and_damage(void **state)
{
    static const char *const tokens[] = {AUTHENTICATE}, *const infos[] = {INFO, INFO_BYTES};
    (void)state;
    check_prefixes(decode_ntlm, AUTHENTICATE, 76);
    check_prefixes(decode_info, INFO, 34);
    check_prefixes(decode_info, INFO_BYTES, 26);
    check_mutations(decode_ntlm, tokens, 1, NULL, 5);
    check_mutations(decode_info, infos, 2, NULL, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both),
        cmocka_unit_test(refuses_other_messages),
        cmocka_unit_test(stands_truncation_and_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
