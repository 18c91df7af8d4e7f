// SPDX-License-Identifier: Apache-2.0
// The sweep over the other levels of the named factors: which trigger the failure, and which do not.
#include "analysis/sweep.h"

#include "analysis/levels.h"
#include "analysis/weighing.h"

static const struct variant *variant_of(const struct experiment *experiment, uint64_t number)
{
    const struct trial *trial = experiment_numbered(experiment, number);
    return trial ? &trial->variant : &experiment->isolation->baseline;
}

// Whether a trial with this level failed while all other conditions of one of the factor's conjunctions held.
static bool failed_elsewhere(const struct experiment *experiment, const struct cause *cause, enum factor factor,
                             unsigned level)
{
    unsigned own = 1u << cube_dimension(&cause->cube, factor);
    for (unsigned t = 0; t < experiment->count; t++) {
        const struct trial *trial = experiment->trials[t];
        if (trial->variant.level[factor] != level || experiment_observe(experiment, trial) != OBSERVED_SIGNATURE)
            continue;
        unsigned held = own | cube_point(experiment, &cause->cube, &trial->variant);
        for (unsigned k = 0; k < cause->function.term_count; k++) {
            unsigned term = cause->function.terms[k];
            if ((term & own) && !(term & ~held))
                return true;
        }
    }
    return false;
}

// A level is asked as often as makes an accident rare. Passes are the likelier accident: one is asked again even where
// the target seems steady, and more often where variants were seen to disagree, or the level to fail elsewhere.
static enum observation make_sure(struct experiment *experiment, const struct cause *cause,
                                  const struct variant *variant, enum factor factor, enum observation seen)
{
    enum { PASSES_STEADY = 2, PASSES = 3, FAILURES = 2, TRIES = 7 };
    bool elsewhere = failed_elsewhere(experiment, cause, factor, variant->level[factor]);
    for (;;) {
        struct tally tally = experiment_tally(experiment, variant);
        bool doubtful = experiment_disagreed(experiment) || (seen == OBSERVED_NO_SIGNATURE && elsewhere);
        bool passes = tally.no_signature >= tally.signature + (doubtful ? PASSES : PASSES_STEADY);
        bool fails = tally.signature >= tally.no_signature + (doubtful ? FAILURES : 1);
        if (passes || fails)
            return seen;
        if (tally.signature + tally.no_signature >= TRIES || tally.unresolved > UNRESOLVED_MAX ||
            !experiment_run(experiment, variant, experiment_until(experiment, variant)))
            return doubtful ? OBSERVED_UNRESOLVED : seen;
        seen = experiment_known(experiment, variant);
    }
}

static struct sweep_row sweep_level(struct experiment *experiment, const struct cause *cause,
                                    const struct variant *failing, enum factor factor, unsigned level)
{
    const struct level_state *state = &experiment->levels[factor][level];
    struct sweep_row row = {.condition = {factor, level}, .observation = OBSERVED_UNRESOLVED};
    struct variant variant = variant_with(*failing, factor, level);
    if (!experiment->space->possible(&variant, &row.why))
        return row;
    row.observation = experiment_known(experiment, &variant);
    if (row.observation == OBSERVED_UNRESOLVED && state->why) {
        row.why = state->why;
        return row;
    }
    unsigned char usable[LEVELS_MAX];
    unsigned count = experiment_levels(experiment, factor, usable);
    bool can = false;
    for (unsigned i = 0; i < count; i++)
        can = can || usable[i] == level;
    if (row.observation == OBSERVED_UNRESOLVED && !can) {
        const char *peculiar = experiment->rules->sweep_clause(factor, level);
        row.why = peculiar ? peculiar : "it is not known whether the target accepts it";
        return row;
    }
    enum observation seen = experiment_ask(experiment, &variant);
    row.observation = seen;
    bool proved = level == cause->cube.level[cube_dimension(&cause->cube, factor)]; // the proof has gone by it
    if (seen != OBSERVED_UNRESOLVED && !proved)
        row.observation = make_sure(experiment, cause, &variant, factor, seen);
    row.trial = experiment_trial(experiment, &variant, row.observation);
    if (row.observation == OBSERVED_UNRESOLVED && seen != OBSERVED_UNRESOLVED)
        row.why = "its trials do not agree, or too few could be run to be sure";
    else if (row.observation == OBSERVED_UNRESOLVED && !row.trial)
        row.why = "not tried: the experiment was over";
    else if (row.observation == OBSERVED_UNRESOLVED)
        row.why = "another failure, or the level was not in effect";
    return row;
}

// A factor of which one level passes and all the others fail looks like a pass by accident: that pass is seen more
// often.
static void doubt(struct experiment *experiment, const struct verdict *verdict, const struct minimal_pair *pair)
{
    enum { FEW_PASSES = 4, PASSES = 5, TRIES = 4 };
    unsigned failing = 0;
    for (unsigned i = 0; i < verdict->sweep_count; i++) {
        const struct sweep_row *row = &verdict->sweep[i];
        const struct variant *passing = variant_of(experiment, pair->passing);
        if (row->condition.factor != pair->factor || row->condition.level == passing->level[pair->factor])
            continue;
        if (row->observation == OBSERVED_NO_SIGNATURE)
            return;
        failing += row->observation == OBSERVED_SIGNATURE;
    }
    struct variant passing = *variant_of(experiment, pair->passing);
    for (unsigned i = 0; failing && i < TRIES && !experiment_over(experiment); i++) {
        if (experiment_tally(experiment, &passing).no_signature >= (failing > 1 ? PASSES : FEW_PASSES))
            return;
        experiment_run(experiment, &passing, experiment_until(experiment, &passing));
    }
}

void sweep(struct experiment *experiment, const struct cause *cause, struct verdict *verdict)
{
    experiment->asks = "what does this level do?";
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        enum factor factor = verdict->pairs[i].factor;
        bool done = false;
        for (unsigned k = 0; k < i; k++)
            done = done || verdict->pairs[k].factor == factor;
        if (done || !names_factor(cause, factor))
            continue;
        struct variant failing = *variant_of(experiment, verdict->pairs[i].failing);
        for (unsigned level = 0; level < experiment->space->levels(factor); level++) {
            if (level != failing.level[factor] && experiment_allows(experiment, factor, level))
                verdict->sweep[verdict->sweep_count++] = sweep_level(experiment, cause, &failing, factor, level);
        }
        doubt(experiment, verdict, &verdict->pairs[i]);
    }
}
