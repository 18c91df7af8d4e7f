// SPDX-License-Identifier: Apache-2.0
// Sees the baseline fail, so that there is a failure to study; or where it works, looks for a variant that fails.
#include "analysis/reproduction.h"

#include <stdio.h>

#include "analysis/conclusion.h"
#include "analysis/others.h"
#include "analysis/search.h"

enum {
    BASELINES_MIN = 2,   // the failure must be seen so often
    BASELINES_MAX = 3,   // tried so often before it counts as not reproduced
    BASELINES_MIXED = 6, // the same where it was seen once
    PRIMERS_MAX = 1      // tried so often to bring what the baseline takes
};

static void set_reference(struct experiment *experiment, const struct trial *trial)
{
    if (!experiment->isolation->signature_given)
        experiment->signature = signature_of(&trial->outcome);
    if (experiment->signature.by != BY_FAMILY) { // for people
        experiment->signature.family = trial->outcome.family;
        experiment->signature.code = trial->outcome.code;
    }
    experiment->has_signature = true;
    experiment->reference = trial;
    experiment->failure_phase = trial_reach(trial);
}

static void not_reproduced(const struct experiment *experiment, const struct trial *last, struct verdict *verdict,
                           unsigned runs)
{
    char seen[128], wanted[96], rest[500];
    struct others others = count_others(experiment);
    others_text(experiment, &others, rest, sizeof rest);
    outcome_clause(last, seen, sizeof seen);
    signature_words(&experiment->signature, NULL, wanted, sizeof wanted);
    enum verdict_kind kind = others.failed ? VERDICT_INCONCLUSIVE : VERDICT_NOT_REPRODUCED;
    if (experiment->isolation->signature_given && last->outcome.result == RESULT_FAILED)
        conclude(verdict, VERDICT_INCONCLUSIVE,
                 "The baseline did not show %s in %u trials; it failed, but otherwise: %s.", wanted, runs, seen);
    else if (experiment->isolation->signature_given)
        conclude(verdict, kind, "The baseline did not show %s in %u trials; the last was %s%s", wanted, runs, seen,
                 rest);
    else
        conclude(verdict, kind, "The baseline connected in %u trials out of %u%s", runs, runs, rest);
}

static void not_in_effect(const struct experiment *experiment, const struct trial *trial, enum factor which,
                          struct verdict *verdict)
{
    char text[128];
    conclude(verdict, VERDICT_INCONCLUSIVE,
             "The baseline's %s=%s was not in effect (trial %llu ended with %s), so its failure cannot be studied.",
             factor_row(which)->name, level_name(which, experiment->isolation->baseline.level[which]),
             (unsigned long long)trial->number, outcome_clause(trial, text, sizeof text));
}

// The next whole trial of the baseline from *cursor on: one on record, or a new one.
static const struct trial *next_baseline(struct experiment *experiment, unsigned *cursor)
{
    const struct variant *baseline = &experiment->isolation->baseline;
    while (*cursor < experiment->count) {
        const struct trial *trial = experiment->trials[(*cursor)++];
        if (trial->until >= PHASE_ACTIVE && variant_equal(&trial->variant, baseline))
            return trial;
    }
    experiment->asks = "does the failure show?";
    const struct trial *trial = experiment_run(experiment, baseline, PHASE_ACTIVE);
    *cursor = experiment->count;
    return trial;
}

// How the baseline ended, so far.
struct baseline_trials {
    const struct trial *failures[BASELINES_MIXED]; // of whatever class
    const struct trial *other;                     // the last one without the failure
    unsigned runs, failure_count, signatures;
    unsigned accidents; // of the others
};

// Makes a class that was seen twice the signature, unless one is given; then counts it.
static void count_failure(struct experiment *experiment, struct baseline_trials *seen, const struct trial *trial)
{
    for (unsigned i = 0; i < seen->failure_count && !experiment->reference; i++) {
        struct signature signature = signature_of(&seen->failures[i]->outcome);
        if (!experiment->has_signature && signature_matches(&signature, &trial->outcome)) {
            set_reference(experiment, seen->failures[i]);
            seen->signatures = 1;
        }
    }
    if (experiment->has_signature && !experiment->reference)
        set_reference(experiment, trial);
    seen->failures[seen->failure_count++] = trial;
    if (!experiment->reference)
        return;
    seen->signatures++;
    if (trial_reach(trial) > experiment->failure_phase)
        experiment->failure_phase = trial_reach(trial);
}

static void not_stable(const struct baseline_trials *seen, struct verdict *verdict)
{
    char first[128], second[128];
    const struct trial *failure = seen->failures[0];
    const struct trial *other = seen->other ? seen->other : seen->failures[seen->failure_count - 1];
    conclude(verdict, VERDICT_INCONCLUSIVE,
             "The outcome changed with nothing changed: the baseline ended with %s (trial %llu) and with %s (trial "
             "%llu), and with no failure twice in %u trials.",
             outcome_clause(failure, first, sizeof first), (unsigned long long)failure->number,
             outcome_clause(other, second, sizeof second), (unsigned long long)other->number, seen->runs);
}

// The baseline works: looks for a variant that fails. False if there is none, and the verdict is made.
static bool other_baseline(struct experiment *experiment, const struct trial *last, unsigned runs,
                           struct variant *failing, struct verdict *verdict)
{
    char known[300] = "nothing has failed so far";
    if (last->outcome.result == RESULT_CONNECTED && search_failing(experiment, last, failing))
        return true;
    const struct others others = count_others(experiment);
    if (others.failed)
        failed_clause(&others, known, sizeof known);
    if (experiment->exhausted || !conclude_early(experiment, verdict, known))
        not_reproduced(experiment, last, verdict, runs);
    return false;
}

bool reproduce(struct experiment *experiment, struct variant *failing, bool *restart, struct verdict *verdict)
{
    const struct variant *baseline = &experiment->isolation->baseline;
    struct baseline_trials seen = {.runs = 0};
    unsigned primers = 0, cursor = 0;

    while (seen.signatures < BASELINES_MIN &&
           seen.runs < (unsigned)(seen.failure_count || seen.accidents ? BASELINES_MIXED : BASELINES_MAX)) {
        enum factor which = FACTOR_COUNT;
        const struct trial *trial = next_baseline(experiment, &cursor);
        if (!trial) {
            conclude_early(experiment, verdict, "the baseline was not seen to fail twice");
            return false;
        }
        if (outcome_is_of_this_machine(&trial->outcome)) {
            conclude(verdict, VERDICT_STOPPED, "This machine could not run the baseline: %s (trial %llu).",
                     trial->outcome.detail[0] ? trial->outcome.detail : trial->outcome.name,
                     (unsigned long long)trial->number);
            return false;
        }
        if (!experiment->rules->in_effect(experiment, trial, true, &which)) {
            if (primers++ < PRIMERS_MAX && experiment->rules->prime(experiment, which))
                continue;
            not_in_effect(experiment, trial, which, verdict);
            return false;
        }
        seen.runs++;
        if (experiment_fails(experiment, trial))
            count_failure(experiment, &seen, trial);
        else
            seen.other = trial;
        seen.accidents += seen.other == trial && trial->outcome.result == RESULT_FAILED && experiment_accident(trial);
    }
    if (!seen.failure_count && experiment->rebased) {
        char text[128];
        conclude(verdict, VERDICT_NOT_REPRODUCED, "The baseline connected; %s failed once, and in %u trials not again.",
                 variant_text(baseline, text, sizeof text), seen.runs);
        return false;
    }
    if (!seen.failure_count) {
        *restart = other_baseline(experiment, seen.other, seen.runs, failing, verdict);
        return false;
    }
    if (seen.signatures < BASELINES_MIN) {
        if (!experiment->reference)
            set_reference(experiment, seen.failures[0]);
        not_stable(&seen, verdict);
        return false;
    }
    return true;
}
