// SPDX-License-Identifier: Apache-2.0
#include "analysis/question.h"

#include <math.h>
#include <stdlib.h>

enum {
    EXHAUSTIVE_MAX = 1 << 18, // points times hypotheses up to which all points are looked at
    STARTS = 6,
    STEPS_MAX = 24,
    DIFFER_TRIES = 64
};
static const double BITS_MIN = 1e-3; // less is no news
static const double SLIGHT = 1e-5;   // hypotheses below this share of the best one's probability do not steer

// From here on a trial is to set the likeliest hypothesis apart from all others together, which makes it sure soonest
// (Naghshvar, Javidi, Wigger, "Extrinsic Jensen-Shannon Divergence", IEEE Trans. IT 61(4), 2015); before, to halve
// them.
static const double LIKELY = 0.7;

enum { TERMS_PACKED = 3 };

// A hypothesis that steers: nearly all time is spent on whether it holds at a point.
struct packed {
    uint32_t terms[TERMS_PACKED]; // NEVER where there are fewer
    bool more;                    // it has further ones
    double probability;
    const struct hypothesis *whole;
};
static const uint32_t NEVER = UINT32_MAX; // a term that no point has

struct steering {
    unsigned count;
    const struct hypothesis *likely; // NULL: none is yet
    struct packed *hypothesis;
    double false_pass, false_failure;
    const struct questions *questions;
    unsigned dimensions;
};

static double entropy(double p)
{
    if (p <= 0 || p >= 1)
        return 0;
    return -p * log2(p) - (1 - p) * log2(1 - p);
}

static bool holds(const struct packed *hypothesis, uint32_t point)
{
    const uint32_t *terms = hypothesis->terms, off = ~point;
    bool held = !(terms[0] & off) | !(terms[1] & off) | !(terms[2] & off);
    return held || (hypothesis->more && hypothesis_holds(hypothesis->whole, point));
}

static double bits_of(const struct steering *steering, uint32_t point)
{
    double failing = 0, total = 0;
    for (unsigned i = 0; i < steering->count; i++) {
        const struct packed *hypothesis = &steering->hypothesis[i];
        total += hypothesis->probability;
        if (holds(hypothesis, point))
            failing += hypothesis->probability;
    }
    failing /= total;
    double seen = failing * (1 - steering->false_pass) + (1 - failing) * steering->false_failure;
    return entropy(seen) - failing * entropy(steering->false_pass) - (1 - failing) * entropy(steering->false_failure);
}

// Relative entropy of two coins, in bits.
static double divergence(double p, double q)
{
    return p * log2(p / q) + (1 - p) * log2((1 - p) / (1 - q));
}

// How far the trial's result by the likeliest hypothesis is from the result by the others.
static double apart(const struct steering *steering, uint32_t point)
{
    double failing = 0, total = 0, fails = 1 - steering->false_pass, passes = steering->false_failure;
    for (unsigned i = 0; i < steering->count; i++) {
        if (steering->hypothesis[i].whole == steering->likely)
            continue;
        const struct packed *hypothesis = &steering->hypothesis[i];
        total += hypothesis->probability;
        if (holds(hypothesis, point))
            failing += hypothesis->probability;
    }
    if (total <= 0)
        return 0;
    failing /= total;
    return divergence(hypothesis_holds(steering->likely, point) ? fails : passes,
                      failing * fails + (1 - failing) * passes);
}

static unsigned size_of(uint32_t point)
{
    unsigned size = 0;
    for (; point; point &= point - 1)
        size++;
    return size;
}

// What it teaches for the price; a little more for what is nearer to the baseline.
static double value_of(const struct steering *steering, uint32_t point)
{
    double price = steering->questions->price(steering->questions->context, point);
    if (price <= 0)
        return 0;
    double teaches = steering->likely ? apart(steering, point) : bits_of(steering, point);
    return teaches / price * (1 + 1e-6 * size_of(point));
}

static struct packed pack(const struct hypothesis *hypothesis, double probability)
{
    struct packed packed = {
        .more = hypothesis->term_count > TERMS_PACKED, .probability = probability, .whole = hypothesis};
    for (unsigned k = 0; k < TERMS_PACKED; k++)
        packed.terms[k] = k < hypothesis->term_count ? hypothesis->terms[k] : NEVER;
    return packed;
}

static bool steer(const struct belief *belief, const struct questions *questions, struct steering *steering)
{
    const struct hypothesis *best = belief_best(belief);
    double least = best ? SLIGHT * hypothesis_probability(best) : 0;
    *steering = (struct steering){.likely = best && hypothesis_probability(best) >= LIKELY ? best : NULL,
                                  .false_pass = belief->false_pass,
                                  .false_failure = belief->false_failure,
                                  .questions = questions,
                                  .dimensions = belief->dimensions};
    steering->hypothesis = malloc((belief->count + 1) * sizeof *steering->hypothesis);
    if (!best || !steering->hypothesis)
        return false;
    for (unsigned i = 0; i < belief->count; i++) {
        double probability = hypothesis_probability(&belief->hypotheses[i]);
        if (probability < least)
            continue;
        steering->hypothesis[steering->count++] = pack(&belief->hypotheses[i], probability);
    }
    return true;
}

// Climbs from a point by flipping one dimension at a time, or two where one leads nowhere.
static double climb(const struct steering *steering, uint32_t *point)
{
    double value = value_of(steering, *point);
    for (unsigned step = 0; step < STEPS_MAX; step++) {
        uint32_t next = *point;
        for (unsigned a = 0; a < steering->dimensions; a++) {
            double other = value_of(steering, *point ^ 1u << a);
            if (other > value) {
                value = other;
                next = *point ^ 1u << a;
            }
        }
        for (unsigned a = 0; next == *point && value <= 0 && a < steering->dimensions; a++) {
            for (unsigned b = a + 1; b < steering->dimensions; b++) {
                uint32_t flipped = *point ^ 1u << a ^ 1u << b;
                double other = value_of(steering, flipped);
                if (other > value) {
                    value = other;
                    next = flipped;
                }
            }
        }
        if (next == *point)
            break;
        *point = next;
    }
    return value;
}

bool belief_ask(const struct belief *belief, const struct questions *questions, uint32_t *point, double *bits)
{
    struct steering steering;
    uint32_t full = belief->dimensions == 32 ? ~0u : (1u << belief->dimensions) - 1, best = full;
    double highest = 0;
    if (steer(belief, questions, &steering)) {
        if (belief->dimensions < 16 && ((uint64_t)steering.count << belief->dimensions) <= EXHAUSTIVE_MAX) {
            for (uint32_t p = full + 1; p-- > 0;) {
                double value = value_of(&steering, p);
                if (value > highest) {
                    highest = value;
                    best = p;
                }
            }
        } else {
            uint32_t seed = 0x9E3779B9u;
            for (unsigned start = 0; start < STARTS; start++) {
                uint32_t at = start == 0 ? full : start == 1 ? 0 : seed >> 3 & full;
                double value = climb(&steering, &at);
                if (value > highest) {
                    highest = value;
                    best = at;
                }
                seed = seed * 1664525u + 1013904223u;
            }
        }
    }
    double teaches = highest > 0 ? bits_of(&steering, best) : 0;
    free(steering.hypothesis);
    *point = best;
    if (bits)
        *bits = teaches;
    return teaches >= BITS_MIN;
}

static bool tells(const struct questions *questions, const struct hypothesis *a, const struct hypothesis *b,
                  uint32_t point)
{
    return hypothesis_holds(a, point) != hypothesis_holds(b, point) && questions->price(questions->context, point) > 0;
}

// Looks between the smallest point at which a holds and b does not, and the largest.
static bool differ(const struct belief *belief, const struct questions *questions, const struct hypothesis *a,
                   const struct hypothesis *b, uint32_t *point)
{
    uint32_t full = belief->dimensions == 32 ? ~0u : (1u << belief->dimensions) - 1, seed = 12345;
    for (unsigned k = 0; k < a->term_count; k++) {
        uint32_t least = a->terms[k], most = full;
        if (hypothesis_holds(b, least))
            continue;
        for (unsigned attempt = 0; attempt < DIFFER_TRIES; attempt++) {
            *point = least;
            most = full;
            if (attempt == 1) {
                // As near to the full point as b allows.
                for (unsigned i = 0; i < belief->dimensions; i++)
                    *point |= hypothesis_holds(b, *point | 1u << i) ? 0 : 1u << i;
            } else if (attempt > 1) {
                seed = seed * 1664525u + 1013904223u;
                for (unsigned i = 0; i < belief->dimensions; i++) {
                    if ((seed >> (i % 24 + 4) & 1) && !hypothesis_holds(b, *point | 1u << i))
                        *point |= 1u << i;
                }
            }
            if (tells(questions, a, b, *point & most))
                return true;
        }
    }
    return false;
}

bool belief_differ(const struct belief *belief, const struct questions *questions, const struct hypothesis *a,
                   const struct hypothesis *b, uint32_t *point)
{
    uint32_t any;
    point = point ? point : &any;
    if (belief->dimensions <= 8) {
        for (uint32_t p = 1u << belief->dimensions; p-- > 0;) {
            *point = p;
            if (tells(questions, a, b, p))
                return true;
        }
        return false;
    }
    return differ(belief, questions, a, b, point) || differ(belief, questions, b, a, point);
}

double belief_class(const struct belief *belief, const struct questions *questions, const struct hypothesis *hypothesis)
{
    double sum = 0;
    for (unsigned i = 0; i < belief->count; i++) {
        const struct hypothesis *other = &belief->hypotheses[i];
        double probability = hypothesis_probability(other);
        if (other == hypothesis || (probability > 1e-4 && !belief_differ(belief, questions, hypothesis, other, NULL)))
            sum += probability;
    }
    return sum;
}
