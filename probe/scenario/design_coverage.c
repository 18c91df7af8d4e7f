// SPDX-License-Identifier: Apache-2.0
#include "scenario/design_coverage.h"

#include <stdlib.h>
#include <string.h>

enum { COVERAGE_MAX = 32 * 1000 * 1000 };

// Goes on to the next choice of `strength` of n factors in lexical order; false after the last one.
static bool next_choice(unsigned char *factor, unsigned strength, unsigned n)
{
    for (unsigned i = strength; i-- > 0;) {
        if (factor[i] < n - strength + i) {
            factor[i]++;
            for (unsigned j = i + 1; j < strength; j++)
                factor[j] = (unsigned char)(factor[j - 1] + 1);
            return true;
        }
    }
    return false;
}

static size_t choices(unsigned n, unsigned k)
{
    size_t c = 1;
    for (unsigned i = 0; i < k; i++)
        c = c * (n - i) / (i + 1);
    return c;
}

static struct combination_term *terms_of(const struct coverage *coverage, unsigned factor)
{
    return coverage->terms + factor * coverage->terms_each;
}

// Makes the combinations of factors and their terms. Returns the number of combinations of levels; beyond COVERAGE_MAX
// it is only known to be too large.
static uint64_t number_all(struct coverage *coverage)
{
    const struct design_model *model = coverage->model;
    unsigned char factor[DESIGN_STRENGTH_MAX];
    size_t filled[DESIGN_FACTORS_MAX] = {0};
    uint64_t size = 0;
    unsigned t = coverage->strength;

    for (unsigned i = 0; i < t; i++)
        factor[i] = (unsigned char)i;
    for (size_t c = 0; c < coverage->combination_count && size <= COVERAGE_MAX; c++) {
        struct combination *combination = &coverage->combinations[c];
        uint64_t stride = 1;
        combination->offset = (uint32_t)size;
        for (unsigned i = 0; i < t; i++) {
            combination->factor[i] = factor[i];
            combination->stride[i] = (uint32_t)stride;
            stride *= model->levels[factor[i]];
        }
        size += stride;
        for (unsigned i = 0; i < t; i++) {
            struct combination_term *term = terms_of(coverage, factor[i]) + filled[factor[i]]++;
            unsigned others = 0;
            *term = (struct combination_term){.offset = combination->offset, .stride = combination->stride[i]};
            for (unsigned j = 0; j < t; j++) {
                if (j == i)
                    continue;
                term->others |= 1u << factor[j];
                term->other_stride[others] = combination->stride[j];
                term->other[others++] = factor[j];
            }
        }
        next_choice(factor, t, model->factors);
    }
    return size;
}

enum design_status coverage_init(struct coverage *coverage, const struct design_model *model, unsigned strength)
{
    memset(coverage, 0, sizeof *coverage);
    coverage->model = model;
    coverage->strength = strength;
    coverage->combination_count = choices(model->factors, strength);
    coverage->terms_each = choices(model->factors - 1, strength - 1);
    coverage->combinations = calloc(coverage->combination_count, sizeof *coverage->combinations);
    coverage->terms = calloc(model->factors * coverage->terms_each, sizeof *coverage->terms);
    if (!coverage->combinations || !coverage->terms) {
        coverage_clear(coverage);
        return DESIGN_NO_MEMORY;
    }
    uint64_t size = number_all(coverage);
    if (size > COVERAGE_MAX) {
        coverage_clear(coverage);
        return DESIGN_TOO_LARGE;
    }
    coverage->size = (size_t)size;
    coverage->count = calloc(coverage->size, sizeof *coverage->count);
    coverage->missing = calloc(coverage->size, sizeof *coverage->missing);
    coverage->position = calloc(coverage->size, sizeof *coverage->position);
    if (!coverage->count || !coverage->missing || !coverage->position) {
        coverage_clear(coverage);
        return DESIGN_NO_MEMORY;
    }
    for (size_t i = 0; i < coverage->size; i++)
        coverage->missing[i] = coverage->position[i] = (uint32_t)i;
    coverage->missing_count = coverage->size;
    return DESIGN_MADE;
}

void coverage_clear(struct coverage *coverage)
{
    free(coverage->combinations);
    free(coverage->terms);
    free(coverage->count);
    free(coverage->missing);
    free(coverage->position);
    memset(coverage, 0, sizeof *coverage);
}

static void cover(struct coverage *coverage, uint32_t index)
{
    if (coverage->count[index]++)
        return;
    uint32_t last = coverage->missing[--coverage->missing_count];
    coverage->missing[coverage->position[index]] = last;
    coverage->position[last] = coverage->position[index];
}

static void uncover(struct coverage *coverage, uint32_t index)
{
    if (--coverage->count[index])
        return;
    coverage->position[index] = (uint32_t)coverage->missing_count;
    coverage->missing[coverage->missing_count++] = index;
}

static uint32_t index_of(const struct coverage *coverage, const struct combination *combination,
                         const unsigned char *row)
{
    uint32_t index = combination->offset;
    for (unsigned i = 0; i < coverage->strength; i++)
        index += row[combination->factor[i]] * combination->stride[i];
    return index;
}

// Where the combinations of a term begin for the levels that the row has of its other factors.
static inline uint32_t base_of(const struct combination_term *term, unsigned strength, const unsigned char *row)
{
    uint32_t index = term->offset;
    // Pairs and triples are nearly all there is; they are worth the unrolled loop.
    if (strength == 2)
        return index + row[term->other[0]] * term->other_stride[0];
    if (strength == 3)
        return index + row[term->other[0]] * term->other_stride[0] + row[term->other[1]] * term->other_stride[1];
    for (unsigned i = 0; i + 1 < strength; i++)
        index += row[term->other[i]] * term->other_stride[i];
    return index;
}

void coverage_add(struct coverage *coverage, const unsigned char *row)
{
    coverage->work += coverage->combination_count;
    for (size_t c = 0; c < coverage->combination_count; c++)
        cover(coverage, index_of(coverage, &coverage->combinations[c], row));
}

void coverage_remove(struct coverage *coverage, const unsigned char *row)
{
    coverage->work += coverage->combination_count;
    for (size_t c = 0; c < coverage->combination_count; c++)
        uncover(coverage, index_of(coverage, &coverage->combinations[c], row));
}

void coverage_change(struct coverage *coverage, unsigned char *row, unsigned factor, unsigned char level)
{
    const struct combination_term *terms = terms_of(coverage, factor);
    coverage->work += 2 * coverage->terms_each;
    for (size_t i = 0; i < coverage->terms_each; i++) {
        uint32_t base = base_of(&terms[i], coverage->strength, row);
        uncover(coverage, base + row[factor] * terms[i].stride);
        cover(coverage, base + level * terms[i].stride);
    }
    row[factor] = level;
}

unsigned coverage_gain(struct coverage *coverage, const unsigned char *row, unsigned factor, unsigned char level)
{
    const struct combination_term *terms = terms_of(coverage, factor);
    unsigned gain = 0;
    coverage->work += coverage->terms_each;
    for (size_t i = 0; i < coverage->terms_each; i++)
        gain += coverage->count[base_of(&terms[i], coverage->strength, row) + level * terms[i].stride] == 0;
    return gain;
}

unsigned coverage_loss(struct coverage *coverage, const unsigned char *row, unsigned factor)
{
    const struct combination_term *terms = terms_of(coverage, factor);
    unsigned loss = 0;
    coverage->work += coverage->terms_each;
    for (size_t i = 0; i < coverage->terms_each; i++)
        loss += coverage->count[base_of(&terms[i], coverage->strength, row) + row[factor] * terms[i].stride] == 1;
    return loss;
}

unsigned coverage_partial_gain(struct coverage *coverage, const unsigned char *row, uint32_t set, unsigned factor,
                               unsigned char level)
{
    const struct combination_term *terms = terms_of(coverage, factor);
    unsigned gain = 0;
    coverage->work += coverage->terms_each;
    for (size_t i = 0; i < coverage->terms_each; i++) {
        if (terms[i].others & ~set)
            continue;
        gain += coverage->count[base_of(&terms[i], coverage->strength, row) + level * terms[i].stride] == 0;
    }
    return gain;
}

unsigned coverage_alone(struct coverage *coverage, const unsigned char *row, unsigned limit)
{
    unsigned alone = 0;
    coverage->work += coverage->combination_count;
    for (size_t c = 0; c < coverage->combination_count && alone < limit; c++)
        alone += coverage->count[index_of(coverage, &coverage->combinations[c], row)] == 1;
    return alone;
}

void coverage_exclude(struct coverage *coverage, uint32_t index)
{
    cover(coverage, index);
}

const struct combination *coverage_levels(const struct coverage *coverage, uint32_t index, unsigned char *row)
{
    size_t low = 0, high = coverage->combination_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (coverage->combinations[middle].offset <= index)
            low = middle;
        else
            high = middle;
    }
    const struct combination *combination = &coverage->combinations[low];
    index -= combination->offset;
    for (unsigned i = 0; i < coverage->strength; i++) {
        unsigned levels = coverage->model->levels[combination->factor[i]];
        row[combination->factor[i]] = (unsigned char)(index % levels);
        index /= levels;
    }
    return combination;
}
