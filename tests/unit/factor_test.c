// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "trial/factor.h"

static void test_names(void **state)
{
    (void)state;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_row *row = factor_row((enum factor)f);
        enum factor factor;
        unsigned levels = factor_levels((enum factor)f);
        assert_true(factor_from_name(row->name, &factor));
        assert_int_equal(factor, f);
        assert_true(row->summary[0] != '\0');
        assert_true(levels >= 2 && levels <= LEVELS_MAX);
        for (unsigned i = 0; i < levels; i++) {
            unsigned level;
            assert_true(level_from_name(factor, level_name(factor, i), &level));
            assert_int_equal(level, i);
            assert_true(row->meaning[i][0] != '\0');
        }
        assert_string_equal(level_name(factor, levels), "?");
    }
    enum factor factor;
    unsigned level;
    assert_false(factor_from_name("Security", &factor));
    assert_false(level_from_name(FACTOR_TLS, "1.4", &level));
    assert_string_equal(level_name(FACTOR_TLS, TLS_1_2), "1.2");
}

static void test_variants(void **state)
{
    (void)state;
    struct variant zero = {{0}}, other = variant_with(zero, FACTOR_TLS, TLS_1_2);
    const char *why = NULL;
    char text[200], small[10];
    assert_true(variant_equal(&zero, &zero));
    assert_false(variant_equal(&zero, &other));
    assert_int_equal(variant_distance(&zero, &other), 1);
    assert_string_equal(variant_text(&other, text, sizeof text),
                        "security=nla tls=1.2 address=name gateway=off license=keep");
    assert_int_equal(strlen(variant_text(&other, small, sizeof small)), sizeof small - 1);
    assert_true(variant_possible(&other, &why));
    other.level[FACTOR_SECURITY] = SECURITY_RDP;
    assert_false(variant_possible(&other, &why));
    assert_non_null(why);
    assert_false(variant_possible(&other, NULL));
    other.level[FACTOR_TLS] = TLS_DEFAULT;
    assert_true(variant_possible(&other, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_variants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
