// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/tsgu.h"

// Built from the layouts of MS-TSGU 2.2.10; the type stands in front, which the packet's header has.
#define HANDSHAKE "02 00 00 00 00 00 01 00 01 00 02 00"
#define TUNNEL    "05 00 01 00 00 00 00 00 03 00 00 00 07 00 00 00 02 00 00 00"
// With a request of health, nonce and an empty certificate, and the consent message "Hi".
#define TUNNEL_CONSENT                                                                                                 \
    "05 00 01 00 00 00 00 00 17 00 00 00 07 00 00 00 02 00 00 00 "                                                     \
    "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 00 00 04 00 48 00 69 00"
#define AUTHORIZE        "07 00 00 00 00 00 03 00 00 00 08 00 00 00 1e 00 00 00"
#define AUTHORIZE_DENIED "07 00 db 59 07 80 00 00 00 00"
#define CHANNEL_LOW_WORD "09 00 dd 59 00 00 00 00 00 00"
#define CLOSE            "10 00 f6 59 00 00"
#define SERVICE          "0b 00 04 00 4f 00 4b 00"

static struct tsgu_answer answer_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct tsgu_answer answer;
    assert_true(tsgu_answer_parse(bytes.data[0], bytes.data + 2, bytes.size - 2, &answer));
    return answer;
}

static void reads_headers(void **state)
{
    static const uint8_t good[] = {9, 0, 0, 0, 20, 0, 0, 0}, small[] = {9, 0, 0, 0, 7, 0, 0, 0},
                         large[] = {9, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};
    struct tsgu_header header;
    (void)state;
    assert_true(tsgu_header_parse(good, &header));
    assert_int_equal(header.type, TSGU_CHANNEL_RESPONSE);
    assert_int_equal(header.size, 20);
    assert_false(tsgu_header_parse(small, &header));
    assert_false(tsgu_header_parse(large, &header));
}

static void reads_codes_in_either_form(void **state)
{
    (void)state;
    assert_int_equal(answer_of(HANDSHAKE).code, 0);
    assert_int_equal(answer_of(TUNNEL).code, 0);
    assert_int_equal(answer_of(AUTHORIZE_DENIED).code, 0x800759DB);
    assert_int_equal(answer_of(CHANNEL_LOW_WORD).code, 0x59DD);
    assert_int_equal(answer_of(CLOSE).code, 0x59F6);
}

static void reads_messages(void **state)
{
    (void)state;
    assert_null(answer_of(TUNNEL).message.data);
    assert_int_equal(answer_of(TUNNEL_CONSENT).message.size, 4);
    assert_memory_equal(answer_of(SERVICE).message.data ? "" : "x", "", 1);
    struct pdu_example bytes = pdu_example(SERVICE);
    struct tsgu_answer answer;
    assert_true(tsgu_answer_parse(TSGU_SERVICE_MESSAGE, bytes.data + 2, bytes.size - 2, &answer));
    assert_memory_equal(answer.message.data, "O\0K", 4);
}

static void reads_the_policy(void **state)
{
    struct tsgu_answer answer = answer_of(AUTHORIZE);
    (void)state;
    assert_true(answer.has_redirection && answer.has_idle_timeout);
    assert_int_equal(answer.redirection, 8);
    assert_int_equal(answer.idle_timeout, 30);
    answer = answer_of(AUTHORIZE_DENIED);
    assert_false(answer.has_redirection || answer.has_idle_timeout);
}

static bool decode(const uint8_t *data, size_t size)
{
    struct tsgu_answer answer;
    if (size < 2 || !tsgu_answer_parse(data[0], data + 2, size - 2, &answer))
        return false;
    touch(answer.message.data, answer.message.size);
    return true;
}

static const char *const examples[] = {HANDSHAKE,        TUNNEL,           TUNNEL_CONSENT, AUTHORIZE,
                                       AUTHORIZE_DENIED, CHANNEL_LOW_WORD, CLOSE,          SERVICE};

static void stands_truncation_and_damage(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], pdu_example(examples[i]).size);
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], NULL, 11);
}

static void knows_no_other_type(void **state)
{
    static const uint8_t bytes[64] = {0};
    struct tsgu_answer answer;
    (void)state;
    assert_false(tsgu_answer_parse(TSGU_DATA, bytes, sizeof bytes, &answer));
    assert_false(tsgu_answer_parse(TSGU_TUNNEL_CREATE, bytes, sizeof bytes, &answer));
    assert_false(tsgu_answer_parse(0x77, bytes, sizeof bytes, &answer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_headers),
        cmocka_unit_test(reads_codes_in_either_form),
        cmocka_unit_test(reads_messages),
        cmocka_unit_test(reads_the_policy),
        cmocka_unit_test(stands_truncation_and_damage),
        cmocka_unit_test(knows_no_other_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
