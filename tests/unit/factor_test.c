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
        assert_int_equal(factor, f); // no name is there twice: the first is found
        assert_true(strlen(row->summary) > 5);
        assert_true(row->heading[0] != '\0' && strlen(row->heading) <= 5);
        assert_int_equal(row->heading[strcspn(row->heading, " ")], '\0');
        assert_true(levels >= 2 && levels <= LEVELS_MAX);
        for (unsigned i = 0; i < levels; i++) {
            unsigned level;
            assert_true(level_from_name(factor, level_name(factor, i), &level));
            assert_int_equal(level, i);
            assert_non_null(row->meaning[i]);
            assert_true(strlen(row->meaning[i]) > 2);
        }
        assert_null(row->meaning[levels]); // no meaning without a level
        assert_string_equal(level_name(factor, levels), "?");
    }
    enum factor factor;
    unsigned level;
    assert_false(factor_from_name("Security", &factor));
    assert_false(level_from_name(FACTOR_TLS, "1.4", &level));
    assert_string_equal(level_name(FACTOR_TLS, TLS_1_2), "1.2");
}

// All zero is the default variant: what a probe does when nothing is asked of it.
static void test_defaults(void **state)
{
    static const char *const first[] = {"nla",      "default", "name", "off",        "keep", "ntlm",
                                        "as-given", "off",     "off",  "advertised", "none", "off",
                                        "host",     "32",      "off",  "off",        "off"};
    struct variant zero = {{0}};
    (void)state;
    // Further factors come behind these, whose order is the format.
    assert_true(sizeof first / sizeof first[0] <= FACTOR_COUNT);
    assert_true(variant_possible(&zero, NULL));
    for (size_t f = 0; f < sizeof first / sizeof first[0]; f++)
        assert_string_equal(level_name((enum factor)f, 0), first[f]);
}

static void test_constraints(void **state)
{
    static const struct {
        enum factor a, b;
        unsigned level_a, level_b;
    } excluded[] = {{FACTOR_SECURITY, FACTOR_TLS, SECURITY_RDP, TLS_1_2},
                    {FACTOR_AUTH, FACTOR_ADDRESS, AUTH_LEVEL_KERBEROS, ADDRESS_IPV4},
                    {FACTOR_AUTH, FACTOR_ADDRESS, AUTH_LEVEL_KERBEROS, ADDRESS_IPV6},
                    {FACTOR_RESTRICTED_ADMIN, FACTOR_SECURITY, RESTRICTED_ADMIN_ON, SECURITY_TLS},
                    {FACTOR_RESTRICTED_ADMIN, FACTOR_SECURITY, RESTRICTED_ADMIN_ON, SECURITY_RDP},
                    {FACTOR_LOAD_BALANCE, FACTOR_COOKIE, LOAD_BALANCE_TOKEN, COOKIE_USER},
                    {FACTOR_LOAD_BALANCE, FACTOR_COOKIE, LOAD_BALANCE_TOKEN, COOKIE_NONE}};
    // That go with security=rdp only: not possible from the default, and possible there.
    static const struct {
        enum factor factor;
        unsigned level;
    } of_rdp[] = {{FACTOR_RDP_ENCRYPTION, RDP_ENCRYPTION_128},
                  {FACTOR_RDP_ENCRYPTION, RDP_ENCRYPTION_56},
                  {FACTOR_RDP_ENCRYPTION, RDP_ENCRYPTION_40},
                  {FACTOR_RDP_ENCRYPTION, RDP_ENCRYPTION_FIPS}};
    struct variant zero = {{0}};
    unsigned pairs = 0, found = 0;
    (void)state;
    for (size_t i = 0; i < sizeof excluded / sizeof excluded[0]; i++) {
        struct variant variant = variant_with(zero, excluded[i].a, excluded[i].level_a);
        const char *why = NULL;
        assert_true(variant_possible(&variant, &why));
        assert_null(why);
        variant = variant_with(variant, excluded[i].b, excluded[i].level_b);
        assert_false(variant_possible(&variant, &why));
        assert_non_null(why);
    }
    for (size_t i = 0; i < sizeof of_rdp / sizeof of_rdp[0]; i++) {
        struct variant variant = variant_with(zero, of_rdp[i].factor, of_rdp[i].level);
        const char *why = NULL;
        assert_false(variant_possible(&variant, &why));
        assert_non_null(why);
        variant.level[FACTOR_SECURITY] = SECURITY_RDP;
        assert_true(variant_possible(&variant, &why));
    }
    // Legacy goes with security=rdp only, and skipped with what else begins without a connection request.
    static const struct {
        unsigned negotiation;
        enum factor factor;
        unsigned level;
        bool possible;
    } negotiations[] = {{NEGOTIATION_LEGACY, FACTOR_SECURITY, SECURITY_RDP, true},
                        {NEGOTIATION_LEGACY, FACTOR_SECURITY, SECURITY_TLS, false},
                        {NEGOTIATION_LEGACY, FACTOR_SECURITY, SECURITY_NLA, false},
                        {NEGOTIATION_SKIPPED, FACTOR_SECURITY, SECURITY_RDP, false},
                        {NEGOTIATION_SKIPPED, FACTOR_SECURITY, SECURITY_TLS, true},
                        {NEGOTIATION_SKIPPED, FACTOR_SECURITY, SECURITY_NLA, true},
                        {NEGOTIATION_SKIPPED, FACTOR_GATEWAY, GATEWAY_HTTP, true},
                        {NEGOTIATION_SKIPPED, FACTOR_LOAD_BALANCE, LOAD_BALANCE_TOKEN, false},
                        {NEGOTIATION_SKIPPED, FACTOR_RESTRICTED_ADMIN, RESTRICTED_ADMIN_ON, false}};
    for (size_t i = 0; i < sizeof negotiations / sizeof negotiations[0]; i++) {
        struct variant variant = variant_with(zero, FACTOR_NEGOTIATION, negotiations[i].negotiation);
        variant.level[negotiations[i].factor] = (unsigned char)negotiations[i].level;
        assert_int_equal(variant_possible(&variant, NULL), negotiations[i].possible);
    }
    // Every other pair of levels goes together, or is one of these rules (four levels of TLS).
    for (int f = 0; f < FACTOR_COUNT; f++) {
        for (int g = f + 1; g < FACTOR_COUNT; g++) {
            if (f == FACTOR_RDP_ENCRYPTION || g == FACTOR_RDP_ENCRYPTION || f == FACTOR_NEGOTIATION ||
                g == FACTOR_NEGOTIATION)
                continue;
            for (unsigned i = 0; i < factor_levels((enum factor)f) * factor_levels((enum factor)g); i++) {
                struct variant variant = variant_with(zero, (enum factor)f, i % factor_levels((enum factor)f));
                variant = variant_with(variant, (enum factor)g, i / factor_levels((enum factor)f));
                pairs++;
                found += !variant_possible(&variant, NULL);
            }
        }
    }
    assert_true(pairs > 1000);
    assert_int_equal(found, 4 + 2 + 2 + 2);
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
    struct variant deep = variant_with(other, FACTOR_COLOR_DEPTH, COLOR_DEPTH_16);
    assert_string_equal(variant_text(&deep, text, sizeof text),
                        "security=nla tls=1.2 address=name gateway=off license=keep color-depth=16");
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
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_variants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
