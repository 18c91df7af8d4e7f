// SPDX-License-Identifier: Apache-2.0
#include "analysis/factor_space.h"

#include <string.h>

// How likely a factor takes part, and what its levels other than the first cost: seconds and further logons, in trials.
// The weights follow the causes behind 0x3/0x7 that a client can trigger: licensing and the security protocol lead. A
// gateway costs two connections and a logon of its own; another form of the name, or another mechanism, may cost a
// refused logon. By name, so that a factor that is not listed is as likely and as cheap as any.
static const struct row {
    const char *name;
    double weight, cost;
} rows[] = {
    {"security", 1.5, 0},        {"tls", 1.2, 0},        {"address", 1, 0},
    {"gateway", 1, 0.5},         {"license", 1.5, 0.05}, {"auth", 1, 0.3},
    {"user-form", 1, 0.5},       {"admin", 0.7, 0.05},   {"restricted-admin", 0.7, 0.3},
    {"load-balance", 0.7, 0.05},
};

static const struct row *row_of(enum factor factor)
{
    static const struct row usual = {"", 0.5, 0.02};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, factor_row(factor)->name) == 0)
            return &rows[i];
    }
    return &usual;
}

static double weight(enum factor factor)
{
    return row_of(factor)->weight;
}

static double cost(enum factor factor, unsigned level)
{
    return level ? row_of(factor)->cost : 0;
}

const struct factor_space *wire_factors(void)
{
    static const struct factor_space space = {true, factor_levels, variant_possible, weight, cost};
    return &space;
}
