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
