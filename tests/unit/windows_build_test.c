// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "knowledge/windows_build.h"

static void names_builds(void **state)
{
    (void)state;
    assert_string_equal(windows_build_name(17763), "Windows Server 2019 / Windows 10 1809");
    assert_string_equal(windows_build_name(20348), "Windows Server 2022");
    assert_non_null(strstr(windows_build_name(26100), "Windows Server 2025"));
    // What came as an enablement package may answer with the build below it.
    assert_non_null(strstr(windows_build_name(19041), "to 22H2"));
    assert_non_null(strstr(windows_build_name(26100), "to 26H2"));
    assert_string_equal(windows_build_name(26300), "Windows 11 26H2");
    assert_null(windows_build_name(0));
    assert_null(windows_build_name(20349));
}

static void the_table_is_in_order(void **state)
{
    unsigned last = 0;
    (void)state;
    for (size_t i = 0; windows_build_at(i); i++) {
        assert_true(windows_build_at(i)->build > last);
        last = windows_build_at(i)->build;
        assert_ptr_equal(windows_build_name((uint16_t)last), windows_build_at(i)->name);
        assert_true(strncmp(windows_build_at(i)->name, "Windows ", 8) == 0);
    }
    assert_true(last > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_builds),
        cmocka_unit_test(the_table_is_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
