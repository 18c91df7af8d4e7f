// SPDX-License-Identifier: Apache-2.0
#include "scenario/design_reduction.h"

#include <stdlib.h>
#include <string.h>

// Bounds of the work, in steps of about a nanosecond: a try to save one row may take SMALL_EACH steps for each
// combination, up to SMALL_MAX, and LARGE_EACH more; all tries together TRIES times that.
enum { SMALL_EACH = 20000, SMALL_MAX = 10 * 1000 * 1000, LARGE_EACH = 4000, TRIES = 12 };

// A changed level stays for at least this many changes of the design, and up to as many more.
enum { TENURE = 3, TENURE_SPREAD = 4 };

// One change in so many is a random one, which leads out of a local optimum.
enum { WANDER = 1000 };

struct reduction {
    struct coverage *coverage;
    struct exclusions *exclusions;
    struct design_random *random;
    unsigned char *rows; // count × factors
    size_t count, given;
    uint32_t *held; // count × factors: the change up to which a level stays
    uint32_t change;
};

static uint64_t work_of(const struct reduction *r)
{
    return r->coverage->work + r->exclusions->work;
}

static unsigned char *row_at(const struct reduction *r, size_t i)
{
    return r->rows + i * r->coverage->model->factors;
}

static uint32_t *held_at(const struct reduction *r, size_t i)
{
    return r->held + i * r->coverage->model->factors;
}

static void hold(struct reduction *r, size_t i, unsigned factor)
{
    held_at(r, i)[factor] = r->change + TENURE + random_below(r->random, TENURE_SPREAD);
}

struct change {
    size_t row;
    unsigned factor;
    unsigned char level;
    int balance; // newly covered less no longer covered
};

// The best change of one level that covers the combination. False if there is none.
static bool best_change(struct reduction *r, const struct combination *combination, const unsigned char *levels,
                        struct change *best)
{
    const unsigned strength = r->coverage->strength;
    unsigned alike = 0;

    r->coverage->work += r->count * strength / 2;
    for (size_t i = r->given; i < r->count; i++) {
        unsigned char *row = row_at(r, i);
        unsigned differ = 0, factor = 0;
        for (unsigned j = 0; j < strength && differ < 2; j++) {
            unsigned f = combination->factor[j];
            if (row[f] != levels[f]) {
                differ++;
                factor = f;
            }
        }
        if (differ != 1 || held_at(r, i)[factor] > r->change)
            continue;
        int balance =
            (int)coverage_gain(r->coverage, row, factor, levels[factor]) - (int)coverage_loss(r->coverage, row, factor);
        if (alike && (balance < best->balance || (balance == best->balance && random_below(r->random, alike + 1))))
            continue;
        unsigned char before = row[factor];
        row[factor] = levels[factor];
        bool allowed = exclusions_allow(r->exclusions, row, factor);
        row[factor] = before;
        if (!allowed)
            continue;
        alike = alike && balance == best->balance ? alike + 1 : 1;
        *best = (struct change){.row = i, .factor = factor, .level = levels[factor], .balance = balance};
    }
    return alike > 0;
}

// Makes a random row cover the combination, changing whatever else its being allowed asks for.
static void wander(struct reduction *r, const struct combination *combination, const unsigned char *levels)
{
    const unsigned factors = r->coverage->model->factors;
    size_t i = r->given + random_below(r->random, (uint32_t)(r->count - r->given));
    unsigned char next[DESIGN_FACTORS_MAX];

    memset(next, DESIGN_OPEN, factors);
    for (unsigned j = 0; j < r->coverage->strength; j++)
        next[combination->factor[j]] = levels[combination->factor[j]];
    if (!exclusions_complete(r->exclusions, next, row_at(r, i)))
        return;
    for (unsigned f = 0; f < factors; f++) {
        if (row_at(r, i)[f] == next[f])
            continue;
        coverage_change(r->coverage, row_at(r, i), f, next[f]);
        hold(r, i, f);
    }
}

// Changes rows until all is covered. False if that did not come about within the work.
static bool repair(struct reduction *r, uint64_t limit)
{
    struct coverage *coverage = r->coverage;
    unsigned char levels[DESIGN_FACTORS_MAX] = {0};

    while (coverage->missing_count) {
        if (work_of(r) > limit || r->count == r->given)
            return false;
        r->change++;
        uint32_t index = coverage->missing[random_below(r->random, (uint32_t)coverage->missing_count)];
        const struct combination *combination = coverage_levels(coverage, index, levels);
        struct change best = {0};
        coverage->work += 8;
        if (random_below(r->random, WANDER) && best_change(r, combination, levels, &best)) {
            coverage_change(coverage, row_at(r, best.row), best.factor, best.level);
            hold(r, best.row, best.factor);
        } else {
            wander(r, combination, levels);
        }
    }
    return true;
}

// Takes away the row that covers least alone.
static void drop_row(struct reduction *r)
{
    const unsigned factors = r->coverage->model->factors;
    unsigned least = ~0u, alike = 0;
    size_t drop = r->given;
    for (size_t i = r->given; i < r->count && least; i++) {
        unsigned alone = coverage_alone(r->coverage, row_at(r, i), least == ~0u ? least : least + 1);
        if (alone < least) {
            least = alone;
            drop = i;
            alike = 1;
        } else if (alone == least && random_below(r->random, ++alike) == 0) {
            drop = i;
        }
    }
    coverage_remove(r->coverage, row_at(r, drop));
    r->count--;
    memmove(row_at(r, drop), row_at(r, drop + 1), (r->count - drop) * factors);
    memmove(held_at(r, drop), held_at(r, drop + 1), (r->count - drop) * factors * sizeof *r->held);
}

bool reduce_rows(struct coverage *coverage, struct exclusions *exclusions, struct design_random *random,
                 unsigned char *rows, size_t *count, size_t given, size_t enough)
{
    const unsigned factors = coverage->model->factors;
    struct reduction r = {.coverage = coverage, .exclusions = exclusions, .random = random, .given = given};
    const uint64_t small = (uint64_t)SMALL_EACH * coverage->size;
    const uint64_t patience = (small < SMALL_MAX ? small : SMALL_MAX) + (uint64_t)LARGE_EACH * coverage->size;

    r.count = *count;
    r.rows = malloc(r.count * factors + 1);
    r.held = calloc(r.count * factors + 1, sizeof *r.held);
    if (!r.rows || !r.held) {
        free(r.rows);
        free(r.held);
        return false;
    }
    memcpy(r.rows, rows, r.count * factors);
    const uint64_t last = work_of(&r) + TRIES * patience;
    while (r.count > enough && r.count > given) {
        drop_row(&r);
        uint64_t limit = work_of(&r) + patience;
        if (!repair(&r, limit < last ? limit : last))
            break;
        memcpy(rows, r.rows, r.count * factors);
        *count = r.count;
    }
    free(r.rows);
    free(r.held);
    return true;
}
