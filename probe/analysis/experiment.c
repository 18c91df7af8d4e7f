// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiment.h"

#include <stdlib.h>
#include <string.h>

const char *budget_name(enum budget budget)
{
    static const char *const names[] = {
        [BUDGET_LEFT] = "", [BUDGET_TRIALS] = "trials", [BUDGET_LOGONS] = "logons", [BUDGET_SECONDS] = "seconds"};
    return names[budget];
}

void experiment_init(struct experiment *experiment, const struct isolation *isolation)
{
    *experiment = (struct experiment){.isolation = isolation};
    experiment->space = isolation->factors;
    experiment->rules = isolation->factors->rules;
    experiment->budget = isolation->max_trials ? isolation->max_trials : TRIALS_DEFAULT;
    if (experiment->budget > TRIALS_MAX)
        experiment->budget = TRIALS_MAX;
    experiment->confirmations = isolation->confirmations ? isolation->confirmations : CONFIRMATIONS_DEFAULT;
    randomization_init(&experiment->randomization, isolation->seed);
    experiment->has_signature = isolation->signature_given;
    experiment->signature = isolation->signature;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        for (unsigned level = 0; level < LEVELS_MAX; level++) {
            if (level == isolation->baseline.level[f] || !experiment->rules->surveyed((enum factor)f))
                experiment->levels[f][level].usability = LEVEL_USABLE;
        }
    }
    size_t skipped = isolation->recorded_count > TRIALS_MAX ? isolation->recorded_count - TRIALS_MAX : 0;
    for (size_t i = skipped; i < isolation->recorded_count; i++)
        experiment->trials[experiment->count++] = isolation->recorded[i];
    experiment->recorded = experiment->count;
    experiment->sayings = calloc(1, sizeof *experiment->sayings);
}

void experiment_clear(struct experiment *experiment)
{
    belief_clear(&experiment->belief);
    free(experiment->sayings);
}

void experiment_rebase(struct experiment *experiment, struct isolation *other, const struct variant *baseline)
{
    *other = *experiment->isolation;
    other->baseline = *baseline;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        other->levels[f] |= 1u << experiment->isolation->baseline.level[f];
        experiment->levels[f][baseline->level[f]].usability = LEVEL_USABLE;
    }
    experiment->isolation = other;
    experiment->rebased = true;
    experiment->search_end = 0;
}

bool experiment_offline(const struct experiment *experiment)
{
    return !experiment->isolation->run;
}

bool experiment_over(const struct experiment *experiment)
{
    return experiment->stopped || experiment->exhausted || experiment->changed[0] || experiment->memory;
}

// The environment changed for good if all trials of a variant until some moment agree, and all after it say the
// opposite, each so often that it is no noise. That the baseline failed before is known, so two failures of it will do.
static void note_change(struct experiment *experiment, const struct trial *trial)
{
    enum { PASSES = 4, FAILURES = 3, BASELINE_FAILURES = 2 };
    enum observation now = experiment_observe(experiment, trial);
    const struct trial *before = NULL;
    unsigned since = 0, until = 0;
    if (now == OBSERVED_UNRESOLVED)
        return;
    for (unsigned i = experiment->count; i-- > 0;) {
        const struct trial *other = experiment->trials[i];
        if (!variant_equal(&other->variant, &trial->variant))
            continue;
        enum observation then = experiment_observe(experiment, other);
        if (then == OBSERVED_UNRESOLVED)
            continue;
        if (then != now) {
            before = before ? before : other;
            until++;
        } else if (before) {
            return;
        } else {
            since++;
        }
    }
    bool baseline = variant_equal(&trial->variant, &experiment->isolation->baseline);
    unsigned failures = baseline ? BASELINE_FAILURES : FAILURES;
    bool mended = now == OBSERVED_NO_SIGNATURE && until >= failures && since >= PASSES;
    bool broken = now == OBSERVED_SIGNATURE && until >= PASSES && since >= FAILURES;
    if (mended || broken) {
        experiment->changed[0] = before;
        experiment->changed[1] = trial;
    }
}

static enum budget spent(const struct experiment *experiment)
{
    const struct isolation *isolation = experiment->isolation;
    unsigned logons = 0;
    double ms = 0;
    for (unsigned i = experiment->recorded; i < experiment->count; i++) {
        logons += experiment->trials[i]->logons;
        ms += experiment->trials[i]->ms;
    }
    if (experiment->count - experiment->recorded >= experiment->budget || experiment->count == TRIALS_MAX)
        return BUDGET_TRIALS;
    if (isolation->max_logons && logons >= isolation->max_logons)
        return BUDGET_LOGONS;
    return isolation->max_ms > 0 && ms >= isolation->max_ms ? BUDGET_SECONDS : BUDGET_LEFT;
}

// A trial that does not log on takes nothing of a budget of logons.
static bool affordable(const struct experiment *experiment, enum budget used_up, const struct variant *variant,
                       enum phase until)
{
    return used_up == BUDGET_LEFT || (used_up == BUDGET_LOGONS && !experiment->rules->logs_on(variant, until));
}

// A level that cannot be had is tried no more; the baseline's was had.
static void retire_level(struct experiment *experiment, const struct trial *trial)
{
    struct level_state state;
    enum factor factor;
    if (!experiment->rules->retires(trial, &factor, &state))
        return;
    const unsigned level = trial->variant.level[factor];
    if (level != experiment->isolation->baseline.level[factor])
        experiment->levels[factor][level] = state;
}

void experiment_add(struct experiment *experiment, const struct trial *trial)
{
    experiment->trials[experiment->count++] = trial;
    if (!experiment->reference)
        return;
    if (experiment_observe(experiment, trial) == OBSERVED_SIGNATURE && trial_reach(trial) > experiment->failure_phase)
        experiment->failure_phase = trial_reach(trial);
    note_change(experiment, trial);
    retire_level(experiment, trial);
}

static const struct trial *run(const struct experiment *experiment, const struct variant *variant, enum phase until)
{
    const struct isolation *isolation = experiment->isolation;
    const unsigned done = experiment->count - experiment->recorded + 1;
    if (isolation->announce && experiment->asks)
        isolation->announce(isolation->context, variant, experiment->asks,
                            experiment->budget > done ? experiment->budget - done : 0);
    return isolation->run(isolation->context, variant, until);
}

const struct trial *experiment_run(struct experiment *experiment, const struct variant *variant, enum phase until)
{
    if (experiment_over(experiment))
        return NULL;
    enum budget used_up = spent(experiment);
    const struct trial *trial = NULL;
    if (!affordable(experiment, used_up, variant, until))
        experiment->exhausted = used_up;
    else if (experiment->isolation->run)
        trial = run(experiment, variant, until);
    if (!trial) {
        experiment->stopped = !experiment->exhausted;
        experiment->has_next = true;
        experiment->next = *variant;
        experiment->next_until = until;
        return NULL;
    }
    experiment_add(experiment, trial);
    return trial;
}

unsigned experiment_connections(const struct experiment *experiment, unsigned trials)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < trials; i++)
        sum += experiment->trials[i]->connections ? experiment->trials[i]->connections : 1;
    return sum;
}

bool experiment_fails(const struct experiment *experiment, const struct trial *trial)
{
    return experiment->has_signature ? signature_matches(&experiment->signature, &trial->outcome)
                                     : trial->outcome.result == RESULT_FAILED;
}

enum phase experiment_until(const struct experiment *experiment, const struct variant *variant)
{
    return experiment->rules->until(experiment, variant);
}

// Whether what is remembered is of the failure that is studied now.
static bool is_current(const struct experiment *experiment, const struct sayings *sayings)
{
    return sayings->failure_phase == experiment->failure_phase &&
           memcmp(&sayings->signature, &experiment->signature, sizeof sayings->signature) == 0 &&
           variant_equal(&sayings->baseline, &experiment->isolation->baseline);
}

enum observation experiment_observe(const struct experiment *experiment, const struct trial *trial)
{
    struct sayings *sayings = experiment->sayings;
    const size_t slot = trial->number % TRIALS_MAX;
    if (!sayings)
        return experiment->rules->observe(experiment, trial);
    if (!is_current(experiment, sayings)) {
        *sayings =
            (struct sayings){.failure_phase = experiment->failure_phase, .baseline = experiment->isolation->baseline};
        memcpy(&sayings->signature, &experiment->signature, sizeof sayings->signature);
    }
    if (sayings->trials[slot] != trial) {
        sayings->observed[slot] = experiment->rules->observe(experiment, trial);
        sayings->trials[slot] = trial;
    }
    return sayings->observed[slot];
}

struct tally experiment_tally(const struct experiment *experiment, const struct variant *variant)
{
    struct tally tally = {0};
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (!variant_equal(&trial->variant, variant))
            continue;
        enum observation seen = experiment_observe(experiment, trial);
        switch (seen) {
        case OBSERVED_SIGNATURE:
            tally.signature++;
            tally.first_signature = tally.first_signature ? tally.first_signature : trial->number;
            tally.last_signature = trial->number;
            break;
        case OBSERVED_NO_SIGNATURE:
            tally.no_signature++;
            tally.first_no_signature = tally.first_no_signature ? tally.first_no_signature : trial->number;
            tally.last_no_signature = trial->number;
            break;
        case OBSERVED_UNRESOLVED:
            if (trial->until < experiment_until(experiment, variant))
                break;
            tally.unresolved++;
            tally.last_unresolved = trial;
            break;
        }
    }
    return tally;
}

enum observation experiment_known(const struct experiment *experiment, const struct variant *variant)
{
    // Natural logarithms of how much likelier a failure is where the variant fails than where it does not, with one
    // false pass in ten trials and three false failures in a hundred; and so of a pass.
    static const double failure = 3.4, pass = 2.3, clear = 2;
    struct tally tally = experiment_tally(experiment, variant);
    if (!tally.signature || !tally.no_signature)
        return tally.signature ? OBSERVED_SIGNATURE : tally.no_signature ? OBSERVED_NO_SIGNATURE : OBSERVED_UNRESOLVED;
    double odds = failure * tally.signature - pass * tally.no_signature;
    return odds >= clear ? OBSERVED_SIGNATURE : odds <= -clear ? OBSERVED_NO_SIGNATURE : OBSERVED_UNRESOLVED;
}

bool experiment_accident(const struct trial *trial)
{
    // A refusal would only be repeated, and a refused logon must not be; the others may have been an accident.
    switch (trial->outcome.family) {
    case FAMILY_TIMEOUT:
    case FAMILY_CLOSED:
    case FAMILY_CRASH:
    case FAMILY_TCP:
        return trial->failed_logons == 0;
    default:
        return false;
    }
}

bool experiment_worth(const struct experiment *experiment, const struct variant *variant)
{
    struct tally tally = experiment_tally(experiment, variant);
    if (tally.unresolved == 0 || tally.signature || tally.no_signature)
        return tally.unresolved + tally.signature + tally.no_signature < 12;
    if (tally.unresolved > 2)
        return false;
    return experiment_accident(tally.last_unresolved);
}

enum observation experiment_ask(struct experiment *experiment, const struct variant *variant)
{
    enum observation known;
    while ((known = experiment_known(experiment, variant)) == OBSERVED_UNRESOLVED &&
           experiment_worth(experiment, variant)) {
        if (!experiment_run(experiment, variant, experiment_until(experiment, variant)))
            return OBSERVED_UNRESOLVED;
    }
    return known;
}

const struct trial *experiment_numbered(const struct experiment *experiment, uint64_t number)
{
    return trial_numbered(experiment->trials, experiment->count, number);
}

uint64_t experiment_trial(const struct experiment *experiment, const struct variant *variant,
                          enum observation observation)
{
    for (unsigned i = experiment->count; i-- > 0;) {
        const struct trial *trial = experiment->trials[i];
        if (variant_equal(&trial->variant, variant) && experiment_observe(experiment, trial) == observation)
            return trial->number;
    }
    return 0;
}
