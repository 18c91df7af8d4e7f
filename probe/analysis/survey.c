// SPDX-License-Identifier: Apache-2.0
// One trial tries new levels of several factors at once; only where it fails, and does not show at which factor, the
// levels are tried one by one until one is refused.
#include "analysis/survey.h"

#include "analysis/choice.h"
#include "analysis/levels.h"

static bool unknown(const struct experiment *experiment, enum factor factor, unsigned level)
{
    return experiment->rules->surveyed(factor) && experiment_varies(experiment, factor) &&
           experiment_allows(experiment, factor, level) && experiment->levels[factor][level].usability == LEVEL_UNKNOWN;
}

static void accept(struct experiment *experiment, enum factor factor, const struct trial *trial)
{
    unsigned level = trial->variant.level[factor];
    if (experiment->levels[factor][level].usability != LEVEL_USABLE)
        experiment->levels[factor][level] = (struct level_state){LEVEL_USABLE, trial->number, NULL};
}

enum { ACCIDENTS_MAX = 3, APART_MS = 1000 }; // so often, and so far apart, an accident is none

// What a bad network does by itself, too: a time-out, a lost connection.
static bool accident(const struct trial *trial)
{
    return trial->outcome.result == RESULT_FAILED &&
           (trial->outcome.family == FAMILY_TIMEOUT || trial->outcome.family == FAMILY_CRASH ||
            trial->outcome.family == FAMILY_CLOSED);
}

// Learns what a survey trial says. Returns false if it failed and does not show which of several new levels it was.
static bool learn(struct experiment *experiment, const struct trial *trial)
{
    bool whole =
        experiment_observe(experiment, trial) == OBSERVED_SIGNATURE ||
        (trial->outcome.result == RESULT_CONNECTED && experiment->rules->in_effect(experiment, trial, false, NULL));
    unsigned blamed = 0;
    enum factor blame = FACTOR_COUNT;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        enum factor factor = (enum factor)f;
        if (!experiment->rules->surveyed(factor) || trial->variant.level[f] == experiment->isolation->baseline.level[f])
            continue;
        if (whole || experiment->rules->accepted(trial, factor)) {
            accept(experiment, factor, trial);
        } else if (experiment->levels[f][trial->variant.level[f]].usability != LEVEL_USABLE) {
            blamed++;
            blame = factor;
        }
    }
    if (blamed == 1)
        experiment->levels[blame][trial->variant.level[blame]] = experiment->rules->refusal(trial);
    return blamed <= 1;
}

struct aim {
    const struct experiment *experiment;
    enum factor factor; // with this level, as near to the baseline as possible; FACTOR_COUNT: with many new levels
    unsigned level;
    bool fresh[FACTOR_COUNT][LEVELS_MAX]; // not known yet
};

static long score(const struct variant *variant, void *context)
{
    const struct aim *aim = context;
    long distance = (long)variant_distance(variant, &aim->experiment->isolation->baseline);
    if (aim->factor != FACTOR_COUNT)
        return variant->level[aim->factor] == aim->level ? 100 - distance : 0;
    long fresh = 0;
    for (int f = 0; f < FACTOR_COUNT; f++)
        fresh += aim->fresh[f][variant->level[f]];
    return fresh ? 100 * fresh - distance : 0;
}

// Without gaps: a variant far from the baseline may be needed, where levels exclude each other.
static struct choices all_levels(const struct experiment *experiment)
{
    struct choices choices = {.space = experiment->space};
    for (int f = 0; f < FACTOR_COUNT; f++) {
        choices.level[f][choices.count[f]++] = experiment->isolation->baseline.level[f];
        // From the last level, often the newest, down: it is the likelier to be accepted together with the others.
        for (unsigned level = experiment->rules->surveyed((enum factor)f) ? experiment->space->levels((enum factor)f)
                                                                          : 0;
             level-- > 0;) {
            enum usability usability = experiment->levels[f][level].usability;
            if (level != experiment->isolation->baseline.level[f] && experiment_varies(experiment, (enum factor)f) &&
                experiment_allows(experiment, (enum factor)f, level) &&
                (usability == LEVEL_UNKNOWN || usability == LEVEL_USABLE))
                choices.level[f][choices.count[f]++] = (unsigned char)level;
        }
    }
    return choices;
}

static void survey_one(struct experiment *experiment, enum factor factor, unsigned level)
{
    struct aim aim = {.experiment = experiment, .factor = factor, .level = level};
    struct choices choices = all_levels(experiment);
    struct variant variant;
    if (!choose_variant(&choices, score, &aim, &variant)) {
        experiment->levels[factor][level] =
            (struct level_state){LEVEL_LOCAL, 0, "no possible variant with the levels to be tried has it"};
        return;
    }
    const struct trial *trial = experiment_run(experiment, &variant, experiment->rules->survey_until(&variant));
    if (!trial)
        return;
    struct level_state *state = &experiment->levels[factor][level];
    bool lost = accident(trial) && experiment_observe(experiment, trial) != OBSERVED_SIGNATURE;
    if (lost && ++experiment->accidents[factor][level] < ACCIDENTS_MAX)
        *state = (struct level_state){LEVEL_POSTPONED, trial->number, "its survey was cut off"};
    else if (!learn(experiment, trial))
        *state = experiment->rules->refusal(trial);
}

bool survey_again(struct experiment *experiment)
{
    const struct isolation *isolation = experiment->isolation;
    bool postponed = false;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        for (unsigned level = 0; level < LEVELS_MAX; level++)
            postponed = postponed || experiment->levels[f][level].usability == LEVEL_POSTPONED;
    }
    if (postponed && isolation->rest && !experiment_over(experiment))
        isolation->rest(isolation->context, APART_MS);
    return postponed;
}

static void take_up_postponed(struct experiment *experiment)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        for (unsigned level = 0; level < LEVELS_MAX; level++) {
            if (experiment->levels[f][level].usability == LEVEL_POSTPONED)
                experiment->levels[f][level].usability = LEVEL_UNKNOWN;
        }
    }
}

// One by one, until one is found that the target does not take: it is seldom more than one, and the others go together
// again.
static void survey_culprit(struct experiment *experiment, const struct variant *variant)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const unsigned level = variant->level[f];
        if (!unknown(experiment, (enum factor)f, level))
            continue;
        survey_one(experiment, (enum factor)f, level);
        if (experiment->levels[f][level].usability != LEVEL_USABLE)
            return;
    }
}

// What trials on record say, which were not run to survey anything.
static void learn_recorded(struct experiment *experiment)
{
    for (unsigned i = 0; i < experiment->recorded; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->outcome.result == RESULT_CONNECTED ||
            trial_reach(trial) > experiment->rules->survey_until(&trial->variant)) {
            for (int f = 0; f < FACTOR_COUNT; f++) {
                if (experiment->rules->surveyed((enum factor)f) && experiment->rules->accepted(trial, (enum factor)f))
                    accept(experiment, (enum factor)f, trial);
            }
        } else if (!accident(trial)) {
            learn(experiment, trial);
        }
    }
}

void survey_levels(struct experiment *experiment)
{
    experiment->asks = "does the target accept it?";
    learn_recorded(experiment);
    take_up_postponed(experiment);
    for (int f = 0; experiment_offline(experiment) && f < FACTOR_COUNT; f++) {
        for (unsigned level = 0; level < experiment->space->levels((enum factor)f); level++) {
            if (unknown(experiment, (enum factor)f, level))
                experiment->levels[f][level] =
                    (struct level_state){LEVEL_UNCLEAR, 0, "no trial on record shows whether the target accepts it"};
        }
    }
    while (!experiment_over(experiment)) {
        struct aim many = {.experiment = experiment, .factor = FACTOR_COUNT};
        for (int f = 0; f < FACTOR_COUNT; f++) {
            for (unsigned level = 0; level < experiment->space->levels((enum factor)f); level++)
                many.fresh[f][level] = unknown(experiment, (enum factor)f, level);
        }
        struct choices choices = all_levels(experiment);
        struct variant variant;
        if (!choose_variant(&choices, score, &many, &variant))
            break;
        const struct trial *trial = experiment_run(experiment, &variant, experiment->rules->survey_until(&variant));
        if (!trial)
            return;
        if (!(accident(trial) && experiment_observe(experiment, trial) != OBSERVED_SIGNATURE) &&
            learn(experiment, trial))
            continue;
        survey_culprit(experiment, &variant);
    }
    // What no possible variant has was not surveyed.
    for (int f = 0; f < FACTOR_COUNT && !experiment_over(experiment); f++) {
        for (unsigned level = 0; level < experiment->space->levels((enum factor)f); level++) {
            if (unknown(experiment, (enum factor)f, level))
                survey_one(experiment, (enum factor)f, level);
        }
    }
}
