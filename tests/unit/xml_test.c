// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/xml.h"

static char *text;
static size_t length;

static struct xml open_xml(void)
{
    struct xml xml = {.file = open_memstream(&text, &length)};
    assert_non_null(xml.file);
    return xml;
}

static void assert_written(struct xml *xml, const char *expected)
{
    assert_false(xml->failed);
    fclose(xml->file);
    assert_string_equal(text, expected);
    free(text);
}

static void test_elements(void **state)
{
    struct xml xml = open_xml();
    (void)state;
    xml_declare(&xml);
    xml_begin(&xml, "a");
    xml_begin(&xml, "b");
    xml_attribute(&xml, "c", "d");
    xml_attribute_format(&xml, "e", "%.3f", 1.5);
    xml_end(&xml);
    xml_begin(&xml, "f");
    xml_text(&xml, "g");
    xml_end(&xml);
    xml_end(&xml);
    assert_written(&xml,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>\n  <b c=\"d\" e=\"1.500\"/>\n  <f>g</f>\n</a>\n");
}

static void test_hostile_text(void **state)
{
    struct xml xml = open_xml();
    (void)state;
    xml_begin(&xml, "a");
    xml_attribute(&xml, "b", "<&>\"'\n\t\r\x01\x1B[31m\xC2\x9B\xE2\x80\xAE\xEF\xBF\xBF");
    xml_text(&xml, "]]>\n\x7F\xFF\xC3(\xED\xA0\x80\xF0\x9F\x99\x82\xF5\x80\x80\x80");
    xml_end(&xml);
    assert_written(&xml, "\n<a b=\"&lt;&amp;&gt;&quot;&apos;&#10;&#9;[31m\">]]&gt;\n\xEF\xBF\xBD\xEF\xBF\xBD("
                         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xF0\x9F\x99\x82\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                         "\xEF\xBF\xBD</a>\n");
}

static void test_clean_copy(void **state)
{
    char copy[8];
    (void)state;
    assert_string_equal(xml_clean("a\n\x01"
                                  "b\xFF",
                                  copy, sizeof copy),
                        "a b\xEF\xBF\xBD");
    assert_string_equal(xml_clean("abcdef\xC3\xA9", copy, sizeof copy), "abcdef");
}

static void test_errors_stick(void **state)
{
    struct xml xml = {.file = fopen("/dev/full", "w")};
    (void)state;
    assert_non_null(xml.file);
    setbuf(xml.file, NULL);
    xml_begin(&xml, "a");
    assert_true(xml.failed);
    xml_end(&xml);
    assert_true(xml.failed);
    fclose(xml.file);

    xml = open_xml();
    for (int i = 0; i <= XML_DEPTH_MAX; i++)
        xml_begin(&xml, "a");
    assert_true(xml.failed);
    fclose(xml.file);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_clean_copy),
        cmocka_unit_test(test_errors_stick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
