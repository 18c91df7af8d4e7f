// SPDX-License-Identifier: Apache-2.0
#include "analysis/session_proof.h"

#include <inttypes.h>
#include <stdio.h>

#include "analysis/conclusion.h"

enum { ATTEMPTS = 3 }; // at a session, since a trial may fail by accident

// A trial of the variant that was active; else NULL, with the last one that went so far in *last (NULL: none did).
static const struct trial *active_trial(const struct experiment *experiment, const struct variant *variant,
                                        const struct trial **last, unsigned *tried)
{
    *last = NULL;
    *tried = 0;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->until < PHASE_ACTIVE || !variant_equal(&trial->variant, variant))
            continue;
        if (trial->outcome.result == RESULT_CONNECTED && experiment_observe(experiment, trial) == OBSERVED_NO_SIGNATURE)
            return trial;
        *last = trial;
        ++*tried;
    }
    return NULL;
}

// Whether a further trial is worth it: none yet, or the last was an accident; or showed the failure, in an earlier
// call.
static bool worth(const struct experiment *experiment, const struct trial *last, unsigned tried, bool fresh)
{
    if (!last || tried >= ATTEMPTS)
        return !last;
    return experiment_observe(experiment, last) == OBSERVED_SIGNATURE ? !fresh : experiment_accident(last);
}

// Runs the variant as far as a session, again where an accident may have kept it from one.
static const struct trial *reach_a_session(struct experiment *experiment, const struct variant *variant,
                                           const struct trial **last)
{
    unsigned tried;
    bool fresh = false;
    const struct trial *active;
    while (!(active = active_trial(experiment, variant, last, &tried))) {
        if (!worth(experiment, *last, tried, fresh) || !experiment_run(experiment, variant, PHASE_ACTIVE))
            return NULL;
        fresh = true;
    }
    return active;
}

enum session_proof sessions_prove(struct experiment *experiment, struct verdict *verdict, char *text, size_t size)
{
    experiment->asks = "does a session come of it?";
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        const struct trial *passing = experiment_numbered(experiment, verdict->pairs[i].passing), *last = NULL;
        const enum factor factor = verdict->pairs[i].factor;
        char ended[160];
        const struct trial *active = passing ? reach_a_session(experiment, &passing->variant, &last) : NULL;
        if (active && passing->until < PHASE_ACTIVE)
            verdict->pairs[i].passing = active->number;
        if (active || !passing)
            continue;
        if (!last) {
            snprintf(text, size, "no trial with %s=%s went as far as a session", factor_row(factor)->name,
                     level_name(factor, passing->variant.level[factor]));
            return SESSIONS_OTHERWISE;
        }
        snprintf(text, size, "no session came of it: with %s=%s another failure follows, %s (trial %" PRIu64 ")",
                 factor_row(factor)->name, level_name(factor, passing->variant.level[factor]),
                 outcome_clause(last, ended, sizeof ended), last->number);
        return experiment_observe(experiment, last) == OBSERVED_SIGNATURE ? SESSIONS_FAILED : SESSIONS_OTHERWISE;
    }
    return SESSIONS_PROVED;
}

bool ends_otherwise(const struct experiment *experiment, const struct variant *variant)
{
    enum { ACCIDENT = 1, FAILURE = 2 };
    unsigned otherwise = 0;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->until < PHASE_ACTIVE || !variant_equal(&trial->variant, variant) ||
            experiment_observe(experiment, trial) != OBSERVED_NO_SIGNATURE)
            continue;
        if (trial->outcome.result == RESULT_CONNECTED)
            return false;
        otherwise += experiment_accident(trial) ? ACCIDENT : FAILURE;
    }
    return otherwise >= FAILURE;
}
