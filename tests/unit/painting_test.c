// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/painting.h"

// From the layouts of MS-RDPBCGR 2.2.9.1.2.1: a bitmap update, a pointer, synchronize, a frame marker, surface bits.
#define BITMAP      "01 06 00 01 00 01 00 00 00"
#define POINTER     "05 00 00"
#define SYNCHRONIZE "03 00 00"
#define MARKER      "04 08 00 04 00 00 00 01 00 00 00"
#define SURFACE     "04 0c 00 04 00 00 00 01 00 00 00 01 00 00 00"
#define CACHE_ORDER "00 04 00 01 00 03 00"
#define LINE_ORDER  "00 04 00 01 00 09 09"

static bool fast(const uint8_t *data, size_t size)
{
    return painting_fast_path(data, size);
}

static bool paints(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return fast(bytes.data, bytes.size);
}

static void tells_fast_path_updates(void **state)
{
    (void)state;
    assert_true(paints(BITMAP));
    assert_true(paints(SYNCHRONIZE " " POINTER " " SURFACE));
    assert_true(paints(LINE_ORDER));
    assert_true(paints("81 20 02 00 aa bb")); // compressed
    assert_false(paints(POINTER));
    assert_false(paints(SYNCHRONIZE " " MARKER));
    assert_false(paints(CACHE_ORDER));
    assert_false(paints("01 00 00"));
    assert_false(paints("01 06 00 01 00"));
    assert_false(paints("81 20 02"));
}

static void tells_slow_path_updates(void **state)
{
    static const struct {
        const char *hex;
        bool paints;
    } rows[] = {{"01 00 01 00", true},
                {"01 00 00 00", false},
                {"02 00 00 00", false}, // palette
                {"03 00 00 00", false}, // synchronize
                {"00 00 00 00 01 00 00 00 09", true},
                {"00 00 00 00 01 00 00 00 03", false},
                {"00 00 00 00 01 00 00 00", false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pdu_example bytes = pdu_example(rows[i].hex);
        assert_int_equal(painting_slow_path(bytes.data, bytes.size), rows[i].paints);
    }
}

static bool both(const uint8_t *data, size_t size)
{
    return painting_fast_path(data, size) | painting_slow_path(data, size);
}

static void stands_damage(void **state)
{
    static const char *const examples[] = {BITMAP, MARKER " " SURFACE, LINE_ORDER, SYNCHRONIZE " " CACHE_ORDER};
    (void)state;
    check_mutations(both, examples, sizeof examples / sizeof examples[0], NULL, 2291);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_fast_path_updates),
        cmocka_unit_test(tells_slow_path_updates),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
