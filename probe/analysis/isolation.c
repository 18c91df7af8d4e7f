// SPDX-License-Identifier: Apache-2.0
// The experiment from its first trial to its verdict: reproduce, survey and search, narrow down, prove, sweep.
#include "analysis/isolation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/experiment.h"
#include "trial/effect.h"

enum {
    BASELINES_MIN = 2,   // the failure must be seen so often
    BASELINES_MAX = 3,   // tried so often before it counts as not reproduced
    BASELINES_MIXED = 6, // the same where it was seen once
    ROUNDS_MAX = 32,     // of narrowing and proving
    PASSES_MAX = 5,      // a pass seen so often is none by accident
    PRIMERS_MAX = 1      // trials to be issued a licence, where the baseline is to present one
};

static void conclude(struct verdict *verdict, enum verdict_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->kind = kind;
    vsnprintf(verdict->reason, sizeof verdict->reason, format, arguments);
    va_end(arguments);
}

// What a trial ended with, for people.
static const char *outcome_clause(const struct trial *trial, char *text, size_t size)
{
    struct signature signature = signature_of(&trial->outcome);
    char class[96];
    if (trial->outcome.result == RESULT_CONNECTED)
        snprintf(text, size, "a connection");
    else
        snprintf(text, size, "%s%s%s in the %s phase", signature_text(&signature, class, sizeof class),
                 trial->outcome.name[0] ? " " : "", trial->outcome.name, phase_name(trial->outcome.phase));
    return text;
}

// An early end. True if the experiment is over.
static bool conclude_early(const struct experiment *experiment, struct verdict *verdict, const char *known)
{
    if (experiment->stopped && experiment_offline(experiment))
        conclude(verdict, VERDICT_INCONCLUSIVE, "The %u trials on record do not decide it: %s.", experiment->count,
                 known);
    else if (experiment->stopped)
        conclude(verdict, VERDICT_STOPPED, "No further trial was allowed after %u; %s.", experiment->count, known);
    else if (experiment->changed[0])
        conclude(
            verdict, VERDICT_INCONCLUSIVE,
            "The environment changed: trials of one variant agreed until trial %llu and said the opposite from then "
            "on to trial %llu, with nothing changed at the client; what was measured before says nothing of now.",
            (unsigned long long)experiment->changed[0]->number, (unsigned long long)experiment->changed[1]->number);
    else if (experiment->memory)
        conclude(verdict, VERDICT_STOPPED, "Memory is out after %u trials; %s.", experiment->count, known);
    else if (experiment->exhausted && experiment->exhausted[0] == 't')
        conclude(verdict, VERDICT_INCONCLUSIVE, "The budget of %u trials is used up; %s.", experiment->budget, known);
    else if (experiment->exhausted)
        conclude(verdict, VERDICT_INCONCLUSIVE, "The budget of %s is used up; %s.", experiment->exhausted, known);
    return experiment_over(experiment);
}

static void set_reference(struct experiment *experiment, const struct trial *trial)
{
    if (!experiment->isolation->signature_given)
        experiment->signature = signature_of(&trial->outcome);
    experiment->has_signature = true;
    experiment->reference = trial;
    experiment->failure_phase = trial->outcome.phase;
}

static void set_if_allowed(const struct experiment *experiment, struct variant *variant, enum factor factor,
                           unsigned level)
{
    if (!experiment->isolation->untestable[factor] && experiment_allows(experiment, factor, level))
        variant->level[factor] = (unsigned char)level;
}

// Some other level of a factor: not yet known to be usable, but a refused one costs no logon.
static unsigned other_level(const struct experiment *experiment, enum factor factor, unsigned newest)
{
    unsigned own = experiment->isolation->baseline.level[factor];
    for (unsigned level = newest + 1; level-- > 0;) {
        if (level != own && experiment_allows(experiment, factor, level))
            return level;
    }
    return own;
}

// A baseline that presents a licence of this run needs one: a trial with an empty store may be issued it. Where the
// baseline is denied even so, a variant far from it may not be.
static void prime(struct experiment *experiment)
{
    static const unsigned securities[] = {SECURITY_TLS, SECURITY_NLA, SECURITY_RDP};
    struct variant variant = experiment->isolation->baseline;
    set_if_allowed(experiment, &variant, FACTOR_LICENSE, LICENSE_KEEP);
    set_if_allowed(experiment, &variant, FACTOR_LICENSE, LICENSE_CLEAR);
    if (variant.level[FACTOR_LICENSE] == LICENSE_REUSE)
        return;
    experiment_run(experiment, &variant, PHASE_ACTIVE);
    set_if_allowed(experiment, &variant, FACTOR_GATEWAY, other_level(experiment, FACTOR_GATEWAY, GATEWAY_HTTP));
    set_if_allowed(experiment, &variant, FACTOR_ADDRESS, other_level(experiment, FACTOR_ADDRESS, ADDRESS_IPV4));
    for (unsigned i = 0; i < sizeof securities / sizeof *securities; i++) {
        struct variant far = variant;
        if (experiment_over(experiment) || experiment_license_issued(experiment))
            return;
        if (securities[i] == experiment->isolation->baseline.level[FACTOR_SECURITY])
            continue;
        set_if_allowed(experiment, &far, FACTOR_SECURITY, securities[i]);
        set_if_allowed(experiment, &far, FACTOR_TLS,
                       securities[i] == SECURITY_RDP ? (unsigned)TLS_DEFAULT
                                                     : other_level(experiment, FACTOR_TLS, TLS_1_2));
        if (experiment->space->possible(&far, NULL))
            experiment_run(experiment, &far, PHASE_ACTIVE);
    }
}

static bool is_failure(const struct experiment *experiment, const struct trial *trial)
{
    return experiment->has_signature ? signature_matches(&experiment->signature, &trial->outcome)
                                     : trial->outcome.result == RESULT_FAILED;
}

// Whether the trial had the baseline's variant. A failure of the negotiation is in effect where it is what is studied.
static bool had_variant(const struct experiment *experiment, const struct trial *trial, enum factor *which)
{
    if (trial_in_effect(trial, which))
        return true;
    const struct signature own = signature_of(&trial->outcome);
    return own.family == FAMILY_NEGOTIATION && is_failure(experiment, trial) &&
           observe(trial, &own, trial->outcome.phase) == OBSERVED_SIGNATURE;
}

static void not_reproduced(const struct experiment *experiment, const struct trial *last, struct verdict *verdict,
                           unsigned runs)
{
    char seen[128], wanted[96];
    outcome_clause(last, seen, sizeof seen);
    if (experiment->isolation->signature_given && last->outcome.result == RESULT_FAILED)
        conclude(verdict, VERDICT_NOT_REPRODUCED,
                 "The baseline did not show %s in %u trials; it failed, but otherwise: %s.",
                 signature_text(&experiment->signature, wanted, sizeof wanted), runs, seen);
    else if (experiment->isolation->signature_given)
        conclude(verdict, VERDICT_NOT_REPRODUCED, "The baseline did not show %s in %u trials; the last was %s.",
                 signature_text(&experiment->signature, wanted, sizeof wanted), runs, seen);
    else
        conclude(verdict, VERDICT_NOT_REPRODUCED, "The baseline connected in %u trials out of %u.", runs, runs);
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
    if (trial->outcome.phase > experiment->failure_phase)
        experiment->failure_phase = trial->outcome.phase;
}

static void not_stable(const struct experiment *experiment, const struct baseline_trials *seen, struct verdict *verdict)
{
    char first[128], second[128];
    const struct trial *failure = seen->failures[0];
    const struct trial *other = seen->other ? seen->other : seen->failures[seen->failure_count - 1];
    (void)experiment;
    conclude(verdict, VERDICT_INCONCLUSIVE,
             "The outcome changed with nothing changed: the baseline ended with %s (trial %llu) and with %s (trial "
             "%llu), and with no failure twice in %u trials.",
             outcome_clause(failure, first, sizeof first), (unsigned long long)failure->number,
             outcome_clause(other, second, sizeof second), (unsigned long long)other->number, seen->runs);
}

// Sees the failure twice. False if the verdict is made.
static bool reproduce(struct experiment *experiment, struct verdict *verdict)
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
        if (experiment->space->wire && !had_variant(experiment, trial, &which)) {
            if (which == FACTOR_LICENSE && baseline->level[FACTOR_LICENSE] == LICENSE_REUSE && primers < PRIMERS_MAX) {
                primers++;
                prime(experiment);
                continue;
            }
            char text[128];
            conclude(verdict, VERDICT_INCONCLUSIVE,
                     "The baseline's %s=%s was not in effect (trial %llu ended with %s), so its failure cannot be "
                     "studied.",
                     factor_row(which)->name, level_name(which, baseline->level[which]),
                     (unsigned long long)trial->number, outcome_clause(trial, text, sizeof text));
            return false;
        }
        seen.runs++;
        if (is_failure(experiment, trial))
            count_failure(experiment, &seen, trial);
        else
            seen.other = trial;
        seen.accidents += seen.other == trial && trial->outcome.result == RESULT_FAILED && experiment_accident(trial);
    }
    if (!seen.failure_count) {
        not_reproduced(experiment, seen.other, verdict, seen.runs);
        return false;
    }
    if (seen.signatures < BASELINES_MIN) {
        if (!experiment->reference)
            set_reference(experiment, seen.failures[0]);
        not_stable(experiment, &seen, verdict);
        return false;
    }
    return true;
}

// Passes that were taken for accidents, because the same variants failed at other times, are not kept quiet.
static void add_accidents(const struct experiment *experiment, struct verdict *verdict)
{
    unsigned passes = 0;
    const struct trial *last = NULL;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (experiment_observe(experiment, trial) != OBSERVED_NO_SIGNATURE)
            continue;
        passes++;
        last = trial;
    }
    size_t used = strlen(verdict->reason);
    if (passes)
        snprintf(verdict->reason + used, sizeof verdict->reason - used,
                 " %u of the %u trials passed, the last trial %llu; the same variants failed at other times, so the "
                 "target is not stable or has changed.",
                 passes, experiment->count, (unsigned long long)last->number);
}

// Nothing passed: is it the server, or was too little tried?
static void conclude_without_passing(struct experiment *experiment, struct verdict *verdict)
{
    char gap[200], flipped[160] = "";
    unsigned varied = 0, possible = 0, variants = 0;
    if (search_gap(experiment, gap, sizeof gap)) {
        conclude(verdict, VERDICT_INCONCLUSIVE, "No variant was free of the failure, but %s.", gap);
        return;
    }
    for (int f = 0; f < FACTOR_COUNT; f++) {
        enum factor factor = (enum factor)f;
        unsigned char levels[LEVELS_MAX];
        unsigned count = experiment_levels(experiment, factor, levels);
        bool different = false;
        possible += experiment_varies(experiment, factor);
        for (unsigned i = 0; i < count; i++)
            different = different || !experiment_twin(experiment, factor, levels[i]);
        if (!different)
            continue;
        size_t used = strlen(flipped);
        snprintf(flipped + used, sizeof flipped - used, "%s%s", varied++ ? ", " : "", factor_row(factor)->name);
    }
    for (unsigned i = 0; i < experiment->count; i++) {
        bool again = experiment_observe(experiment, experiment->trials[i]) != OBSERVED_SIGNATURE;
        for (unsigned k = 0; k < i && !again; k++)
            again = variant_equal(&experiment->trials[k]->variant, &experiment->trials[i]->variant);
        variants += !again;
    }
    if (possible)
        verdict->confidence = none_probability(experiment);
    else
        verdict->confidence = 1;
    if (experiment->memory)
        conclude(verdict, VERDICT_STOPPED, "Memory is out.");
    else if (varied)
        conclude(verdict, VERDICT_NOT_CLIENT_SIDE,
                 "All %u variants show the failure, with every level of %s that can be used and every pair of such "
                 "levels of two factors; none of them decides it.",
                 variants, flipped);
    else if (possible)
        conclude(verdict, VERDICT_INCONCLUSIVE, "No factor could be varied: no other level of any can be used.");
    else
        conclude(verdict, VERDICT_NOT_CLIENT_SIDE,
                 "The failure in the %s phase comes before any factor that was to be varied can matter.",
                 phase_name(experiment->failure_phase));
    add_accidents(experiment, verdict);
}

static void conclude_isolated(const struct experiment *experiment, const struct cause *cause, struct verdict *verdict)
{
    char names[200], signature[96], open[160] = "";
    for (int f = 0; f < FACTOR_COUNT; f++) {
        size_t used = strlen(open);
        if (!names_factor(cause, (enum factor)f) && verdict->factors[f].finding == FINDING_UNDECIDED)
            snprintf(open + used, sizeof open - used, "%s%s", used ? ", " : "; whether it also takes ",
                     factor_row((enum factor)f)->name);
    }
    cause_text(verdict, names, sizeof names);
    conclude(verdict, VERDICT_ISOLATED, "%s triggers %s%s%s.", names,
             signature_text(&experiment->signature, signature, sizeof signature), open, open[0] ? " is undecided" : "");
}

// A pass that no hypothesis makes likely is looked at again. False if it has been seen too often for an accident.
static bool look_again(struct experiment *experiment, const struct variant *passing)
{
    return experiment_tally(experiment, passing).no_signature < PASSES_MAX &&
           experiment_run(experiment, passing, experiment_until(experiment, passing));
}

static void take_back(struct verdict *verdict)
{
    verdict->alternative_count = verdict->pair_count = verdict->sweep_count = 0;
    verdict->confidence = 0;
}

// From the reproduced failure to a proved cause. False if the verdict is made.
static bool find_cause(struct experiment *experiment, struct cause *cause, struct verdict *verdict)
{
    static const char *const no_cause =
        "A variant without the failure was found, but no cause fits all trials: the factors act against each other, or "
        "the target changes.";
    struct variant passing;
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        const char *gap = "";
        bool found = round && experiment_known(experiment, &passing) == OBSERVED_NO_SIGNATURE;
        if (!found && !search_passing(experiment, &passing)) {
            if (!conclude_early(experiment, verdict,
                                "the failure was reproduced, and no variant without it was found yet"))
                conclude_without_passing(experiment, verdict);
            return false;
        }
        enum narrowing narrowing = narrow(experiment, &passing, cause);
        if (conclude_early(experiment, verdict,
                           "a variant without the failure was found, but which change makes the difference is open"))
            return false;
        if (narrowing == NARROWED_TO_NONE && look_again(experiment, &passing))
            continue;
        if (conclude_early(experiment, verdict, "whether any change makes a difference is open"))
            return false;
        if (narrowing == NARROWED_TO_CHANCE) {
            conclude(verdict, VERDICT_INCONCLUSIVE, "%s",
                     "The same variants fail and pass with nothing changed, and nothing that was varied makes the "
                     "difference.");
            return false;
        }
        if (narrowing != NARROWED) {
            conclude(verdict, VERDICT_INCONCLUSIVE, "%s", no_cause);
            return false;
        }
        enum proof proof = prove(experiment, cause, verdict, &gap);
        if (conclude_early(experiment, verdict, "a cause was narrowed down, but not proved by repetition")) {
            take_back(verdict);
            return false;
        }
        if (proof == PROVED)
            return true;
        if (proof == NOT_PROVED) {
            conclude(verdict, VERDICT_INCONCLUSIVE, "A cause was narrowed down, but %s.", gap);
            return false;
        }
    }
    conclude(verdict, VERDICT_INCONCLUSIVE, "%s", no_cause);
    return false;
}

static void examine(struct experiment *experiment, struct verdict *verdict)
{
    struct cause cause = {0};
    if (!reproduce(experiment, verdict) || !find_cause(experiment, &cause, verdict)) {
        if (verdict->kind != VERDICT_NOT_CLIENT_SIDE)
            verdict->confidence = 0;
        find_factors(experiment, NULL, verdict);
        return;
    }
    sweep(experiment, &cause, verdict);
    const struct trial *odd = unexplained(experiment, &cause, verdict);
    if (experiment->changed[0] || odd) {
        take_back(verdict);
        if (!conclude_early(experiment, verdict, ""))
            conclude(verdict, VERDICT_INCONCLUSIVE,
                     "A cause was narrowed down, but it does not explain trial %llu, so it is not the whole cause.",
                     (unsigned long long)odd->number);
        find_factors(experiment, NULL, verdict);
        return;
    }
    if (!still_sure(experiment, &cause)) {
        take_back(verdict);
        conclude(verdict, VERDICT_INCONCLUSIVE, "%s",
                 "A cause was narrowed down, but trials that were run after its proof make it doubtful.");
        find_factors(experiment, NULL, verdict);
        return;
    }
    verdict->kind = VERDICT_ISOLATED;
    find_factors(experiment, &cause, verdict);
    conclude_isolated(experiment, &cause, verdict);
    if (experiment->stopped && !experiment_offline(experiment)) {
        char names[200];
        conclude(verdict, VERDICT_STOPPED,
                 "No further trial was allowed after %u; it was proved by then that %s triggers the failure, but not "
                 "every other level was tried.",
                 experiment->count, cause_text(verdict, names, sizeof names));
    }
}

// How many of the first trials searched, and did not only repeat what had given a result before.
static unsigned search_trials(const struct experiment *experiment, unsigned count)
{
    unsigned searching = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct trial *trial = experiment->trials[i];
        bool again = false;
        for (unsigned k = 0; k < i && !again; k++)
            again = variant_equal(&experiment->trials[k]->variant, &trial->variant) &&
                    experiment->trials[k]->until >= trial->until &&
                    experiment_observe(experiment, experiment->trials[k]) != OBSERVED_UNRESOLVED;
        searching += !again;
    }
    return searching;
}

void isolate(const struct isolation *isolation, struct verdict *verdict)
{
    struct experiment experiment;
    *verdict = (struct verdict){.kind = VERDICT_INCONCLUSIVE};
    experiment_init(&experiment, isolation);
    examine(&experiment, verdict);
    verdict->has_signature = experiment.has_signature;
    verdict->signature = experiment.signature;
    verdict->failure_phase = experiment.failure_phase;
    verdict->baseline = isolation->baseline;
    verdict->trials = experiment.count;
    bool concluded = verdict->kind == VERDICT_ISOLATED || verdict->kind == VERDICT_NOT_CLIENT_SIDE;
    verdict->search =
        search_trials(&experiment, concluded && experiment.search_end ? experiment.search_end : experiment.count);
    verdict->confirming = verdict->trials - verdict->search;
    tell_way(&experiment, verdict);
    make_wishes(&experiment, verdict);
    for (unsigned i = 0; i < experiment.count; i++) {
        verdict->surveys += experiment.trials[i]->until < PHASE_ACTIVE;
        verdict->logons += experiment.trials[i]->logons;
    }
    experiment_clear(&experiment);
}
