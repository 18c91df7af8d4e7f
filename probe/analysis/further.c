// SPDX-License-Identifier: Apache-2.0
#include "analysis/further.h"

#include "analysis/levels.h"
#include "analysis/proof.h"

enum {
    REPEATS_MAX = 6,  // trials in all
    FAILURES_MIN = 2, // so often a variant is seen with the failure
    PASSES_MAX = 2    // seen so often without it, it had failed by accident
};

// Whether none of the alternatives is at work in the trial: of each, some condition is known to be off there.
static bool off(const struct experiment *experiment, const struct cause *cause, const struct verdict *verdict,
                const struct trial *trial)
{
    for (unsigned k = 0; k < cause->function.term_count; k++) {
        bool some = false;
        for (unsigned i = 0; i < cause->cube.count; i++)
            some = some ||
                   ((cause->function.terms[k] >> i & 1) && state_of(experiment, cause, verdict, i, trial) == STATE_OFF);
        if (!some)
            return false;
    }
    return true;
}

static bool is_further(const struct experiment *experiment, const struct cause *cause, const struct verdict *verdict,
                       const struct trial *trial)
{
    return experiment_observe(experiment, trial) == OBSERVED_SIGNATURE && off(experiment, cause, verdict, trial);
}

void repeat_further(struct experiment *experiment, const struct cause *cause, const struct verdict *verdict)
{
    unsigned repeats = 0, count = experiment->count;
    if (experiment_offline(experiment))
        return;
    experiment->asks = "does it fail without the cause?";
    for (unsigned t = 0; t < count; t++) {
        const struct trial *trial = experiment->trials[t];
        if (!is_further(experiment, cause, verdict, trial))
            continue;
        for (;;) {
            struct tally tally = experiment_tally(experiment, &trial->variant);
            if (tally.signature >= FAILURES_MIN || tally.no_signature >= PASSES_MAX)
                break;
            if (repeats++ == REPEATS_MAX || experiment_over(experiment) ||
                !experiment_run(experiment, &trial->variant, experiment_until(experiment, &trial->variant)))
                return;
        }
    }
}

void note_further(const struct experiment *experiment, const struct cause *cause, struct verdict *verdict)
{
    verdict->further_count = 0;
    for (unsigned t = 0; t < experiment->count && verdict->further_count < FURTHER_MAX; t++) {
        const struct trial *trial = experiment->trials[t];
        struct tally tally = experiment_tally(experiment, &trial->variant);
        if (!is_further(experiment, cause, verdict, trial) || tally.first_signature != trial->number ||
            tally.no_signature >= tally.signature)
            continue;
        verdict->further[verdict->further_count++] = trial->number;
    }
    if (verdict->further_count)
        verdict->confidence = 0;
}
