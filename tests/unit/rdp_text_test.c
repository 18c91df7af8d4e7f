// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "import/rdp_text.h"

static char *decoded(const void *data, size_t size)
{
    char *text;
    const char *clause = NULL;
    assert_true(rdp_text_decode(data, size, &text, &clause));
    return text;
}

static const char *refused(const void *data, size_t size)
{
    char *text;
    const char *clause = NULL;
    assert_false(rdp_text_decode(data, size, &text, &clause));
    assert_null(text);
    return clause;
}

static void is(char *text, const char *expected)
{
    assert_string_equal(text, expected);
    free(text);
}

static void reads_the_encodings_of_rdp_files(void **state)
{
    (void)state;
    is(decoded("a:s:b", 5), "a:s:b");
    is(decoded("\xef\xbb\xbf"
               "a:s:b",
               8),
       "a:s:b");
    is(decoded("\xff\xfe"
               "a\0:\0s\0:\0\xe9\0",
               12),
       "a:s:\xc3\xa9");
    is(decoded("\xff\xfe"
               "a\0:",
               5),
       "a"); // an odd byte at the end is none
    is(decoded("", 0), "");
    is(decoded("\xff\xfe", 2), "");
}

static void refuses_what_is_no_text(void **state)
{
    char *big = calloc(1, RDP_TEXT_MAX + 1);
    (void)state;
    memset(big, 'a', RDP_TEXT_MAX + 1);
    assert_non_null(strstr(refused(big, RDP_TEXT_MAX + 1), "larger than 1 MiB"));
    is(decoded(big, 10), "aaaaaaaaaa");
    free(big);
    assert_non_null(strstr(refused("a:s:\0b", 6), "NUL"));
    assert_non_null(strstr(refused("\xff\xfe"
                                   "a\0\0\0",
                                   6),
                           "NUL"));
    assert_non_null(strstr(refused("\xfe\xff\0a", 4), "NUL"));
    assert_non_null(strstr(refused("a:s:\xe9", 5), "neither UTF-8"));
}

static void cuts_lines_as_freerdp_does(void **state)
{
    char text[] = "full address:s:srv:3390\r\n\nbad\nport:i:1\rx::y\nlong:ss:v\n/v:h\nend:b:";
    struct rdp_line line = {0};
    char *cursor = text;
    (void)state;
    assert_true(rdp_text_next(&cursor, &line));
    assert_int_equal(line.number, 1);
    assert_int_equal(line.type, 's');
    assert_string_equal(line.name, "full address");
    assert_string_equal(line.value, "srv:3390");
    assert_true(rdp_text_next(&cursor, &line) && !line.type);
    assert_true(rdp_text_next(&cursor, &line) && !line.type);
    assert_true(rdp_text_next(&cursor, &line));
    assert_int_equal(line.number, 4);
    assert_int_equal(line.type, 'i');
    assert_true(rdp_text_next(&cursor, &line) && !line.type);
    assert_true(rdp_text_next(&cursor, &line) && !line.type);
    assert_true(rdp_text_next(&cursor, &line));
    assert_int_equal(line.type, '/');
    assert_string_equal(line.value, "/v:h");
    assert_true(rdp_text_next(&cursor, &line));
    assert_int_equal(line.number, 8);
    assert_string_equal(line.value, "");
    assert_false(rdp_text_next(&cursor, &line));
}

static void knows_the_numbers_that_the_parser_takes(void **state)
{
    (void)state;
    assert_true(rdp_text_is_number("0") && rdp_text_is_number("0x10") && rdp_text_is_number("2147483647"));
    assert_true(rdp_text_is_number("1 "));
    assert_false(rdp_text_is_number("") || rdp_text_is_number("x") || rdp_text_is_number("-1"));
    assert_false(rdp_text_is_number("2147483648") || rdp_text_is_number("99999999999999999999"));
}

// Whatever the bytes are, reading stays within them: the sanitizers watch.
static void survives_any_bytes(void **state)
{
    static const char seed[] = "\xff\xfe"
                               "f\0u\0:\0s\0:\0a\0\r\0\n\0/\0v\0:\0x\0";
    uint32_t chance = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t size = (size_t)round % (sizeof seed);
        uint8_t *data = malloc(size + 1);
        memcpy(data, seed + (round & 2), size - (size >= 2 && round & 2 ? 2 : 0));
        if (size >= 2 && round & 2)
            data[size - 1] = data[size - 2] = ':';
        for (int i = 0; i < 3 && size; i++) {
            chance = chance * 1664525u + 1013904223u;
            data[(chance >> 8) % size] = (uint8_t)(chance >> 24);
        }
        char *text, *cursor;
        const char *clause;
        struct rdp_line line = {0};
        if (rdp_text_decode(data, size, &text, &clause)) {
            for (cursor = text; rdp_text_next(&cursor, &line);)
                assert_true(!line.type || line.value != NULL);
            free(text);
        }
        free(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_encodings_of_rdp_files),
        cmocka_unit_test(refuses_what_is_no_text),
        cmocka_unit_test(cuts_lines_as_freerdp_does),
        cmocka_unit_test(knows_the_numbers_that_the_parser_takes),
        cmocka_unit_test(survives_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
