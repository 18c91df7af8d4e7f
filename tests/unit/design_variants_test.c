// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made_scenario.h"
#include "scenario/design_variants.h"

static struct made_scenario made;

static struct design_variants variants_of(struct made_scenario *from)
{
    struct design_variants variants;
    char error[256] = "";
    if (!design_variants_make(&from->scenario, &variants, error, sizeof error))
        fail_msg("%s", error);
    const char *why;
    for (size_t i = 0; i < variants.count; i++) {
        assert_true(scenario_allows(&from->scenario, &variants.variants[i], &why));
        for (size_t j = 0; j < i; j++)
            assert_false(variant_equal(&variants.variants[i], &variants.variants[j]));
    }
    for (size_t i = 0; i < variants.excluded_count; i++)
        assert_false(scenario_allows(&from->scenario, &variants.excluded[i], &why));
    return variants;
}

static void expect_variants(const struct variant *variants, size_t count, const char *const *words, size_t expected)
{
    assert_int_equal(count, expected);
    for (size_t i = 0; i < expected; i++) {
        struct variant variant = made_variant(words[i]);
        char text[1024];
        if (!variant_equal(&variants[i], &variant))
            fail_msg("%zu: not %s but %s", i, words[i], variant_text(&variants[i], text, sizeof text));
    }
}

#define EXPECT_VARIANTS(variants, count, ...)                                                                          \
    do {                                                                                                               \
        static const char *const words[] = {__VA_ARGS__};                                                              \
        expect_variants(variants, count, words, sizeof words / sizeof *words);                                         \
    } while (0)

static void one_at_a_time_changes_one_factor(void **state)
{
    (void)state;
    made_init(&made, DESIGN_ONE_AT_A_TIME);
    made_vary(&made, "gateway=http tls=1.2 tls=1.3 security license=clear");
    made_never(&made, "tls=1.3");
    struct design_variants variants = variants_of(&made);
    // No password, the base, what matters before a logon, what matters after it, through the gateway.
    EXPECT_VARIANTS(variants.variants, variants.count, "security=tls", "security=rdp", "", "tls=1.2", "license=clear",
                    "gateway=http");
    EXPECT_VARIANTS(variants.excluded, variants.excluded_count, "tls=1.3");
    design_variants_clear(&variants);
    made_clear(&made);
}

static void one_at_a_time_starts_from_the_base(void **state)
{
    (void)state;
    made_init(&made, DESIGN_ONE_AT_A_TIME);
    made_base(&made, "tls=1.2 license=clear");
    made_vary(&made, "security address=ipv4");
    struct design_variants variants = variants_of(&made);
    // Putting the defaults in play is made_init()'s doing; rdp goes with no TLS version.
    EXPECT_VARIANTS(variants.variants, variants.count, "security=tls tls=1.2 license=clear", "tls=1.2 license=clear",
                    "license=clear", "tls=1.2 license=clear address=ipv4", "tls=1.2");
    EXPECT_VARIANTS(variants.excluded, variants.excluded_count, "security=rdp tls=1.2 license=clear");
    design_variants_clear(&variants);
}

static void full_is_everything_allowed(void **state)
{
    (void)state;
    made_init(&made, DESIGN_FULL);
    made_vary(&made, "security tls gateway=http");
    struct design_variants variants = variants_of(&made);
    assert_int_equal(variants.count, (2 * 5 + 1) * 2);
    assert_int_equal(variants.excluded_count, 4 * 2);
    for (size_t i = 0; i < variants.count; i++)
        assert_int_equal(variants.variants[i].level[FACTOR_GATEWAY], i < 11 ? GATEWAY_OFF : GATEWAY_HTTP);
    for (size_t i = 1; i < 6; i++)
        assert_true(variants.variants[i].level[FACTOR_SECURITY] != SECURITY_NLA);
    assert_true(variant_equal(&variants.variants[6], &made.scenario.profile.levels));
    design_variants_clear(&variants);
}

static void a_list_is_taken_as_it_is(void **state)
{
    (void)state;
    made_init(&made, DESIGN_LIST);
    struct variant list[] = {
        made_variant("gateway=http"),         made_variant("tls=1.3 license=clear"), made_variant(""),
        made_variant("security=rdp tls=1.2"), made_variant("security=tls"),          made_variant("")};
    made.scenario.list = list;
    made.scenario.list_count = sizeof list / sizeof *list;
    struct design_variants variants = variants_of(&made);
    EXPECT_VARIANTS(variants.variants, variants.count, "security=tls", "tls=1.3 license=clear", "", "gateway=http");
    EXPECT_VARIANTS(variants.excluded, variants.excluded_count, "security=rdp tls=1.2");
    design_variants_clear(&variants);

    // Without a logon nothing speaks against the order as written.
    made.scenario.until = PHASE_TLS;
    variants = variants_of(&made);
    EXPECT_VARIANTS(variants.variants, variants.count, "tls=1.3 license=clear", "", "security=tls", "gateway=http");
    design_variants_clear(&variants);
}

static bool has(const struct variant *variants, size_t count, enum factor f, unsigned v, enum factor g, unsigned w)
{
    for (size_t i = 0; i < count; i++)
        if (variants[i].level[f] == v && variants[i].level[g] == w)
            return true;
    return false;
}

// Compares what a pairwise design covers with the full one, which tries everything.
static void expect_pairs_of_full(struct made_scenario *from)
{
    from->scenario.design = DESIGN_FULL;
    struct design_variants full = variants_of(from);
    from->scenario.design = DESIGN_PAIRWISE;
    struct design_variants pairs = variants_of(from);
    const char *why;
    size_t impossible = 0;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (!(from->scenario.levels[f] & (from->scenario.levels[f] - 1)))
            continue;
        for (int g = f + 1; g < FACTOR_COUNT; g++) {
            if (!(from->scenario.levels[g] & (from->scenario.levels[g] - 1)))
                continue;
            for (unsigned v = 0; v < factor_levels((enum factor)f); v++) {
                for (unsigned w = 0; w < factor_levels((enum factor)g); w++) {
                    if (!(from->scenario.levels[f] >> v & 1) || !(from->scenario.levels[g] >> w & 1))
                        continue;
                    bool possible = has(full.variants, full.count, (enum factor)f, v, (enum factor)g, w);
                    assert_int_equal(has(pairs.variants, pairs.count, (enum factor)f, v, (enum factor)g, w), possible);
                    impossible += !possible;
                }
            }
        }
    }
    assert_int_equal(pairs.impossible, impossible);
    assert_true(pairs.count <= full.count);
    if (scenario_allows(&from->scenario, &from->scenario.profile.levels, &why)) {
        bool there = false;
        for (size_t i = 0; i < pairs.count; i++)
            there = there || variant_equal(&pairs.variants[i], &from->scenario.profile.levels);
        assert_true(there);
    }
    design_variants_clear(&full);
    design_variants_clear(&pairs);
}

static void pairwise_covers_what_the_full_design_has(void **state)
{
    (void)state;
    made_init(&made, DESIGN_PAIRWISE);
    made_vary(&made, "security tls address gateway=http license=clear");
    expect_pairs_of_full(&made);
    made_never(&made, "security!=nla & license=clear");
    expect_pairs_of_full(&made);
    made_never(&made, "gateway=http & (address=ipv4 | address=ipv6) & tls!=1.2");
    expect_pairs_of_full(&made);
    // A base that is itself excluded.
    made_never(&made, "security=nla & tls=default");
    expect_pairs_of_full(&made);
    made_never(&made, "!(security=nla | security=rdp)");
    expect_pairs_of_full(&made);
    made_never(&made, "address!=ipv6");
    expect_pairs_of_full(&made);
    made_clear(&made);
}

// Every factor that excludes another, whatever the base: none of its pairs may be taken for impossible.
static void pairwise_knows_what_is_possible_from_any_base(void **state)
{
    (void)state;
    static const char *const names[] = {"security", "tls", "address", "auth", "restricted-admin", "rdp-encryption"};
    struct variant base = {0};
    for (unsigned n = 0; n < 60; n++) {
        made_init(&made, DESIGN_FULL);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            enum factor factor;
            if (!factor_from_name(names[i], &factor))
                continue;
            unsigned levels = factor_levels(factor);
            made.scenario.levels[factor] = (1u << levels) - 1;
            // In some, the default is not in play.
            if (n % 3 == 1 && i == n % 5)
                made.scenario.levels[factor] &= ~1u;
            base.level[factor] = (unsigned char)((n * 7 + n * i + n / 3) % levels);
            made.scenario.levels[factor] |= 1u << base.level[factor];
        }
        made.scenario.profile.levels = base;
        expect_pairs_of_full(&made);
    }
}

static void every_factor_at_every_level_makes_few_variants(void **state)
{
    (void)state;
    made_init(&made, DESIGN_PAIRWISE);
    for (int f = 0; f < FACTOR_COUNT; f++)
        made.scenario.levels[f] = (1u << factor_levels((enum factor)f)) - 1;
    made_never(&made, "license=reuse & security=rdp");
    struct design_variants pairs = variants_of(&made);
    made.scenario.design = DESIGN_THREE_WAY;
    struct design_variants triples = variants_of(&made);
    print_message("%d factors: %zu variants pairwise, %zu three-way\n", FACTOR_COUNT, pairs.count, triples.count);
    // Four ciphers go with security=rdp only, and so with no version of TLS: these are no pairs that others cover too.
    assert_true(pairs.count <= 55);
    assert_true(triples.count <= 230);
    assert_true(pairs.impossible >= 4 + 1);
    design_variants_clear(&pairs);
    design_variants_clear(&triples);
    made_clear(&made);
}

static void the_seed_decides_the_design(void **state)
{
    (void)state;
    made_init(&made, DESIGN_PAIRWISE);
    made_vary(&made, "security tls address gateway license");
    struct design_variants first = variants_of(&made), again = variants_of(&made);
    made.scenario.seed = 2;
    struct design_variants other = variants_of(&made);
    assert_int_equal(first.count, again.count);
    assert_memory_equal(first.variants, again.variants, first.count * sizeof *first.variants);
    assert_true(first.count != other.count ||
                memcmp(first.variants, other.variants, first.count * sizeof *first.variants) != 0);
    design_variants_clear(&first);
    design_variants_clear(&again);
    design_variants_clear(&other);
}

static void nothing_to_vary_is_the_base(void **state)
{
    (void)state;
    static const enum design designs[] = {DESIGN_ONE_AT_A_TIME, DESIGN_PAIRWISE, DESIGN_THREE_WAY, DESIGN_FULL};
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
        made_init(&made, designs[i]);
        struct design_variants variants = variants_of(&made);
        EXPECT_VARIANTS(variants.variants, variants.count, "");
        design_variants_clear(&variants);
    }
}

static void expect_error(enum design design, const char *never, const char *said)
{
    struct design_variants variants;
    char error[256] = "";
    made.scenario.design = design;
    if (never)
        made_never(&made, never);
    assert_false(design_variants_make(&made.scenario, &variants, error, sizeof error));
    if (!strstr(error, said))
        fail_msg("'%s' does not say '%s'", error, said);
    assert_null(variants.variants);
}

static void says_why_there_is_nothing_to_try(void **state)
{
    (void)state;
    made_init(&made, DESIGN_FULL);
    made_vary(&made, "security tls");
    expect_error(DESIGN_FULL, "security=nla | security!=nla", "allow nothing at all (excluded by never: security=nla");
    expect_error(DESIGN_ONE_AT_A_TIME, NULL, "allow nothing at all");
    expect_error(DESIGN_PAIRWISE, NULL, "allow nothing at all");
    expect_error(DESIGN_THREE_WAY, NULL, "allow nothing at all");
    expect_error(DESIGN_LIST, NULL, "list of variants is empty");
    made_clear(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time_changes_one_factor),
        cmocka_unit_test(one_at_a_time_starts_from_the_base),
        cmocka_unit_test(full_is_everything_allowed),
        cmocka_unit_test(a_list_is_taken_as_it_is),
        cmocka_unit_test(pairwise_covers_what_the_full_design_has),
        cmocka_unit_test(pairwise_knows_what_is_possible_from_any_base),
        cmocka_unit_test(every_factor_at_every_level_makes_few_variants),
        cmocka_unit_test(the_seed_decides_the_design),
        cmocka_unit_test(nothing_to_vary_is_the_base),
        cmocka_unit_test(says_why_there_is_nothing_to_try),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
