// SPDX-License-Identifier: Apache-2.0
// The experiment from its first trial to its verdict: reproduce, survey and search, narrow down, prove, sweep.
#include "analysis/isolation.h"

#include <stdio.h>
#include <string.h>

#include "analysis/conclusion.h"
#include "analysis/finding.h"
#include "analysis/further.h"
#include "analysis/levels.h"
#include "analysis/narrowing.h"
#include "analysis/proof.h"
#include "analysis/rdp_space.h"
#include "analysis/replay.h"
#include "analysis/reproduction.h"
#include "analysis/search.h"
#include "analysis/session_proof.h"
#include "analysis/suggested_trial.h"
#include "analysis/sweep.h"
#include "analysis/world.h"
#include "trial/append.h"

enum {
    ROUNDS_MAX = 32, // of narrowing and proving
    PASSES_MAX = 5   // a pass seen so often is none by accident
};

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

// Lists the factors that were left out though they might decide the failure. False if there are none.
static bool withheld_factors(const struct experiment *experiment, char *text, size_t size)
{
    text[0] = '\0';
    for (int f = 0; f < FACTOR_COUNT; f++) {
        size_t used = strlen(text);
        if ((experiment->isolation->withheld >> f & 1) && !experiment_exclusion(experiment, (enum factor)f))
            snprintf(text + used, size - used, "%s%s", used ? " or " : "", factor_row((enum factor)f)->name);
    }
    return text[0];
}

// Lists the factors that might decide the failure and for which nothing was given. False if there are none.
static bool lacking_factors(const struct experiment *experiment, char *text, size_t size)
{
    const struct isolation *isolation = experiment->isolation;
    text[0] = '\0';
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_row *row = factor_row((enum factor)f);
        bool lacks = f < FACTOR_CORE_END || row->operand || !row->rare; // else nobody asked for its levels
        if (lacks && isolation->untestable[f] && !(isolation->withheld >> f & 1) &&
            !experiment_exclusion(experiment, (enum factor)f))
            text_append(text, size, "%s%s", text[0] ? ", " : "", factor_row((enum factor)f)->name);
    }
    return text[0];
}

// Whether a level of the factor can be had that the target sees as another one.
static bool differs(const struct experiment *experiment, enum factor factor)
{
    unsigned char levels[LEVELS_MAX];
    unsigned count = experiment_levels(experiment, factor, levels);
    bool different = false;
    for (unsigned i = 0; i < count; i++)
        different = different || !experiment_equivalent(experiment, factor, levels[i]);
    return different;
}

// How many variants were seen with the failure.
static unsigned failing_variants(const struct experiment *experiment)
{
    unsigned variants = 0;
    for (unsigned i = 0; i < experiment->count; i++) {
        bool again = experiment_observe(experiment, experiment->trials[i]) != OBSERVED_SIGNATURE;
        for (unsigned k = 0; k < i && !again; k++)
            again = variant_equal(&experiment->trials[k]->variant, &experiment->trials[i]->variant);
        variants += !again;
    }
    return variants;
}

// Nothing passed: is it the server, or was too little tried?
static void conclude_without_passing(struct experiment *experiment, struct verdict *verdict)
{
    char gap[200], flipped[300] = "", withheld[300], lacking[200];
    unsigned varied = 0, possible = 0;
    if (search_gap(experiment, gap, sizeof gap)) {
        conclude(verdict, VERDICT_INCONCLUSIVE, "No variant was free of the failure, but %s.", gap);
        return;
    }
    const char *untried =
        experiment->failure_phase >= experiment->isolation->untried_phase ? experiment->isolation->untried : NULL;
    bool left = withheld_factors(experiment, withheld, sizeof withheld);
    if (left || untried) {
        experiment->only_withheld = true;
        conclude(verdict, VERDICT_INCONCLUSIVE, "No variant was free of the failure, but %s%s%s%s.",
                 untried ? untried : "", untried && left ? ", and " : "", withheld,
                 left ? ", which may decide it, was not varied" : "");
        return;
    }
    lacking_factors(experiment, lacking, sizeof lacking);
    for (int f = 0; f < FACTOR_COUNT; f++) {
        possible += experiment_varies(experiment, (enum factor)f);
        if (differs(experiment, (enum factor)f))
            text_append(flipped, sizeof flipped, "%s%s", varied++ ? ", " : "", factor_row((enum factor)f)->name);
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
                 "levels of two factors; none of them decides it.%s%s%s",
                 failing_variants(experiment), flipped,
                 lacking[0] ? " Not tried, since nothing was given for it: " : "", lacking, lacking[0] ? "." : "");
    else if (possible)
        conclude(verdict, VERDICT_INCONCLUSIVE, "No factor could be varied: no other level of any can be used.");
    else
        conclude(verdict, VERDICT_NOT_CLIENT_SIDE,
                 "The failure in the %s phase comes before any factor that was to be varied can matter.",
                 phase_name(experiment->failure_phase));
    add_accidents(experiment, verdict);
}

// Failures that the cause does not explain are told in the same breath.
static void add_further(const struct experiment *experiment, struct verdict *verdict)
{
    char with[VARIANT_TEXT_MAX];
    if (!verdict->further_count)
        return;
    const struct trial *trial = experiment_numbered(experiment, verdict->further[0]);
    text_append(verdict->reason, sizeof verdict->reason,
                " That is not the whole cause: %u further variant%s too without it, first trial %llu (%s).",
                verdict->further_count, verdict->further_count == 1 ? " fails" : "s fail",
                (unsigned long long)trial->number, variant_text(&trial->variant, with, sizeof with));
}

static void conclude_isolated(const struct experiment *experiment, const struct cause *cause, struct verdict *verdict)
{
    char names[200], signature[96], open[160] = "";
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (!names_factor(cause, (enum factor)f) && verdict->factors[f].finding == FINDING_UNDECIDED)
            text_append(open, sizeof open, "%s%s", open[0] ? ", " : "; whether it also takes ",
                        factor_row((enum factor)f)->name);
    }
    cause_text(verdict, names, sizeof names);
    conclude(verdict, VERDICT_ISOLATED, "%s triggers %s%s%s.", names,
             signature_words(&experiment->signature, experiment->reference ? &experiment->reference->outcome : NULL,
                             signature, sizeof signature),
             open, open[0] ? " is undecided" : "");
    add_further(experiment, verdict);
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

// Whether the proof is one of sessions. If not, the verdict is made, unless *again is set: what was to pass fails after
// all, or *passing is now a variant that does not end in another failure.
static bool has_sessions(struct experiment *experiment, struct variant *passing, bool *again, struct verdict *verdict)
{
    char text[300];
    const unsigned before = experiment->count;
    const struct variant ended = *passing;
    const enum session_proof sessions = sessions_prove(experiment, verdict, text, sizeof text);
    *again = false;
    if (sessions == SESSIONS_PROVED)
        return true;
    take_back(verdict);
    bool other = sessions == SESSIONS_OTHERWISE && !experiment_over(experiment) &&
                 search_passing(experiment, passing) && !ends_otherwise(experiment, passing);
    // Only what is new leads elsewhere.
    *again = !experiment_over(experiment) && (sessions == SESSIONS_FAILED || other) &&
             (experiment->count > before || !variant_equal(&ended, passing));
    if (*again)
        return false;
    if (!conclude_early(experiment, verdict, "a cause was narrowed down, but no session was seen without the failure"))
        conclude(verdict, VERDICT_INCONCLUSIVE, "A cause was narrowed down, but %s.", text);
    return false;
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
            verdict->world = WORLD_CHANCE;
            conclude(verdict, VERDICT_INCONCLUSIVE, "%s",
                     "The same variants fail and pass with nothing changed, and nothing that was varied makes the "
                     "difference: several machines may answer behind one address, or the target is not stable.");
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
        if (proof == PROVED) {
            bool again, proved = has_sessions(experiment, &passing, &again, verdict);
            if (again)
                continue;
            return proved;
        }
        if (proof == NOT_PROVED) {
            conclude(verdict, VERDICT_INCONCLUSIVE, "A cause was narrowed down, but %s.", gap);
            return false;
        }
    }
    conclude(verdict, VERDICT_INCONCLUSIVE, "%s", no_cause);
    return false;
}

// Whether what was reproduced is no failure of the target; the verdict is then made.
static bool is_healthy(const struct experiment *experiment, struct verdict *verdict)
{
    const char *sentence = experiment->rules->healthy(experiment);
    if (sentence)
        conclude(verdict, VERDICT_INCONCLUSIVE, "%s", sentence);
    return sentence;
}

// other: room for the experiment's terms if it starts from another baseline.
static void examine(struct experiment *experiment, struct isolation *other, struct verdict *verdict)
{
    struct cause cause = {0};
    struct variant failing;
    bool restart = false, reproduced = reproduce(experiment, &failing, &restart, verdict);
    if (restart) {
        experiment_rebase(experiment, other, &failing);
        reproduced = reproduce(experiment, &failing, &restart, verdict);
    }
    reproduced = reproduced && !world_is_the_deadline(experiment, verdict) && !is_healthy(experiment, verdict);
    if (!reproduced || !find_cause(experiment, &cause, verdict)) {
        world_explains(experiment, verdict);
        if (verdict->kind != VERDICT_NOT_CLIENT_SIDE)
            verdict->confidence = 0;
        find_factors(experiment, NULL, verdict);
        return;
    }
    sweep(experiment, &cause, verdict);
    repeat_further(experiment, &cause, verdict);
    bool stands = withstands_further(experiment, &cause, verdict);
    if (experiment->replay)
        replay_rest(experiment);
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
    if (!stands || !still_sure(experiment, &cause)) {
        take_back(verdict);
        conclude(verdict, VERDICT_INCONCLUSIVE, "%s",
                 "A cause was narrowed down, but trials that were run after its proof make it doubtful.");
        find_factors(experiment, NULL, verdict);
        return;
    }
    verdict->kind = VERDICT_ISOLATED;
    note_further(experiment, &cause, verdict);
    find_factors(experiment, &cause, verdict);
    conclude_isolated(experiment, &cause, verdict);
    if (experiment->stopped && !experiment_offline(experiment) && (!experiment->replay || experiment->replay->as_run)) {
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

// What a whole trial did not come to: a session, or the proof of one that was asked for.
static const char *not_reached(enum phase until)
{
    return until >= PHASE_GRAPHICS ? "was painted" : until >= PHASE_LOGON ? "reached a logon" : "was active";
}

// Where no way led to a session, that is the first thing to know.
static void add_nothing_connected(const struct experiment *experiment, struct verdict *verdict)
{
    unsigned whole = 0;
    enum phase until = PHASE_ACTIVE;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->until < PHASE_ACTIVE)
            continue;
        if (trial->outcome.result == RESULT_CONNECTED)
            return;
        until = trial->until > until ? trial->until : until;
        whole++;
    }
    if (verdict->kind == VERDICT_INCONCLUSIVE && experiment->reference && whole)
        text_append(verdict->reason, sizeof verdict->reason, " Nothing connected: none of %u whole trials %s.", whole,
                    not_reached(until));
}

static void carry_out(const struct isolation *isolation, struct replay *replay, struct verdict *verdict)
{
    struct experiment experiment;
    struct isolation other;
    *verdict = (struct verdict){.kind = VERDICT_INCONCLUSIVE};
    experiment_init(&experiment, isolation);
    experiment.replay = replay;
    examine(&experiment, &other, verdict);
    add_nothing_connected(&experiment, verdict);
    verdict->has_signature = experiment.has_signature;
    verdict->signature = experiment.signature;
    verdict->failure_phase = experiment.failure_phase;
    verdict->baseline = experiment.isolation->baseline;
    verdict->rebased = experiment.rebased;
    if (experiment.rebased && verdict->kind != VERDICT_NOT_REPRODUCED) {
        char text[128];
        text_append(verdict->reason, sizeof verdict->reason, " The baseline given connects (%s).",
                    variant_text(&isolation->baseline, text, sizeof text));
    }
    verdict_count(verdict, experiment.trials, experiment.count);
    bool concluded = verdict->kind == VERDICT_ISOLATED || verdict->kind == VERDICT_NOT_CLIENT_SIDE;
    verdict->search =
        search_trials(&experiment, concluded && experiment.search_end ? experiment.search_end : experiment.count);
    verdict->confirming = verdict->trials - verdict->search;
    experiment.rules->tell(&experiment, verdict);
    suggest_trials(&experiment, verdict);
    experiment_clear(&experiment);
}

// The trials on record as if they were run now. False if that does not lead to a cause.
static bool replayed(const struct isolation *isolation, struct verdict *verdict)
{
    size_t skipped = isolation->recorded_count > TRIALS_MAX ? isolation->recorded_count - TRIALS_MAX : 0;
    struct replay replay = {.trials = isolation->recorded + skipped, .count = isolation->recorded_count - skipped};
    struct isolation again = *isolation;
    again.recorded = NULL;
    again.recorded_count = 0;
    again.run = replay_run;
    again.context = &replay;
    again.max_trials = TRIALS_MAX;
    carry_out(&again, &replay, verdict);
    return verdict->kind == VERDICT_ISOLATED;
}

void isolate(const struct isolation *isolation, struct verdict *verdict)
{
    struct isolation terms = *isolation;
    terms.factors = isolation->factors ? isolation->factors : rdp_space();
    // What an experiment of this program measured is best read in its order; anything else all at once.
    if (terms.run || !terms.recorded_count || !replayed(&terms, verdict))
        carry_out(&terms, NULL, verdict);
}

void isolate_again(const struct isolation *terms, struct replay *replay, struct verdict *verdict)
{
    struct isolation again = *terms;
    again.factors = terms->factors ? terms->factors : rdp_space();
    again.run = replay_next;
    again.rest = replay_pause;
    again.context = replay;
    carry_out(&again, replay, verdict);
}
