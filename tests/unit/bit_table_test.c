// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "report/bit_table.h"

// The n-th of keys that lie as hashes do: the finaliser of SplitMix64, which maps no two numbers to one.
static uint64_t key_of(uint64_t n)
{
    n += 0x9E3779B97F4A7C15;
    n = (n ^ n >> 30) * 0xBF58476D1CE4E5B9;
    n = (n ^ n >> 27) * 0x94D049BB133111EB;
    return n ^ n >> 31;
}

static void test_every_bit_is_kept(void **state)
{
    enum { KEYS = 200000 };
    struct bit_table table = {0};
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        for (uint64_t n = 0; n < KEYS; n++) {
            uint64_t before = (((uint64_t)1 << round * 7) - 1) & 0x4081;
            assert_int_equal(bit_table_set(&table, key_of(n), (uint64_t)1 << round * 7), before);
        }
    }
    assert_int_equal(table.used, KEYS);
    // Three times as many as memory is kept for: the rest lies in a file.
    assert_true(table.file != NULL && table.memory == NULL && !table.failed);
    assert_true(3 * table.slots >= 4 * table.used);
    for (uint64_t n = 0; n < KEYS; n += 97)
        assert_int_equal(bit_table_set(&table, key_of(n), 1), 0x4081);
    bit_table_clear(&table);
    assert_int_equal(bit_table_set(&table, key_of(0), 2), 0);
    bit_table_clear(&table);
}

static void test_few_need_no_file(void **state)
{
    struct bit_table table = {0};
    (void)state;
    for (uint64_t n = 0; n < BIT_TABLE_MEMORY_SLOTS / 4 * 3; n++)
        assert_int_equal(bit_table_set(&table, key_of(n), 1), 0);
    assert_true(table.memory != NULL && table.file == NULL && table.slots == BIT_TABLE_MEMORY_SLOTS);
    bit_table_clear(&table);
}

// Keys that meet at one place, the last one too, find each other's.
static void test_keys_that_meet(void **state)
{
    struct bit_table table = {0};
    (void)state;
    for (uint64_t n = 0; n < 40; n++)
        assert_int_equal(bit_table_set(&table, n << 32 | 0xFFFFFFFF, n + 1), 0);
    for (uint64_t n = 0; n < 40; n++)
        assert_int_equal(bit_table_set(&table, n << 32 | 0xFFFFFFFF, 1), n + 1);
    bit_table_clear(&table);
}

static void test_without_room_for_a_file_memory_is_taken(void **state)
{
    enum { KEYS = 100000 };
    struct bit_table table = {0};
    const char *before = getenv("TMPDIR");
    char *kept = before ? strdup(before) : NULL;
    (void)state;
    assert_int_equal(setenv("TMPDIR", "/proc/none", 1), 0);
    for (unsigned round = 0; round < 2; round++) {
        for (uint64_t n = 0; n < KEYS; n++)
            assert_int_equal(bit_table_set(&table, key_of(n), 1), round);
    }
    assert_true(table.memory != NULL && !table.failed);
    bit_table_clear(&table);
    if (kept)
        setenv("TMPDIR", kept, 1);
    else
        unsetenv("TMPDIR");
    free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_bit_is_kept),
        cmocka_unit_test(test_few_need_no_file),
        cmocka_unit_test(test_keys_that_meet),
        cmocka_unit_test(test_without_room_for_a_file_memory_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
