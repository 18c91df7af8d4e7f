// SPDX-License-Identifier: Apache-2.0
// The evidence of a run: what its trials show one by one, together, and what the verdict says.
#include "analysis/cause_evidence.h"

#include <string.h>

#include "analysis/rdp_observation.h"

struct run_of_trials {
    const struct verdict *verdict;
    const struct trial *const *trials;
    size_t count;
    struct shown *shown;
};

static void rest_on(struct shown *shown, uint64_t trial)
{
    for (unsigned i = 0; i < shown->trial_count; i++) {
        if (shown->trials[i] == trial)
            return;
    }
    if (trial && shown->trial_count < SHOWN_TRIALS_MAX)
        shown->trials[shown->trial_count++] = trial;
}

// Facts are named only where a trial that shows the evidence has them.
static void name_fact(struct shown *shown, enum fact fact, const struct trial *trial)
{
    for (unsigned i = 0; i < shown->fact_count; i++) {
        if (shown->facts[i] == fact)
            return;
    }
    if (fact_get(trial->facts, fact) && shown->fact_count < SHOWN_FACTS_MAX)
        shown->facts[shown->fact_count++] = fact;
}

static void show(struct shown *shown, const struct trial *trial, const enum fact *facts, unsigned fact_count)
{
    shown->is = true;
    rest_on(shown, trial->number);
    for (unsigned i = 0; i < fact_count; i++)
        name_fact(shown, facts[i], trial);
}

static enum observation observed(const struct run_of_trials *run, const struct trial *trial)
{
    return observe(trial, &run->verdict->signature, run->verdict->failure_phase);
}

static bool fails(const struct run_of_trials *run, const struct trial *trial)
{
    return observed(run, trial) == OBSERVED_SIGNATURE;
}

static void read_sign(const struct run_of_trials *run, const struct sign *sign)
{
    struct shown found = {.is = false};
    bool all = true;
    for (size_t i = 0; i < run->count; i++) {
        const struct trial *trial = run->trials[i];
        bool asked =
            sign->scope == EVERY_TRIAL_WITH ? fact_get(trial->facts, sign->facts[0]) != NULL : fails(run, trial);
        if (!asked)
            continue;
        if (sign->holds(trial))
            show(&found, trial, sign->facts, sign->fact_count);
        else
            all = false;
    }
    if (found.is && (all || sign->scope == SOME_FAILURE))
        run->shown[sign->evidence] = found;
}

// ---- what trials show together ----

static void read_variation(const struct run_of_trials *run)
{
    struct shown *shown = &run->shown[EVIDENCE_VARIES];
    for (size_t i = 0; i < run->count; i++) {
        for (size_t k = 0; fails(run, run->trials[i]) && k < run->count; k++) {
            const struct trial *passing = run->trials[k];
            if (passing->until < PHASE_ACTIVE || !variant_equal(&passing->variant, &run->trials[i]->variant) ||
                observed(run, passing) != OBSERVED_NO_SIGNATURE)
                continue;
            show(shown, run->trials[i], NULL, 0);
            show(shown, passing, NULL, 0);
        }
    }
}

static void read_account(const struct run_of_trials *run)
{
    static const enum fact facts[] = {FACT_CREDENTIALS};
    for (size_t i = 0; i < run->count; i++) {
        const struct trial *trial = run->trials[i];
        if (trial->outcome.result == RESULT_CONNECTED && trial->until >= PHASE_ACTIVE && trial->logons > 0 &&
            strcmp(fact_text(trial->facts, FACT_CREDENTIALS, ""), "verified") == 0)
            show(&run->shown[EVIDENCE_ACCOUNT_WORKS], trial, facts, 1);
    }
}

// The one certificate that a level of address led to; NULL where it led to none, or to several.
static const char *certificate_of(const struct run_of_trials *run, unsigned level)
{
    const char *one = NULL;
    for (size_t i = 0; i < run->count; i++) {
        const struct trial *trial = run->trials[i];
        const char *seen = fact_text(trial->facts, FACT_CERTIFICATE_SHA256, NULL);
        if (trial->variant.level[FACTOR_ADDRESS] != level || !seen)
            continue;
        if (one && strcmp(one, seen) != 0)
            return NULL;
        one = seen;
    }
    return one;
}

static void read_hosts(const struct run_of_trials *run)
{
    static const enum fact facts[] = {FACT_CERTIFICATE_SHA256, FACT_ADDRESS_USED};
    const char *first = NULL;
    unsigned levels = 0;
    bool differ = false;
    for (unsigned level = 0; level < factor_levels(FACTOR_ADDRESS); level++) {
        const char *one = certificate_of(run, level);
        if (!one)
            continue;
        differ = differ || (first && strcmp(first, one) != 0);
        first = first ? first : one;
        levels++;
    }
    if (levels < 2)
        return;
    for (size_t i = 0; i < run->count; i++) {
        const struct trial *trial = run->trials[i];
        if (certificate_of(run, trial->variant.level[FACTOR_ADDRESS]) &&
            fact_get(trial->facts, FACT_CERTIFICATE_SHA256))
            show(&run->shown[differ ? EVIDENCE_DIFFERENT_HOSTS : EVIDENCE_SAME_HOST], trial, facts, 2);
    }
}

// ---- what the verdict says ----

static bool is_condition(const struct verdict *verdict, enum factor factor, unsigned levels)
{
    for (unsigned k = 0; k < verdict->alternative_count; k++) {
        for (unsigned i = 0; i < verdict->alternatives[k].count; i++) {
            const struct condition *condition = &verdict->alternatives[k].conditions[i];
            if (condition->factor == factor && (levels >> condition->level & 1))
                return true;
        }
    }
    return false;
}

static void rest_on_pairs(struct shown *shown, const struct verdict *verdict, const enum factor *factor)
{
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        if (factor && verdict->pairs[i].factor != *factor)
            continue;
        shown->is = true;
        rest_on(shown, verdict->pairs[i].failing);
        rest_on(shown, verdict->pairs[i].passing);
    }
}

// A factor is a cause only with its minimal pair.
static void read_cause(const struct run_of_trials *run, enum cause_evidence evidence, enum factor factor)
{
    enum { STORED = 1 << LICENSE_KEEP | 1 << LICENSE_REUSE | 1 << LICENSE_CORRUPT };
    const struct verdict *verdict = run->verdict;
    if (evidence == EVIDENCE_CAUSE_STORED_LICENSE && !is_condition(verdict, FACTOR_LICENSE, STORED))
        return;
    // That an intact licence decides says nothing of a damaged one.
    if (evidence == EVIDENCE_CAUSE_CORRUPT_LICENSE && !is_condition(verdict, FACTOR_LICENSE, 1 << LICENSE_CORRUPT))
        return;
    if (verdict->factors[factor].finding == FINDING_CAUSE)
        rest_on_pairs(&run->shown[evidence], verdict, &factor);
}

// The trials that failed with another level than the baseline's.
static void read_innocence(const struct run_of_trials *run, enum cause_evidence evidence, enum factor factor)
{
    const struct verdict *verdict = run->verdict;
    for (size_t i = 0; i < run->count && verdict->factors[factor].finding == FINDING_INNOCENT; i++) {
        if (run->trials[i]->variant.level[factor] != verdict->baseline.level[factor] && fails(run, run->trials[i]))
            show(&run->shown[evidence], run->trials[i], NULL, 0);
    }
}

static void read_factors(const struct run_of_trials *run)
{
    for (int e = EVIDENCE_CAUSE_SECURITY; e < EVIDENCE_COUNT; e++) {
        enum cause_evidence evidence = (enum cause_evidence)e;
        enum factor factor;
        if (!factor_from_name(evidence_row(evidence)->factor, &factor))
            continue;
        if (evidence < EVIDENCE_INNOCENT_TLS)
            read_cause(run, evidence, factor);
        else
            read_innocence(run, evidence, factor);
    }
    rest_on_pairs(&run->shown[EVIDENCE_ACCEPTS_MEANWHILE], run->verdict, NULL);
}

void gather_evidence(const struct verdict *verdict, const struct trial *const *trials, size_t count,
                     struct shown shown[EVIDENCE_COUNT])
{
    const struct run_of_trials run = {verdict, trials, count, shown};
    bool failed = false;
    memset(shown, 0, EVIDENCE_COUNT * sizeof *shown);
    for (size_t i = 0; i < count && verdict->has_signature; i++)
        failed = failed || fails(&run, trials[i]);
    if (!failed)
        return;
    for (size_t i = 0; sign_at(i); i++)
        read_sign(&run, sign_at(i));
    read_variation(&run);
    read_account(&run);
    read_hosts(&run);
    read_factors(&run);
}
