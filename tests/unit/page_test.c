// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"

static char *text;
static size_t length;

static struct page open_page(void)
{
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    return (struct page){.file = file, .columns = 20};
}

static void assert_written(struct page *page, const char *expected)
{
    assert_true(page_close(page));
    fclose(page->file);
    assert_string_equal(text, expected);
    free(text);
}

static void cleans_what_a_server_may_send(void **state)
{
    static const char *const rows[][2] = {
        {"plain", "plain"},
        {"\033[31mred\033[0m", "?[31mred?[0m"},
        {"a\nb\tc\x7f", "a?b?c?"},
        {"\xc2\x9b"
         "31m",
         "?31m"}, // C1 control sequence introducer
        {"M\xc3\xbcnchen \xe6\xbc\xa2", "M\xc3\xbcnchen \xe6\xbc\xa2"},
        {"\xff\xfe", "??"},
        {"\xc0\xaf", "??"},      // overlong
        {"\xed\xa0\x80", "???"}, // surrogate
        {"a\xe2\x80\xae"
         "b",
         "a?b"}, // right-to-left override
        {"cut \xe6\xbc", "cut ??"},
    };
    char copy[64];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(page_clean(rows[i][0], copy, sizeof copy), rows[i][1]);
    assert_string_equal(page_clean("ab\xc3\xbc", copy, 4), "ab"); // never half a character
    assert_int_equal(page_width("M\xc3\xbcnchen"), 7);
}

static void wraps_between_words(void **state)
{
    (void)state;
    struct page page = open_page();
    page_put(&page, STYLE_PLAIN, "label ");
    page_wrap(&page, 6, 6, "%s", "one two three four averyveryverylongword end");
    assert_written(&page, "label one two three\n      four\n      averyveryverylongword\n      end\n");
}

static void colours_only_when_asked(void **state)
{
    (void)state;
    struct page page = open_page();
    page_line(&page, STYLE_BAD, "bad %d", 1);
    page.color = true;
    page_line(&page, STYLE_BAD, "bad %s", "\033[0m");
    page_line(&page, STYLE_PLAIN, "plain");
    assert_written(&page, "bad 1\n\033[1;31mbad ?[0m\033[0m\nplain\n");
}

static void obeys_the_environment(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    assert_false(page_open(file).color); // no terminal
    assert_false(page_open(file).terminal);
    assert_int_equal(page_open(file).columns, 80);
    setenv("CLICOLOR_FORCE", "1", 1);
    assert_true(page_open(file).color);
    setenv("CLICOLOR_FORCE", "0", 1);
    assert_false(page_open(file).color);
    setenv("CLICOLOR_FORCE", "1", 1);
    setenv("NO_COLOR", "1", 1);
    assert_false(page_open(file).color);
    fclose(file);
}

static void remembers_a_failed_write(void **state)
{
    (void)state;
    FILE *file = fopen("/dev/full", "w");
    assert_non_null(file);
    struct page page = {.file = file, .columns = 80};
    page_line(&page, STYLE_PLAIN, "text");
    assert_false(page_close(&page));
    assert_false(page_close(&page));
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleans_what_a_server_may_send), cmocka_unit_test(wraps_between_words),
        cmocka_unit_test(colours_only_when_asked),       cmocka_unit_test(obeys_the_environment),
        cmocka_unit_test(remembers_a_failed_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
