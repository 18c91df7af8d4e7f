// SPDX-License-Identifier: Apache-2.0
#include "analysis/cube.h"

#include "analysis/levels.h"

struct variant cube_variant(const struct experiment *experiment, const struct cube *cube, unsigned point)
{
    struct variant variant = experiment->isolation->baseline;
    for (unsigned i = 0; i < cube->count; i++) {
        if (!(point >> i & 1))
            variant.level[cube->factor[i]] = cube->level[i];
    }
    unsigned moot = experiment->rules->moot(&variant);
    for (int f = 0; moot >> f; f++) {
        if (moot >> f & 1)
            variant.level[f] = 0;
    }
    return variant;
}

unsigned cube_point(const struct experiment *experiment, const struct cube *cube, const struct variant *variant)
{
    const struct variant *baseline = &experiment->isolation->baseline;
    unsigned point = 0, moot = experiment->rules->moot(variant) & ~experiment->rules->moot(baseline);
    for (unsigned i = 0; i < cube->count; i++) {
        enum factor factor = cube->factor[i];
        bool holds = variant->level[factor] == baseline->level[factor] && !(moot >> factor & 1);
        point |= (unsigned)holds << i;
    }
    return point;
}

bool cube_possible(const struct experiment *experiment, const struct cube *cube, unsigned point)
{
    struct variant variant = cube_variant(experiment, cube, point);
    return experiment->space->possible(&variant, NULL) && cube_point(experiment, cube, &variant) == point;
}

bool cube_evades(const struct experiment *experiment, const struct cube *cube)
{
    struct variant other = cube_variant(experiment, cube, 0);
    return experiment_evades(experiment, &other) && !experiment_evades(experiment, &experiment->isolation->baseline);
}

unsigned cube_dimension(const struct cube *cube, enum factor factor)
{
    unsigned i = 0;
    while (cube->factor[i] != factor)
        i++;
    return i;
}
