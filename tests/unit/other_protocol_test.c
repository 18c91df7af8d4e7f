// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pdu_example.h"
#include "protocol/other_protocol.h"

// "SSH-2.0-OpenSSH_9.2p1", "HTTP/1.1 400 Bad Request", a TLS alert, "RFB 003.008", "220 mail.example".
#define SSH   "53 53 48 2d 32 2e 30 2d 4f 70 65 6e 53 53 48 5f 39 2e 32 70 31"
#define HTTP  "48 54 54 50 2f 31 2e 31 20 34 30 30 20 42 61 64 20 52 65 71 75 65 73 74"
#define ALERT "15 03 01 00 02 02 32"
#define VNC   "52 46 42 20 30 30 33 2e 30 30 38 0a"
#define MAIL  "32 32 30 20 6d 61 69 6c 2e 65 78 61 6d 70 6c 65"

static const char *const examples[] = {SSH, HTTP, ALERT, VNC, MAIL};

static bool decode(const uint8_t *data, size_t size)
{
    return other_protocol(data, size) != NULL;
}

static const char *name_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    const struct other_protocol *protocol = other_protocol(bytes.data, bytes.size);
    return protocol ? protocol->outcome : "";
}

static void tells_services(void **state)
{
    (void)state;
    assert_string_equal(name_of(SSH), "ANSWER_IS_SSH");
    assert_string_equal(name_of(HTTP), "ANSWER_IS_HTTP");
    assert_string_equal(name_of(ALERT), "ANSWER_IS_TLS");
    assert_string_equal(name_of("16 03 03 00 7a 02"), "ANSWER_IS_TLS");
    assert_string_equal(name_of(VNC), "ANSWER_IS_VNC");
    assert_string_equal(name_of(MAIL), "ANSWER_IS_MAIL_OR_FTP");
    assert_string_equal(name_of("03 00 00 13"), "");
    assert_string_equal(name_of("eb 01 02 03"), "");
}

static void stands_truncation(void **state)
{
    static const size_t least[] = {4, 5, 2, 4, 3};
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], least[i]);
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], NULL, 241);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_services),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
