// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/json_text.h"
#include "report/record.h"

static const char line[] =
    "{\"record\":\"trial\",\"schema\":1,\"target\":\"srv\\u00e9\\ud83d\\ude42\\\"\\\\\\n\",\"repeat\":2,\"ms\":-1.5e2,"
    "\"variant\":{\"security\":\"nla\",\"tls\":\"1.2\"},\"facts\":{\"a\":[1,[2,\"]\"],{\"b\":\"}\"}],\"c\":null},"
    "\"expectations\":[{\"text\":\"connected\",\"met\":true},{\"text\":\"ms < 1\",\"met\":false,\"sentence\":\"saw "
    "2\"}]}";

static struct json_text value_of(const char *text)
{
    struct json_text value;
    assert_true(json_text_value(text, strlen(text), &value));
    return value;
}

static void test_members(void **state)
{
    char text[64];
    struct json_text whole = value_of(line);
    (void)state;
    assert_true(json_text_is(json_text_member(whole, "record"), "trial"));
    assert_false(json_text_is(json_text_member(whole, "record"), "tria"));
    assert_int_equal(json_text_integer(json_text_member(whole, "repeat"), 0), 2);
    assert_true(json_text_real(json_text_member(whole, "ms"), 0) == -150);
    assert_string_equal(json_text_string(json_text_member(whole, "target"), text, sizeof text),
                        "srv\xC3\xA9\xF0\x9F\x99\x82\"\\\n");
    assert_int_equal(json_text_member(whole, "none").length, 0);
    assert_int_equal(json_text_integer(json_text_member(whole, "none"), -7), -7);
    assert_int_equal(json_text_integer(json_text_member(whole, "ms"), -7), -7); // not a whole number
    assert_string_equal(json_text_string(json_text_member(whole, "repeat"), text, sizeof text), "");
}

static void test_strings_are_cut_between_characters(void **state)
{
    char text[8];
    struct json_text value = value_of("\"ab\\u00e9\\ud83d\\ude42\"");
    (void)state;
    assert_string_equal(json_text_string(value, text, 8), "ab\xC3\xA9");
    assert_string_equal(json_text_string(value, text, 4), "ab");
    assert_string_equal(json_text_string(value, text, 1), "");
    assert_string_equal(json_text_string(value_of("\"\\u0000\\ud83dx\""), text, 8), "\xEF\xBF\xBD\xEF\xBF\xBDx");
}

static void test_expectations(void **state)
{
    struct record record;
    struct record_expectation expectation;
    const char *error;
    (void)state;
    assert_true(record_read(line, strlen(line), &record, &error));
    assert_int_equal(record.kind, RECORD_TRIAL);
    struct json_walk walk = json_walk(record.member[MEMBER_EXPECTATIONS]);
    assert_true(record_expectation_next(&walk, &expectation));
    assert_true(expectation.met);
    assert_true(record_expectation_next(&walk, &expectation));
    assert_false(expectation.met);
    assert_string_equal(expectation.text, "ms < 1");
    assert_string_equal(expectation.sentence, "saw 2");
    assert_false(record_expectation_next(&walk, &expectation));
    assert_false(walk.failed);
}

static void use(const char *text, size_t length)
{
    struct record record;
    struct record_expectation expectation;
    char copy[512];
    const char *error;
    if (!record_read(text, length, &record, &error))
        return;
    struct json_walk walk = json_walk(record.member[MEMBER_EXPECTATIONS]);
    while (record_expectation_next(&walk, &expectation))
        assert_true(strlen(expectation.text) < sizeof expectation.text);
    record_outcome(&record);
    run_identity(&record);
    record_variant(record.member[MEMBER_VARIANT], copy, sizeof copy);
    json_text_string(record.member[MEMBER_TARGET], copy, sizeof copy);
}

static void test_no_truncated_line_is_read(void **state)
{
    (void)state;
    for (size_t length = 0; length < strlen(line); length++) {
        struct record record;
        const char *error = NULL;
        char *exact = malloc(length + 1); // the sanitizer sees what is read beyond
        memcpy(exact, line, length);
        exact[length] = '\0';
        assert_false(record_read(exact, length, &record, &error));
        assert_non_null(error);
        free(exact);
    }
}

// What jansson takes is taken, too: the journal's own lines are never refused.
static void test_damaged_lines(void **state)
{
    const size_t length = strlen(line);
    uint32_t random = 1;
    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        char *exact = malloc(length + 1);
        struct json_text value;
        memcpy(exact, line, length + 1);
        for (unsigned n = i % 4 + 1; n > 0; n--) {
            random = random * 1664525 + 1013904223;
            exact[(random >> 8) % length] = "\"\\{}[]:,0au\xC3\xF0\x01"[(random >> 3) % 14];
        }
        json_t *json = i % 8 == 0 ? json_loadb(exact, length, 0, NULL) : NULL;
        if (json)
            assert_true(json_text_value(exact, length, &value));
        json_decref(json);
        use(exact, length);
        free(exact);
    }
}

static void test_deep_nesting_ends(void **state)
{
    struct json_text value;
    char deep[200];
    (void)state;
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    assert_false(json_text_value(deep, sizeof deep, &value));
    assert_true(json_text_value(deep + 50, 100, &value));
    assert_false(json_text_value("{\"a\":1]", 7, &value));
    assert_false(json_text_value("{} {}", 5, &value));
    assert_false(json_text_value("", 0, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),       cmocka_unit_test(test_strings_are_cut_between_characters),
        cmocka_unit_test(test_expectations),  cmocka_unit_test(test_no_truncated_line_is_read),
        cmocka_unit_test(test_damaged_lines), cmocka_unit_test(test_deep_nesting_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
