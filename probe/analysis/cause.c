// SPDX-License-Identifier: Apache-2.0
#include "analysis/cause.h"

bool names_factor(const struct cause *cause, enum factor factor)
{
    for (unsigned i = 0; i < cause->cube.count; i++) {
        for (unsigned k = 0; cause->cube.factor[i] == factor && k < cause->function.term_count; k++) {
            if (cause->function.terms[k] >> i & 1)
                return true;
        }
    }
    return false;
}

bool holds_alone(const struct cause *cause, unsigned term, unsigned point)
{
    for (unsigned k = 0; k < cause->function.term_count; k++) {
        if (((cause->function.terms[k] & point) == cause->function.terms[k]) != (k == term))
            return false;
    }
    return true;
}

bool seen_with(const struct experiment *experiment, const struct cause *cause, unsigned term, enum factor factor,
               unsigned level)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->variant.level[factor] != level || experiment_observe(experiment, trial) != OBSERVED_SIGNATURE)
            continue;
        if (experiment->rules->moot(&trial->variant) >> factor & 1)
            continue;
        if (!cause || holds_alone(cause, term, cube_point(experiment, &cause->cube, &trial->variant)))
            return true;
    }
    return false;
}

bool shown_idle(const struct experiment *experiment, const struct cause *cause, enum factor factor, unsigned level)
{
    if (!cause)
        return seen_with(experiment, NULL, 0, factor, level);
    for (unsigned k = 0; k < cause->function.term_count; k++) {
        if (seen_with(experiment, cause, k, factor, level))
            return true;
    }
    return false;
}
