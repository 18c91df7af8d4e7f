// SPDX-License-Identifier: Apache-2.0
#include "analysis/monotone.h"

unsigned monotone_all(unsigned n, monotone functions[MONOTONE_COUNT_MAX])
{
    // A function of n variables is a pair of functions of n-1 variables, for the last one off and on, the first of them
    // nowhere above the second.
    monotone smaller[MONOTONE_COUNT_MAX];
    if (n == 0) {
        functions[0] = 0;
        functions[1] = 1;
        return 2;
    }
    unsigned before = monotone_all(n - 1, smaller), count = 0;
    for (unsigned off = 0; off < before; off++) {
        for (unsigned on = 0; on < before; on++) {
            if ((smaller[off] & ~smaller[on]) == 0)
                functions[count++] = smaller[off] | smaller[on] << (1u << (n - 1));
        }
    }
    return count;
}

unsigned monotone_terms(monotone function, unsigned n, unsigned terms[MONOTONE_TERMS_MAX], unsigned *literals)
{
    unsigned count = 0;
    *literals = 0;
    for (unsigned point = 0; point < 1u << n; point++) {
        bool minimal = monotone_at(function, point);
        unsigned size = 0;
        for (unsigned i = 0; i < n; i++) {
            if (!(point >> i & 1))
                continue;
            size++;
            minimal = minimal && !monotone_at(function, point & ~(1u << i));
        }
        if (minimal && count < MONOTONE_TERMS_MAX) {
            terms[count++] = point;
            *literals += size;
        }
    }
    return count;
}

void hypotheses_init(struct hypotheses *hypotheses, unsigned n)
{
    monotone all[MONOTONE_COUNT_MAX];
    unsigned count = monotone_all(n, all), terms[MONOTONE_TERMS_MAX];
    unsigned full = (1u << n) - 1;

    hypotheses->variables = n;
    hypotheses->count = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned literals;
        if (monotone_at(all[i], 0) || !monotone_at(all[i], full))
            continue;
        monotone_terms(all[i], n, terms, &literals);
        double weight = 1;
        // Each further condition makes a cause rarer: most failures need one or two factors (NIST interaction rule).
        for (unsigned k = 0; k < literals; k++)
            weight /= 8;
        hypotheses->function[hypotheses->count] = all[i];
        hypotheses->weight[hypotheses->count++] = weight;
    }
}

void hypotheses_learn(struct hypotheses *hypotheses, unsigned point, bool value)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < hypotheses->count; i++) {
        if (monotone_at(hypotheses->function[i], point) != value)
            continue;
        hypotheses->function[kept] = hypotheses->function[i];
        hypotheses->weight[kept++] = hypotheses->weight[i];
    }
    hypotheses->count = kept;
}

static unsigned size_of(unsigned point)
{
    unsigned size = 0;
    for (; point; point &= point - 1)
        size++;
    return size;
}

bool hypotheses_ask(const struct hypotheses *hypotheses, uint32_t closed, unsigned *point)
{
    double best = 0;
    bool found = false;
    for (unsigned p = 0; p < 1u << hypotheses->variables; p++) {
        double on = 0, off = 0;
        if (closed >> p & 1)
            continue;
        for (unsigned i = 0; i < hypotheses->count; i++) {
            if (monotone_at(hypotheses->function[i], p))
                on += hypotheses->weight[i];
            else
                off += hypotheses->weight[i];
        }
        double smaller = on < off ? on : off;
        if (smaller <= 0)
            continue;
        // Weights are sums of powers of 1/8, so equals differ by rounding at most.
        bool better = smaller > best * (1 + 1e-9);
        bool equal = !better && smaller > best * (1 - 1e-9);
        if (!found || better || (equal && size_of(p) > size_of(*point))) {
            best = smaller;
            *point = p;
            found = true;
        }
    }
    return found;
}

monotone hypotheses_best(const struct hypotheses *hypotheses)
{
    unsigned best = 0;
    for (unsigned i = 1; i < hypotheses->count; i++) {
        if (hypotheses->weight[i] > hypotheses->weight[best])
            best = i;
    }
    return hypotheses->function[best];
}
