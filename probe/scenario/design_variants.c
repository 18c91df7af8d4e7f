// SPDX-License-Identifier: Apache-2.0
#include "scenario/design_variants.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/design.h"
#include "scenario/variant_rule.h"
#include "trial/effect.h"

// The factors of a scenario that have more than one level in play, as the factors of a model.
struct space {
    const struct scenario *scenario;
    unsigned factors;
    enum factor factor[FACTOR_COUNT];
    unsigned char levels[FACTOR_COUNT];            // of each
    unsigned char level[FACTOR_COUNT][LEVELS_MAX]; // level of the factor, the base's first
    int place[FACTOR_COUNT];                       // of a factor in the model; -1: it stays at the base's level
    uint32_t *rule_factors;                        // for each never rule: the model's factors that it may speak of
};

// A rule speaks of a factor only by its name, so a factor whose name is not in its text cannot matter to it.
static uint32_t factors_of(const struct space *space, const struct variant_rule *rule)
{
    uint32_t factors = 0;
    for (unsigned i = 0; i < space->factors; i++)
        if (strstr(variant_rule_text(rule), factor_row(space->factor[i])->name))
            factors |= 1u << i;
    return factors;
}

static bool space_init(struct space *space, const struct scenario *scenario)
{
    _Static_assert((int)FACTOR_COUNT <= (int)DESIGN_FACTORS_MAX, "a model has room for every factor");
    *space = (struct space){.scenario = scenario};
    for (int f = 0; f < FACTOR_COUNT; f++) {
        unsigned n = 0;
        space->place[f] = -1;
        unsigned char *level = space->level[space->factors];
        level[n++] = scenario->profile.levels.level[f];
        for (unsigned v = 0; v < factor_levels((enum factor)f); v++)
            if (scenario->levels[f] >> v & 1 && v != scenario->profile.levels.level[f])
                level[n++] = (unsigned char)v;
        if (n < 2)
            continue;
        space->place[f] = (int)space->factors;
        space->factor[space->factors] = (enum factor)f;
        space->levels[space->factors++] = (unsigned char)n;
    }
    space->rule_factors = calloc(scenario->never_count + 1, sizeof *space->rule_factors);
    if (!space->rule_factors)
        return false;
    for (size_t i = 0; i < scenario->never_count; i++)
        space->rule_factors[i] = factors_of(space, scenario->never[i]);
    return true;
}

// The variant of a row; open factors stay at the base's level.
static struct variant variant_of(const struct space *space, const unsigned char *row)
{
    struct variant variant = space->scenario->profile.levels;
    for (unsigned i = 0; i < space->factors; i++)
        if (row[i] != DESIGN_OPEN)
            variant.level[space->factor[i]] = space->level[i][row[i]];
    return variant;
}

// Whether the variant, or one with up to so many of the open factors at other levels in play, is possible.
static bool possible_within(const struct space *space, const struct variant *variant, uint32_t open, unsigned changes)
{
    if (variant_possible(variant, NULL))
        return true;
    if (changes == 0)
        return false;
    for (unsigned i = 0; i < space->factors; i++) {
        uint32_t later = ~((2u << i) - 1);
        for (unsigned v = 0; open >> i & 1 && v < space->levels[i]; v++) {
            struct variant other = variant_with(*variant, space->factor[i], space->level[i][v]);
            if (!variant_equal(&other, variant) && possible_within(space, &other, open & later, changes - 1))
                return true;
        }
    }
    return false;
}

// Whether some setting of the open factors makes a partial row possible. Level 0 is the default of every factor, and
// what is impossible comes of few factors that are not at theirs, so that from the defaults it is not far to what is
// possible (a test compares this with all settings).
static bool may_be_possible(const struct space *space, const unsigned char *row, uint32_t open)
{
    enum { CHANGES = 3 };
    struct variant variant = variant_of(space, row);
    for (unsigned i = 0; i < space->factors; i++)
        if (open >> i & 1 && space->scenario->levels[space->factor[i]] & 1)
            variant.level[space->factor[i]] = 0;
    return possible_within(space, &variant, open, CHANGES);
}

static bool row_allowed(const void *context, const unsigned char *row)
{
    const struct space *space = context;
    const struct variant variant = variant_of(space, row);
    const char *why;
    uint32_t open = 0;
    for (unsigned i = 0; i < space->factors; i++)
        if (row[i] == DESIGN_OPEN)
            open |= 1u << i;
    if (!open)
        return scenario_allows(space->scenario, &variant, &why);
    for (size_t i = 0; i < space->scenario->never_count; i++)
        if (!(space->rule_factors[i] & open) && variant_rule_holds(space->scenario->never[i], &variant))
            return false;
    return may_be_possible(space, row, open);
}

static bool known_already(const struct design_variants *made, const struct variant *variant)
{
    for (size_t i = 0; i < made->count; i++)
        if (variant_equal(&made->variants[i], variant))
            return true;
    for (size_t i = 0; i < made->excluded_count; i++)
        if (variant_equal(&made->excluded[i], variant))
            return true;
    return false;
}

// Puts a variant where it belongs. Both lists must have room.
static void sort_in(const struct scenario *scenario, struct design_variants *made, const struct variant *variant)
{
    const char *why;
    if (scenario_allows(scenario, variant, &why))
        made->variants[made->count++] = *variant;
    else
        made->excluded[made->excluded_count++] = *variant;
}

static bool reserve(struct design_variants *made, size_t count)
{
    made->variants = calloc(count, sizeof *made->variants);
    made->excluded = calloc(count, sizeof *made->excluded);
    return made->variants && made->excluded;
}

static const char no_memory[] = "memory is out";

static const char *one_at_a_time(const struct space *space, struct design_variants *made)
{
    size_t count = 1;
    for (unsigned i = 0; i < space->factors; i++)
        count += space->levels[i] - 1u;
    if (!reserve(made, count))
        return no_memory;
    sort_in(space->scenario, made, &space->scenario->profile.levels);
    for (unsigned i = 0; i < space->factors; i++) {
        for (unsigned v = 1; v < space->levels[i]; v++) {
            struct variant variant =
                variant_with(space->scenario->profile.levels, space->factor[i], space->level[i][v]);
            sort_in(space->scenario, made, &variant);
        }
    }
    return NULL;
}

static const char *full(const struct space *space, struct design_variants *made)
{
    unsigned char row[FACTOR_COUNT] = {0};
    size_t count = 1;
    for (unsigned i = 0; i < space->factors; i++) {
        count *= space->levels[i];
        if (count > FULL_VARIANTS_MAX)
            return "the full design has more than 100000 variants: use pairwise or three-way, or fewer levels";
    }
    if (!reserve(made, count))
        return no_memory;
    for (size_t n = 0; n < count; n++) {
        struct variant variant = variant_of(space, row);
        sort_in(space->scenario, made, &variant);
        for (unsigned i = space->factors; i-- > 0;) {
            if (++row[i] < space->levels[i])
                break;
            row[i] = 0;
        }
    }
    return NULL;
}

static const char *listed(const struct space *space, struct design_variants *made)
{
    const struct scenario *scenario = space->scenario;
    if (!reserve(made, scenario->list_count + 1))
        return no_memory;
    for (size_t i = 0; i < scenario->list_count; i++)
        if (!known_already(made, &scenario->list[i]))
            sort_in(scenario, made, &scenario->list[i]);
    return scenario->list_count ? NULL : "the list of variants is empty";
}

static const char *covering(const struct space *space, unsigned strength, struct design_variants *made)
{
    const unsigned char base[FACTOR_COUNT] = {0};
    struct design_rows rows;
    struct design_model model = {.factors = space->factors, .allowed = row_allowed, .context = space, .given = base};

    if (space->factors == 0)
        return one_at_a_time(space, made);
    memcpy(model.levels, space->levels, space->factors);
    model.given_count = row_allowed(space, base);
    enum design_status status = design_covering(&model, strength, space->scenario->seed, &rows);
    if (status != DESIGN_MADE)
        return design_status_text(status);
    bool ok = reserve(made, rows.count);
    for (size_t i = 0; ok && i < rows.count; i++) {
        struct variant variant = variant_of(space, rows.levels + i * space->factors);
        if (!known_already(made, &variant))
            sort_in(space->scenario, made, &variant);
    }
    made->impossible = rows.impossible;
    design_rows_clear(&rows);
    return ok ? NULL : no_memory;
}

// What trying a variant costs, most important first; the smaller the earlier.
struct cost {
    struct variant variant;
    unsigned key[4];
    size_t place;
};

static struct cost cost_of(const struct scenario *scenario, const struct variant *variant, size_t place)
{
    struct cost cost = {.variant = *variant, .place = place};
    cost.key[0] = variant->level[FACTOR_GATEWAY] != GATEWAY_OFF;
    cost.key[1] = scenario_sends_password(scenario, variant);
    if (scenario->design == DESIGN_LIST)
        return cost;
    for (int f = 0; f < FACTOR_COUNT; f++)
        if (variant->level[f] != scenario->profile.levels.level[f] && factor_phase((enum factor)f) >= PHASE_NLA)
            cost.key[2] = 1;
    cost.key[3] = variant_distance(variant, &scenario->profile.levels);
    return cost;
}

static int compare_cost(const void *a, const void *b)
{
    const struct cost *x = a, *y = b;
    for (size_t i = 0; i < sizeof x->key / sizeof *x->key; i++)
        if (x->key[i] != y->key[i])
            return x->key[i] < y->key[i] ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static bool sort_by_cost(const struct scenario *scenario, struct design_variants *made)
{
    struct cost *costs = calloc(made->count + 1, sizeof *costs);
    if (!costs)
        return false;
    for (size_t i = 0; i < made->count; i++)
        costs[i] = cost_of(scenario, &made->variants[i], i);
    qsort(costs, made->count, sizeof *costs, compare_cost);
    for (size_t i = 0; i < made->count; i++)
        made->variants[i] = costs[i].variant;
    free(costs);
    return true;
}

static const char *make(const struct space *space, struct design_variants *made)
{
    switch (space->scenario->design) {
    case DESIGN_ONE_AT_A_TIME:
        return one_at_a_time(space, made);
    case DESIGN_PAIRWISE:
        return covering(space, 2, made);
    case DESIGN_THREE_WAY:
        return covering(space, 3, made);
    case DESIGN_FULL:
        return full(space, made);
    case DESIGN_LIST:
        break;
    }
    return listed(space, made);
}

bool design_variants_make(const struct scenario *scenario, struct design_variants *made, char *error, size_t size)
{
    struct space space;
    const char *why = NULL;

    memset(made, 0, sizeof *made);
    const char *problem = space_init(&space, scenario) ? make(&space, made) : no_memory;
    free(space.rule_factors);
    if (!problem && made->count == 0) {
        problem = design_status_text(DESIGN_NOTHING_ALLOWED);
        if (made->excluded_count)
            scenario_allows(scenario, &made->excluded[0], &why);
    }
    if (!problem && !sort_by_cost(scenario, made))
        problem = no_memory;
    if (!problem)
        return true;
    snprintf(error, size, "%s%s%s%s", problem, why ? " (" : "", why ? why : "", why ? ")" : "");
    design_variants_clear(made);
    return false;
}

void design_variants_clear(struct design_variants *made)
{
    free(made->variants);
    free(made->excluded);
    memset(made, 0, sizeof *made);
}
