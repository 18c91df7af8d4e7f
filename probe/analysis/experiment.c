// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiment.h"

#include <string.h>

#include "trial/effect.h"
#include "trial/fact.h"

// Names of licensing messages as the facts list them ([MS-RDPBCGR] 2.2.1.12, [MS-RDPELE] 2.2.2).
static bool presented(const struct trial *trial)
{
    return fact_has(trial->facts, FACT_LICENSING_MESSAGES, "LICENSE_INFO");
}

static bool requested(const struct trial *trial)
{
    return fact_has(trial->facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE_REQUEST");
}

static bool beyond(const struct trial *trial, enum phase phase)
{
    return trial->outcome.result == RESULT_CONNECTED ? trial->until > phase : trial->outcome.phase > phase;
}

// A licence that this run was issued, whole or damaged.
static bool needs_issued(enum factor factor, unsigned level)
{
    return factor == FACTOR_LICENSE && level != LICENSE_KEEP && level != LICENSE_CLEAR;
}

void experiment_init(struct experiment *experiment, const struct isolation *isolation)
{
    *experiment = (struct experiment){.isolation = isolation};
    experiment->space = isolation->factors ? isolation->factors : wire_factors();
    experiment->budget = isolation->max_trials ? isolation->max_trials : TRIALS_DEFAULT;
    if (experiment->budget > TRIALS_MAX)
        experiment->budget = TRIALS_MAX;
    experiment->confirmations = isolation->confirmations ? isolation->confirmations : CONFIRMATIONS_DEFAULT;
    experiment->has_signature = isolation->signature_given;
    experiment->signature = isolation->signature;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        experiment->levels[f][isolation->baseline.level[f]].usability = LEVEL_USABLE;
        // What comes after the TLS handshake asks nothing of the target before the logon.
        for (unsigned level = 0; level < LEVELS_MAX; level++) {
            if (!experiment->space->wire || (factor_phase((enum factor)f) > PHASE_TLS && !needs_issued(f, level)))
                experiment->levels[f][level].usability = LEVEL_USABLE;
        }
    }
    size_t skipped = isolation->recorded_count > TRIALS_MAX ? isolation->recorded_count - TRIALS_MAX : 0;
    for (size_t i = skipped; i < isolation->recorded_count; i++)
        experiment->trials[experiment->count++] = isolation->recorded[i];
    experiment->recorded = experiment->count;
}

void experiment_clear(struct experiment *experiment)
{
    belief_clear(&experiment->belief);
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

// What of the budget is used up, or NULL.
static const char *spent(const struct experiment *experiment)
{
    const struct isolation *isolation = experiment->isolation;
    unsigned logons = 0;
    double ms = 0;
    for (unsigned i = experiment->recorded; i < experiment->count; i++) {
        logons += experiment->trials[i]->logons;
        ms += experiment->trials[i]->ms;
    }
    if (experiment->count - experiment->recorded >= experiment->budget || experiment->count == TRIALS_MAX)
        return "trials";
    if (isolation->max_logons && logons >= isolation->max_logons)
        return "logons";
    return isolation->max_ms > 0 && ms >= isolation->max_ms ? "seconds" : NULL;
}

// Before a logon a trial costs none.
static bool affordable(const struct experiment *experiment, const char *spent_what, const struct variant *variant,
                       enum phase until)
{
    bool logs_on = until >= PHASE_NLA ||
                   (experiment->space->wire && variant->level[FACTOR_GATEWAY] != GATEWAY_OFF); // at the gateway
    return !spent_what || (spent_what[0] == 'l' && !logs_on);
}

void experiment_add(struct experiment *experiment, const struct trial *trial)
{
    experiment->trials[experiment->count++] = trial;
    if (!experiment->reference)
        return;
    if (experiment_observe(experiment, trial) == OBSERVED_SIGNATURE && trial->outcome.phase > experiment->failure_phase)
        experiment->failure_phase = trial->outcome.phase;
    note_change(experiment, trial);
}

const struct trial *experiment_run(struct experiment *experiment, const struct variant *variant, enum phase until)
{
    if (experiment_over(experiment))
        return NULL;
    const char *what = spent(experiment);
    const struct trial *trial = NULL;
    if (!affordable(experiment, what, variant, until))
        experiment->exhausted = what;
    else if (experiment->isolation->run)
        trial = experiment->isolation->run(experiment->isolation->context, variant, until);
    if (!trial) {
        experiment->stopped = !experiment->exhausted;
        experiment->has_wish = true;
        experiment->wish = *variant;
        experiment->wish_until = until;
        return NULL;
    }
    experiment_add(experiment, trial);
    return trial;
}

enum phase experiment_until(const struct experiment *experiment, const struct variant *variant)
{
    if (!experiment->space->wire)
        return PHASE_ACTIVE;
    if (variant->level[FACTOR_SECURITY] == SECURITY_RDP)
        return experiment->failure_phase <= PHASE_NEGOTIATE ? PHASE_NEGOTIATE : PHASE_ACTIVE;
    return experiment->failure_phase <= PHASE_TLS ? PHASE_TLS : PHASE_ACTIVE;
}

// Through a gateway the target's name is looked up there; only for an address it is looked up here before. Where that
// fails, as it does without the gateway, the trial says nothing of the gateway.
static bool address_not_found(const struct experiment *experiment, const struct trial *trial)
{
    return experiment->isolation->baseline.level[FACTOR_ADDRESS] == ADDRESS_NAME &&
           address_is_literal(trial->variant.level[FACTOR_ADDRESS]) &&
           trial->variant.level[FACTOR_GATEWAY] != GATEWAY_OFF && trial->outcome.family == FAMILY_DNS &&
           trial->outcome.side != SIDE_GATEWAY;
}

enum observation experiment_observe(const struct experiment *experiment, const struct trial *trial)
{
    if (experiment->space->wire && address_not_found(experiment, trial))
        return OBSERVED_UNRESOLVED;
    if (experiment->space->wire)
        return observe(trial, &experiment->signature, experiment->failure_phase);
    if (trial->outcome.result == RESULT_CONNECTED)
        return OBSERVED_NO_SIGNATURE;
    return signature_matches(&experiment->signature, &trial->outcome) ? OBSERVED_SIGNATURE : OBSERVED_UNRESOLVED;
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
    for (unsigned i = 0; i < experiment->count; i++) {
        if (experiment->trials[i]->number == number)
            return experiment->trials[i];
    }
    return NULL;
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

static const char *license_exclusion(const struct experiment *experiment)
{
    bool wanted = false, none_wanted = false, looked = false;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        wanted = wanted || presented(trial) || requested(trial);
        none_wanted = none_wanted || strcmp(fact_text(trial->facts, FACT_LICENSING_ROLE, ""), "valid-client") == 0;
        // A server that had sent or received any licensing message may have judged the licence.
        if (experiment_observe(experiment, trial) == OBSERVED_SIGNATURE &&
            (trial->outcome.phase > PHASE_LICENSING ||
             json_array_size(fact_get(trial->facts, FACT_LICENSING_MESSAGES)) > 0))
            looked = true;
    }
    if (none_wanted && !wanted)
        return "the server asks for no licence";
    bool failed = experiment->reference && experiment->reference->outcome.result == RESULT_FAILED;
    if (!looked && failed)
        return "the server decided before any licensing message";
    return NULL;
}

const char *experiment_exclusion(const struct experiment *experiment, enum factor factor)
{
    static const char *const earlier[FACTOR_COUNT] = {
        [FACTOR_SECURITY] = "the failure comes before the security protocol is negotiated",
        [FACTOR_TLS] = "the failure comes before the TLS handshake",
        [FACTOR_LICENSE] = "the failure comes before licensing"};
    if (!experiment->space->wire)
        return NULL;
    if (factor_phase(factor) > experiment->failure_phase)
        return earlier[factor] ? earlier[factor] : "the failure comes before it can matter";
    if (factor == FACTOR_TLS && experiment->isolation->baseline.level[FACTOR_SECURITY] == SECURITY_RDP)
        return "RDP security has no TLS handshake";
    return factor == FACTOR_LICENSE ? license_exclusion(experiment) : NULL;
}

bool experiment_allows(const struct experiment *experiment, enum factor factor, unsigned level)
{
    return level < experiment->space->levels(factor) && ((experiment->isolation->levels[factor] >> level & 1) ||
                                                         level == experiment->isolation->baseline.level[factor]);
}

bool experiment_varies(const struct experiment *experiment, enum factor factor)
{
    if (experiment->isolation->untestable[factor] || experiment_exclusion(experiment, factor))
        return false;
    for (unsigned level = 0; level < experiment->space->levels(factor); level++) {
        if (level != experiment->isolation->baseline.level[factor] && experiment_allows(experiment, factor, level))
            return true;
    }
    return false;
}

bool experiment_holds(const struct experiment *experiment, const struct variant *variant, enum factor factor)
{
    const struct variant *baseline = &experiment->isolation->baseline;
    if (experiment->space->wire && factor == FACTOR_TLS && variant->level[FACTOR_SECURITY] == SECURITY_RDP &&
        baseline->level[FACTOR_SECURITY] != SECURITY_RDP)
        return false;
    return variant->level[factor] == baseline->level[factor];
}

bool experiment_evades(const struct experiment *experiment, const struct variant *variant)
{
    return experiment->space->wire && experiment->failure_phase == PHASE_TLS &&
           variant->level[FACTOR_SECURITY] == SECURITY_RDP;
}

bool experiment_license_issued(const struct experiment *experiment)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (fact_has(trial->facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE") ||
            fact_has(trial->facts, FACT_LICENSING_MESSAGES, "UPGRADE_LICENSE") ||
            (requested(trial) && beyond(trial, PHASE_LICENSING)))
            return true;
    }
    return false;
}

static bool tls_twin(const struct experiment *experiment, unsigned level)
{
    const char *spoken = fact_text(experiment->reference->facts, FACT_TLS_VERSION, NULL);
    if (!spoken)
        return false;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        const char *other = fact_text(trial->facts, FACT_TLS_VERSION, NULL);
        if (other && trial->variant.level[FACTOR_TLS] == level)
            return strcmp(spoken, other) == 0;
    }
    return strcmp(spoken, level_name(FACTOR_TLS, level)) == 0;
}

static bool license_twin(const struct experiment *experiment, unsigned level)
{
    const struct trial *reference = experiment->reference;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->variant.level[FACTOR_LICENSE] == level && (presented(trial) || requested(trial)) &&
            factor_effect(FACTOR_LICENSE, trial) == EFFECT_YES)
            return presented(trial) == presented(reference);
    }
    return level == LICENSE_CLEAR ? !presented(reference) : level == LICENSE_REUSE && presented(reference);
}

bool experiment_twin(const struct experiment *experiment, enum factor factor, unsigned level)
{
    if (!experiment->space->wire)
        return false;
    switch (factor) {
    case FACTOR_TLS:
        return tls_twin(experiment, level);
    case FACTOR_LICENSE:
        return license_twin(experiment, level);
    default:
        return false;
    }
}

// The lower, the more a level differs from the baseline.
static unsigned likeness(const struct experiment *experiment, enum factor factor, unsigned level)
{
    if (experiment_twin(experiment, factor, level))
        return 2;
    // By address, the other family differs in the peer as well as in the presented name.
    return experiment->space->wire && factor == FACTOR_ADDRESS &&
           strcmp(fact_text(experiment->reference->facts, FACT_ADDRESS_FAMILY, ""), level_name(factor, level)) == 0;
}

unsigned experiment_levels(const struct experiment *experiment, enum factor factor, unsigned char levels[LEVELS_MAX])
{
    unsigned count = 0;
    if (!experiment_varies(experiment, factor))
        return 0;
    for (unsigned like = 0; like <= 2; like++) {
        for (unsigned level = 0; level < experiment->space->levels(factor); level++) {
            if (level == experiment->isolation->baseline.level[factor] ||
                !experiment_allows(experiment, factor, level) || likeness(experiment, factor, level) != like)
                continue;
            if (experiment->space->wire && needs_issued(factor, level)
                    ? experiment_license_issued(experiment)
                    : experiment->levels[factor][level].usability == LEVEL_USABLE)
                levels[count++] = (unsigned char)level;
        }
    }
    return count;
}
