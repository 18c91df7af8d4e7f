// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "import/not_done.h"

enum { ROWS_MAX = 4 };

static const char *told(const struct baseline_row rows[ROWS_MAX], size_t count)
{
    static char text[NOT_DONE_SIZE];
    struct baseline baseline = {.rows = (struct baseline_row *)rows, .row_count = count};
    return baseline_not_done(&baseline, text, sizeof text);
}

static void what_may_decide_is_named_once(void **state)
{
    static const struct baseline_row rows[ROWS_MAX] = {
        {.setting = "RemoteApplicationMode", .value = "on", .use = BASELINE_UNUSED},
        {.setting = "RemoteApplicationProgram", .value = "||calc", .use = BASELINE_UNUSED},
        {.setting = "AadSecurity", .value = "on", .use = BASELINE_OVERRIDDEN},
        {.setting = "SmartSizing", .value = "on", .use = BASELINE_UNUSED}};
    (void)state;
    assert_string_equal(told(rows, 4), "a RemoteApp, RDS AAD security");
    assert_string_equal(told(rows + 3, 1), ""); // of the session's looks
    assert_string_equal(told(rows, 0), "");
}

static void what_is_taken_is_done(void **state)
{
    static const struct baseline_row rows[ROWS_MAX] = {
        {.setting = "PreconnectionBlob", .value = "x", .use = BASELINE_TAKEN}};
    (void)state;
    assert_string_equal(told(rows, 1), "");
}

static void what_has_no_room_is_left_out(void **state)
{
    static const struct baseline_row rows[ROWS_MAX] = {{.setting = "RemoteApplicationMode", .use = BASELINE_UNUSED},
                                                       {.setting = "UseMultimon", .use = BASELINE_UNUSED}};
    struct baseline baseline = {.rows = (struct baseline_row *)rows, .row_count = 2};
    char text[sizeof "a RemoteApp" + 4];
    (void)state;
    assert_string_equal(baseline_not_done(&baseline, text, sizeof text), "a RemoteApp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_decide_is_named_once),
        cmocka_unit_test(what_is_taken_is_done),
        cmocka_unit_test(what_has_no_room_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
