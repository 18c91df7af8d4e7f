// SPDX-License-Identifier: Apache-2.0
// The experiment from its first trial to its verdict: reproduce, survey and search, narrow down, prove, sweep.
#include "analysis/isolation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/experiment.h"
#include "trial/effect.h"

enum {
    BASELINES_MIN = 2, // the failure must be seen so often
    BASELINES_MAX = 3, // tried so often before it counts as not reproduced
    PRIMERS_MAX = 1    // trials to be issued a licence, where the baseline is to present one
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
    if (experiment->stopped)
        conclude(verdict, VERDICT_STOPPED, "No further trial was allowed after %u; %s.", experiment->count, known);
    else if (experiment->contradiction[0])
        conclude(verdict, VERDICT_INCONCLUSIVE,
                 "The outcome changed with nothing changed: trials %llu and %llu had the same variant, and only one of "
                 "them showed the failure; the target or the network is not stable enough to name a cause.",
                 (unsigned long long)experiment->contradiction[0]->number,
                 (unsigned long long)experiment->contradiction[1]->number);
    else if (experiment->exhausted)
        conclude(verdict, VERDICT_INCONCLUSIVE, "The budget of %u trials is used up; %s.", experiment->budget, known);
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
        if (variant_possible(&far, NULL))
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

// Sees the failure twice. False if the verdict is made.
static bool reproduce(struct experiment *experiment, struct verdict *verdict)
{
    const struct variant *baseline = &experiment->isolation->baseline;
    const struct trial *other = NULL; // the last baseline trial without the failure
    unsigned failures = 0, runs = 0, primers = 0;

    while (failures < BASELINES_MIN && runs < BASELINES_MAX) {
        enum factor which = FACTOR_COUNT;
        const struct trial *trial = experiment_run(experiment, baseline, PHASE_ACTIVE);
        if (conclude_early(experiment, verdict, "the baseline was not seen to fail twice"))
            return false;
        if (!had_variant(experiment, trial, &which)) {
            if (which == FACTOR_LICENSE && baseline->level[FACTOR_LICENSE] == LICENSE_REUSE && primers < PRIMERS_MAX) {
                primers++;
                prime(experiment);
                continue;
            }
            char seen[128];
            conclude(verdict, VERDICT_INCONCLUSIVE,
                     "The baseline's %s=%s was not in effect (trial %llu ended with %s), so its failure cannot be "
                     "studied.",
                     factor_row(which)->name, level_name(which, baseline->level[which]),
                     (unsigned long long)trial->number, outcome_clause(trial, seen, sizeof seen));
            return false;
        }
        runs++;
        if (is_failure(experiment, trial)) {
            failures++;
            if (!experiment->reference)
                set_reference(experiment, trial);
            else if (trial->outcome.phase > experiment->failure_phase)
                experiment->failure_phase = trial->outcome.phase;
        } else {
            other = trial;
        }
    }
    if (!failures) {
        not_reproduced(experiment, other, verdict, runs);
        return false;
    }
    if (other && (failures < BASELINES_MIN || experiment_observe(experiment, other) == OBSERVED_NO_SIGNATURE)) {
        char first[128], second[128];
        conclude(verdict, VERDICT_INCONCLUSIVE,
                 "The outcome changed with nothing changed: the baseline ended with %s (trial %llu) and with %s (trial "
                 "%llu).",
                 outcome_clause(experiment->reference, first, sizeof first),
                 (unsigned long long)experiment->reference->number, outcome_clause(other, second, sizeof second),
                 (unsigned long long)other->number);
        return false;
    }
    return true;
}

// Nothing passed: is it the server, or was too little tried?
static void conclude_without_passing(const struct experiment *experiment, struct verdict *verdict)
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
    if (varied)
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

static void examine(struct experiment *experiment, struct verdict *verdict)
{
    struct variant passing;
    struct cause cause = {0};
    const char *gap;

    if (!reproduce(experiment, verdict))
        goto findings;
    if (!search_passing(experiment, &passing)) {
        if (!conclude_early(experiment, verdict, "the failure was reproduced, and no variant without it was found yet"))
            conclude_without_passing(experiment, verdict);
        goto findings;
    }
    bool narrowed = narrow(experiment, &passing, &cause);
    if (conclude_early(experiment, verdict,
                       "a variant without the failure was found, but which change makes the difference is open"))
        goto findings;
    if (!narrowed) {
        conclude(verdict, VERDICT_INCONCLUSIVE,
                 "A variant without the failure was found, but no cause fits all trials: the factors act against each "
                 "other, or the target changes.");
        goto findings;
    }
    bool proved = prove(experiment, &cause, verdict, &gap);
    if (conclude_early(experiment, verdict, "a cause was narrowed down, but not proved by repetition"))
        goto findings;
    if (!proved) {
        conclude(verdict, VERDICT_INCONCLUSIVE, "A cause was narrowed down, but %s.", gap);
        goto findings;
    }
    sweep(experiment, &cause, verdict);
    const struct trial *odd = unexplained(experiment, &cause, verdict);
    if (experiment->contradiction[0] || odd) {
        verdict->alternative_count = verdict->pair_count = verdict->sweep_count = 0;
        if (!conclude_early(experiment, verdict, ""))
            conclude(verdict, VERDICT_INCONCLUSIVE,
                     "A cause was narrowed down, but it does not explain trial %llu, so it is not the whole cause.",
                     (unsigned long long)odd->number);
        goto findings;
    }
    verdict->kind = VERDICT_ISOLATED;
    find_factors(experiment, &cause, verdict);
    conclude_isolated(experiment, &cause, verdict);
    if (experiment->stopped) {
        char names[200];
        conclude(verdict, VERDICT_STOPPED,
                 "No further trial was allowed after %u; it was proved by then that %s triggers the failure, but not "
                 "every other level was tried.",
                 experiment->count, cause_text(verdict, names, sizeof names));
    }
    return;

findings:
    find_factors(experiment, NULL, verdict);
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
    verdict->trials = experiment.count;
    for (unsigned i = 0; i < experiment.count; i++) {
        verdict->surveys += experiment.trials[i]->until < PHASE_ACTIVE;
        verdict->logons += experiment.trials[i]->logons;
    }
}
