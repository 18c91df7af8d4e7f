// SPDX-License-Identifier: Apache-2.0
// Covering arrays: what they cover is compared with every row that a model allows, found by trying them all.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "design_models.h"
#include "scenario/design_random.h"

enum { SIDE = 8 }; // more levels than any model here has

// A set of combinations of up to three levels, one byte each, numbered without regard to how designs number them.
struct combinations {
    const struct design_model *model;
    unsigned strength;
    unsigned char *has;
    size_t size;
};

static struct combinations combinations_new(const struct design_model *model, unsigned strength)
{
    struct combinations set = {.model = model, .strength = strength < model->factors ? strength : model->factors};
    size_t each = (size_t)model->factors * SIDE;
    set.size = each * each * each;
    set.has = calloc(set.size, 1);
    assert_true(set.has != NULL);
    return set;
}

static size_t number(const struct combinations *set, const unsigned *f, const unsigned char *row)
{
    size_t n = 0;
    for (unsigned i = 0; i < set->strength; i++)
        n = n * set->model->factors * SIDE + (size_t)f[i] * SIDE + row[f[i]];
    return n;
}

static void mark(struct combinations *set, const unsigned char *row)
{
    const unsigned k = set->model->factors;
    unsigned f[3];
    for (f[0] = 0; f[0] < k; f[0]++) {
        if (set->strength == 1)
            set->has[number(set, f, row)] = 1;
        for (f[1] = f[0] + 1; set->strength > 1 && f[1] < k; f[1]++) {
            if (set->strength == 2)
                set->has[number(set, f, row)] = 1;
            for (f[2] = f[1] + 1; set->strength > 2 && f[2] < k; f[2]++)
                set->has[number(set, f, row)] = 1;
        }
    }
}

static size_t marked(const struct combinations *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->size; i++)
        n += set->has[i];
    return n;
}

static bool next_row(const struct design_model *model, unsigned char *row)
{
    for (unsigned f = 0; f < model->factors; f++) {
        if (++row[f] < model->levels[f])
            return true;
        row[f] = 0;
    }
    return false;
}

// All that allowed rows contain, and how many combinations there are in all. Returns the number of allowed rows; where
// all are, as many as show every combination of three.
static size_t mark_possible(const struct design_model *model, struct combinations *set)
{
    unsigned char row[DESIGN_FACTORS_MAX] = {0};
    size_t allowed = 0;
    if (!model->allowed) {
        // Every three factors at every levels, the others at their first.
        const unsigned k = model->factors;
        for (unsigned a = 0; a < k; a++)
            for (unsigned b = 0; b < k; b++)
                for (unsigned c = 0; c < k; c++)
                    for (unsigned v = 0; v < SIDE * SIDE * SIDE; v++) {
                        unsigned x = v % SIDE, y = v / SIDE % SIDE, z = v / SIDE / SIDE;
                        if (a > b || b > c || x >= model->levels[a] || y >= model->levels[b] || z >= model->levels[c])
                            continue;
                        memset(row, 0, sizeof row);
                        row[a] = (unsigned char)x;
                        row[b] = (unsigned char)y;
                        row[c] = (unsigned char)z;
                        mark(set, row);
                        allowed++;
                    }
        return allowed;
    }
    do {
        if (model->allowed(model->context, row)) {
            mark(set, row);
            allowed++;
        }
    } while (next_row(model, row));
    return allowed;
}

static size_t all_combinations(const struct design_model *model, unsigned strength)
{
    size_t n = 0;
    const unsigned k = model->factors;
    for (unsigned a = 0; a < k; a++) {
        n += strength == 1 ? model->levels[a] : 0u;
        for (unsigned b = a + 1; strength > 1 && b < k; b++) {
            n += strength == 2 ? (size_t)model->levels[a] * model->levels[b] : 0u;
            for (unsigned c = b + 1; strength > 2 && c < k; c++)
                n += (size_t)model->levels[a] * model->levels[b] * model->levels[c];
        }
    }
    return n;
}

// Makes the design and proves it: every row allowed, everything covered that an allowed row contains, the number of
// impossible combinations right, nothing made only where nothing is allowed. Returns the number of rows.
static size_t prove(const struct design_model *model, unsigned strength, uint64_t seed)
{
    struct combinations possible = combinations_new(model, strength), covered = combinations_new(model, strength);
    struct design_rows rows;
    size_t allowed = mark_possible(model, &possible);
    enum design_status status = design_covering(model, strength, seed, &rows);

    assert_int_equal(status, allowed ? DESIGN_MADE : DESIGN_NOTHING_ALLOWED);
    for (size_t i = 0; i < rows.count; i++) {
        const unsigned char *row = rows.levels + i * model->factors;
        for (unsigned f = 0; f < model->factors; f++)
            assert_true(row[f] < model->levels[f]);
        if (model->allowed)
            assert_true(model->allowed(model->context, row));
        mark(&covered, row);
    }
    assert_memory_equal(covered.has, possible.has, possible.size);
    if (allowed)
        assert_int_equal(rows.impossible, all_combinations(model, possible.strength) - marked(&possible));
    assert_true(rows.count >= rows.lower_bound && rows.count <= allowed);
    for (size_t i = 0; i < model->given_count * model->factors; i++)
        assert_int_equal(rows.levels[i], model->given[i]);
    size_t count = rows.count;
    design_rows_clear(&rows);
    free(possible.has);
    free(covered.has);
    return count;
}

static void is_no_larger_than_pict_would_make_it(void **state)
{
    (void)state;
    size_t count;
    const struct known_model *models = known_models(&count);
    for (size_t i = 0; i < count; i++) {
        size_t rows = prove(&models[i].model, models[i].strength, 1);
        print_message("%s, %u-way: %zu rows, PICT %u\n", models[i].name, models[i].strength, rows, models[i].pict);
        assert_true((double)rows <= 1.15 * models[i].pict);
        // The bar that is asked for is 1.15; these designs have always been smaller than PICT's.
        assert_true(rows <= models[i].pict);
    }
}

// Up to six exclusions of up to three levels each.
struct random_constraints {
    unsigned factors, count;
    unsigned char level[6][DESIGN_FACTORS_MAX]; // DESIGN_OPEN: not part of it
};

static bool excluded_by(const struct random_constraints *constraints, const unsigned char *row)
{
    for (unsigned i = 0; i < constraints->count; i++) {
        bool all = true;
        for (unsigned f = 0; f < constraints->factors && all; f++)
            all = constraints->level[i][f] == DESIGN_OPEN || constraints->level[i][f] == row[f];
        if (all)
            return true;
    }
    return false;
}

static bool sees_early(const void *context, const unsigned char *row)
{
    return !excluded_by(context, row);
}

static bool sees_complete_rows_only(const void *context, const unsigned char *row)
{
    const struct random_constraints *constraints = context;
    for (unsigned f = 0; f < constraints->factors; f++)
        if (row[f] == DESIGN_OPEN)
            return true;
    return !excluded_by(constraints, row);
}

static void make_random(struct design_random *random, struct design_model *model,
                        struct random_constraints *constraints)
{
    *model = (struct design_model){.factors = 1 + random_below(random, 6), .context = constraints};
    for (unsigned f = 0; f < model->factors; f++)
        model->levels[f] = (unsigned char)(1 + random_below(random, 4));
    *constraints = (struct random_constraints){.factors = model->factors, .count = random_below(random, 7)};
    memset(constraints->level, DESIGN_OPEN, sizeof constraints->level);
    for (unsigned i = 0; i < constraints->count; i++) {
        for (unsigned n = 1 + random_below(random, 3); n; n--) {
            unsigned f = random_below(random, model->factors);
            constraints->level[i][f] = (unsigned char)random_below(random, model->levels[f]);
        }
    }
    model->allowed = random_below(random, 2) ? sees_early : sees_complete_rows_only;
}

static void covers_whatever_random_constraints_allow(void **state)
{
    (void)state;
    struct design_random random = {42};
    for (int i = 0; i < 200; i++) {
        struct design_model model;
        struct random_constraints constraints;
        make_random(&random, &model, &constraints);
        prove(&model, 1 + random_below(&random, 3), random_next(&random));
    }
}

// x1 < x2 < … < x6 with six levels each leaves one row; only a search finds that 1-way combinations are impossible.
static bool ascending(const void *context, const unsigned char *row)
{
    const unsigned *factors = context;
    for (unsigned f = 0; f + 1 < *factors; f++)
        if (row[f] != DESIGN_OPEN && row[f + 1] != DESIGN_OPEN && row[f] >= row[f + 1])
            return false;
    return true;
}

static void everything_but_one_row_may_be_excluded(void **state)
{
    (void)state;
    const unsigned factors = 6;
    struct design_model model = {
        .factors = factors, .levels = {6, 6, 6, 6, 6, 6}, .allowed = ascending, .context = &factors};
    assert_int_equal(prove(&model, 2, 1), 1);
    assert_int_equal(prove(&model, 3, 1), 1);
    model.levels[5] = 5;
    assert_int_equal(prove(&model, 2, 1), 0);
    model.levels[0] = 7;
    model.levels[5] = 7;
    prove(&model, 2, 1);
}

// What excludes a combination is far from it: thirty other factors are of no concern, and a search that tried them all
// would not end. Factor 0 at 1 forces 10 to 1, which forces 20 to 1, which factor 31 at 1 forbids.
static bool chained(const void *context, const unsigned char *row)
{
    (void)context;
    return !(row[0] == 1 && row[10] != 1 && row[10] != DESIGN_OPEN) &&
           !(row[10] == 1 && row[20] != 1 && row[20] != DESIGN_OPEN) && !(row[20] == 1 && row[31] == 1);
}

static void finds_what_is_impossible_by_implication(void **state)
{
    (void)state;
    struct design_model model = {.factors = 32, .allowed = chained};
    struct design_rows rows;
    memset(model.levels, 3, 32);
    assert_int_equal(design_covering(&model, 2, 7, &rows), DESIGN_MADE);
    // (0=1,10≠1) (10=1,20≠1): two each; (20=1,31=1); by implication (0=1,20≠1): two; (0=1,31=1) and (10=1,31=1).
    assert_int_equal(rows.impossible, 9);
    for (size_t i = 0; i < rows.count; i++)
        assert_true(chained(NULL, rows.levels + i * 32));
    design_rows_clear(&rows);
}

static void is_the_same_for_the_same_seed(void **state)
{
    (void)state;
    size_t count;
    const struct known_model *models = known_models(&count);
    for (size_t i = 0; i < count && models[i].pict < 200; i++) {
        struct design_rows first, second;
        assert_int_equal(design_covering(&models[i].model, models[i].strength, 99, &first), DESIGN_MADE);
        assert_int_equal(design_covering(&models[i].model, models[i].strength, 99, &second), DESIGN_MADE);
        assert_int_equal(first.count, second.count);
        assert_memory_equal(first.levels, second.levels, first.count * models[i].model.factors);
        design_rows_clear(&first);
        design_rows_clear(&second);
    }
}

static bool nothing(const void *context, const unsigned char *row)
{
    (void)context;
    (void)row;
    return false;
}

static void small_models_make_small_designs(void **state)
{
    (void)state;
    struct design_rows rows;
    assert_int_equal(prove(&(struct design_model){.factors = 1, .levels = {1}}, 2, 1), 1);
    assert_int_equal(prove(&(struct design_model){.factors = 1, .levels = {5}}, 3, 1), 5);
    assert_int_equal(prove(&(struct design_model){.factors = 4, .levels = {1, 1, 1, 1}}, 2, 1), 1);
    assert_int_equal(prove(&(struct design_model){.factors = 4, .levels = {3, 1, 2, 1}}, 2, 1), 6);
    assert_int_equal(prove(&(struct design_model){.factors = 2, .levels = {3, 4}}, 2, 1), 12);
    assert_int_equal(prove(&(struct design_model){.factors = 3, .levels = {2, 2, 2}}, 2, 1), 4);
    assert_int_equal(prove(&(struct design_model){.factors = 4, .levels = {3, 3, 3, 3}}, 2, 1), 9);
    assert_int_equal(prove(&(struct design_model){.factors = 6, .levels = {5, 2, 3, 2, 2, 4}}, 1, 1), 5);
    assert_int_equal(prove(&(struct design_model){.factors = 2, .levels = {2, 2}, .allowed = nothing}, 2, 1), 0);

    assert_int_equal(design_covering(&(struct design_model){.factors = 0}, 2, 1, &rows), DESIGN_INVALID);
    assert_int_equal(design_covering(&(struct design_model){.factors = 1, .levels = {0}}, 2, 1, &rows), DESIGN_INVALID);
    assert_int_equal(design_covering(&(struct design_model){.factors = 1, .levels = {2}}, 0, 1, &rows), DESIGN_INVALID);
    struct design_model large = {.factors = 32};
    memset(large.levels, 60, 32);
    assert_int_equal(design_covering(&large, 6, 1, &rows), DESIGN_TOO_LARGE);
    assert_null(rows.levels);
    for (int status = DESIGN_MADE; status <= DESIGN_NO_MEMORY; status++)
        assert_true(strlen(design_status_text((enum design_status)status)) > 5);
}

static void begins_with_the_rows_given(void **state)
{
    (void)state;
    static const unsigned char given[] = {0, 0, 0, 0, 2, 2, 2, 2};
    struct random_constraints constraints = {.factors = 4, .count = 1};
    memset(constraints.level, DESIGN_OPEN, sizeof constraints.level);
    constraints.level[0][1] = 1;
    constraints.level[0][3] = 2;
    struct design_model model = {.factors = 4,
                                 .levels = {3, 3, 3, 3},
                                 .allowed = sees_early,
                                 .context = &constraints,
                                 .given = given,
                                 .given_count = 2};
    struct design_rows rows;
    assert_true(prove(&model, 2, 1) <= 12);
    assert_true(prove(&model, 3, 1) <= 36);
    constraints.level[0][1] = 2;
    assert_int_equal(design_covering(&model, 2, 1, &rows), DESIGN_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_no_larger_than_pict_would_make_it),
        cmocka_unit_test(covers_whatever_random_constraints_allow),
        cmocka_unit_test(everything_but_one_row_may_be_excluded),
        cmocka_unit_test(finds_what_is_impossible_by_implication),
        cmocka_unit_test(is_the_same_for_the_same_seed),
        cmocka_unit_test(small_models_make_small_designs),
        cmocka_unit_test(begins_with_the_rows_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
