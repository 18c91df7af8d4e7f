// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "protocol/utf16.h"

enum { ROUNDS = 100000, SIZE_MAX_TRIED = 24 };

static void expect(const char *bytes, size_t size, size_t capacity, const char *text)
{
    char *out = malloc(capacity);
    assert_ptr_equal(utf16_text((const uint8_t *)bytes, size, out, capacity), out);
    assert_string_equal(out, text);
    free(out);
}

static void converts(void **state)
{
    (void)state;
    expect("", 0, 1, "");
    expect("S\0r\0v\0", 6, 4, "Srv");
    expect("\xfc\0\xac\x20", 4, 16, "ü€");
    expect("\x3d\xd8\x00\xde", 4, 16, "\xf0\x9f\x98\x80"); // U+1F600
    expect("a\0\0\0b\0", 6, 16, "a");                      // ends at a zero character
    expect("a\0b", 3, 16, "a");                            // half a character
}

static void replaces_what_is_no_character(void **state)
{
    (void)state;
    expect("\x3d\xd8", 2, 16, "\xef\xbf\xbd");           // a high surrogate at the end
    expect("\x3d\xd8\x61\0", 4, 16, "\xef\xbf\xbd\x61"); // …before something else
    expect("\x00\xde\x61\0", 4, 16, "\xef\xbf\xbd\x61"); // a low one alone
    expect("\x3d\xd8\x3d\xd8", 4, 16, "\xef\xbf\xbd\xef\xbf\xbd");
}

static void cuts_between_characters(void **state)
{
    (void)state;
    expect("S\0r\0v\0", 6, 3, "Sr");
    expect("S\0\xac\x20", 4, 4, "S");
    expect("S\0\xac\x20", 4, 5, "S\xe2\x82\xac");
    expect("S\0", 2, 1, "");
}

static void stands_anything(void **state)
{
    (void)state;
    srand(16);
    for (int i = 0; i < ROUNDS; i++) {
        size_t size = (size_t)(rand() % SIZE_MAX_TRIED), capacity = 1 + (size_t)(rand() % SIZE_MAX_TRIED);
        uint8_t *data = malloc(size);
        char *out = malloc(capacity);
        for (size_t j = 0; j < size; j++)
            data[j] = (uint8_t)(rand() % 4 ? rand() : 0xD8 + rand() % 8);
        utf16_text(data, size, out, capacity);
        assert_true(strnlen(out, capacity) < capacity);
        free(data);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(converts),
        cmocka_unit_test(replaces_what_is_no_character),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(stands_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
