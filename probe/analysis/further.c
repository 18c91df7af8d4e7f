// SPDX-License-Identifier: Apache-2.0
#include "analysis/further.h"

#include "analysis/levels.h"
#include "analysis/proof.h"

enum {
    REPEATS_MAX = 6,  // trials in all
    FAILURES_MIN = 2, // so often a variant is seen with the failure
    PASSES_MAX = 2,   // seen so often without it, it had failed by accident
    PASSES_SURE = 7   // passes of a variant that are no accidents, even of a target that denies but two times in three
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

// Whether a variant passes as often as it takes.
static bool keeps_passing(struct experiment *experiment, const struct variant *variant)
{
    struct tally tally;
    while ((tally = experiment_tally(experiment, variant)).no_signature < PASSES_SURE && !tally.signature &&
           experiment_worth(experiment, variant)) {
        if (!experiment_run(experiment, variant, experiment_until(experiment, variant)))
            break;
    }
    return !tally.signature;
}

bool withstands_further(struct experiment *experiment, const struct cause *cause, const struct verdict *verdict)
{
    const unsigned count = experiment->count;
    for (unsigned t = 0; t < count && !experiment_offline(experiment); t++) {
        const struct trial *trial = experiment->trials[t];
        if (!is_further(experiment, cause, verdict, trial))
            continue;
        for (unsigned i = 0; i < verdict->pair_count; i++) {
            const struct minimal_pair *pair = &verdict->pairs[i];
            const struct trial *passing = experiment_numbered(experiment, pair->passing);
            bool off = trial->variant.level[pair->factor] != experiment->isolation->baseline.level[pair->factor];
            if (passing && off && !keeps_passing(experiment, &passing->variant))
                return false;
        }
    }
    return true;
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
