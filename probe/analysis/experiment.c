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

void experiment_init(struct experiment *experiment, const struct isolation *isolation)
{
    *experiment = (struct experiment){.isolation = isolation};
    experiment->budget = isolation->max_trials ? isolation->max_trials : TRIALS_DEFAULT;
    if (experiment->budget > TRIALS_MAX)
        experiment->budget = TRIALS_MAX;
    experiment->confirmations = isolation->confirmations ? isolation->confirmations : CONFIRMATIONS_DEFAULT;
    experiment->has_signature = isolation->signature_given;
    experiment->signature = isolation->signature;
    for (int f = 0; f < FACTOR_COUNT; f++)
        experiment->levels[f][isolation->baseline.level[f]].usability = LEVEL_USABLE;
    // An own store and an empty one ask nothing of the target before licensing.
    experiment->levels[FACTOR_LICENSE][LICENSE_KEEP].usability = LEVEL_USABLE;
    experiment->levels[FACTOR_LICENSE][LICENSE_CLEAR].usability = LEVEL_USABLE;
}

bool experiment_over(const struct experiment *experiment)
{
    return experiment->stopped || experiment->exhausted || experiment->contradiction[0];
}

static void note_contradiction(struct experiment *experiment, const struct trial *trial)
{
    enum observation now = experiment_observe(experiment, trial);
    if (now == OBSERVED_UNRESOLVED)
        return;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *before = experiment->trials[i];
        if (!variant_equal(&before->variant, &trial->variant))
            continue;
        enum observation then = experiment_observe(experiment, before);
        if (then != OBSERVED_UNRESOLVED && then != now) {
            experiment->contradiction[0] = before;
            experiment->contradiction[1] = trial;
            return;
        }
    }
}

const struct trial *experiment_run(struct experiment *experiment, const struct variant *variant, enum phase until)
{
    if (experiment_over(experiment))
        return NULL;
    if (experiment->count >= experiment->budget) {
        experiment->exhausted = true;
        return NULL;
    }
    const struct trial *trial = experiment->isolation->run(experiment->isolation->context, variant, until);
    if (!trial) {
        experiment->stopped = true;
        return NULL;
    }
    experiment->trials[experiment->count++] = trial;
    if (experiment->reference) {
        if (experiment_observe(experiment, trial) == OBSERVED_SIGNATURE &&
            trial->outcome.phase > experiment->failure_phase)
            experiment->failure_phase = trial->outcome.phase;
        note_contradiction(experiment, trial);
    }
    return trial;
}

enum phase experiment_until(const struct experiment *experiment, const struct variant *variant)
{
    if (variant->level[FACTOR_SECURITY] == SECURITY_RDP)
        return experiment->failure_phase <= PHASE_NEGOTIATE ? PHASE_NEGOTIATE : PHASE_ACTIVE;
    return experiment->failure_phase <= PHASE_TLS ? PHASE_TLS : PHASE_ACTIVE;
}

enum observation experiment_observe(const struct experiment *experiment, const struct trial *trial)
{
    return observe(trial, &experiment->signature, experiment->failure_phase);
}

struct tally experiment_tally(const struct experiment *experiment, const struct variant *variant)
{
    struct tally tally = {0};
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (!variant_equal(&trial->variant, variant))
            continue;
        switch (experiment_observe(experiment, trial)) {
        case OBSERVED_SIGNATURE:
            tally.signature++;
            break;
        case OBSERVED_NO_SIGNATURE:
            tally.no_signature++;
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
    struct tally tally = experiment_tally(experiment, variant);
    if (tally.signature)
        return OBSERVED_SIGNATURE;
    return tally.no_signature ? OBSERVED_NO_SIGNATURE : OBSERVED_UNRESOLVED;
}

bool experiment_worth(const struct experiment *experiment, const struct variant *variant)
{
    struct tally tally = experiment_tally(experiment, variant);
    if (tally.unresolved == 0)
        return true;
    if (tally.unresolved > 2)
        return false;
    // A refusal would only be repeated, and a refused logon must not be; the others may have been an accident.
    switch (tally.last_unresolved->outcome.family) {
    case FAMILY_TIMEOUT:
    case FAMILY_CLOSED:
    case FAMILY_CRASH:
    case FAMILY_TCP:
        return tally.last_unresolved->failed_logons == 0;
    default:
        return false;
    }
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
        none_wanted =
            none_wanted || strcmp(fact_text(trial->facts, FACT_LICENSING_ROLE, ""), "valid-client") == 0;
        // A server that had sent or received any licensing message may have judged the licence.
        if (experiment_observe(experiment, trial) == OBSERVED_SIGNATURE &&
            (trial->outcome.phase > PHASE_LICENSING ||
             json_array_size(fact_get(trial->facts, FACT_LICENSING_MESSAGES)) > 0))
            looked = true;
    }
    if (none_wanted && !wanted)
        return "the server asks for no licence";
    if (!looked)
        return "the server decided before any licensing message";
    return NULL;
}

const char *experiment_exclusion(const struct experiment *experiment, enum factor factor)
{
    static const char *const earlier[FACTOR_COUNT] = {
        [FACTOR_SECURITY] = "the failure comes before the security protocol is negotiated",
        [FACTOR_TLS] = "the failure comes before the TLS handshake",
        [FACTOR_LICENSE] = "the failure comes before licensing"};
    if (factor_phase(factor) > experiment->failure_phase)
        return earlier[factor];
    if (factor == FACTOR_TLS && experiment->isolation->baseline.level[FACTOR_SECURITY] == SECURITY_RDP)
        return "RDP security has no TLS handshake";
    return factor == FACTOR_LICENSE ? license_exclusion(experiment) : NULL;
}

bool experiment_allows(const struct experiment *experiment, enum factor factor, unsigned level)
{
    return level < factor_levels(factor) && ((experiment->isolation->levels[factor] >> level & 1) ||
                                             level == experiment->isolation->baseline.level[factor]);
}

bool experiment_varies(const struct experiment *experiment, enum factor factor)
{
    if (experiment->isolation->untestable[factor] || experiment_exclusion(experiment, factor))
        return false;
    for (unsigned level = 0; level < factor_levels(factor); level++) {
        if (level != experiment->isolation->baseline.level[factor] && experiment_allows(experiment, factor, level))
            return true;
    }
    return false;
}

bool experiment_holds(const struct experiment *experiment, const struct variant *variant, enum factor factor)
{
    const struct variant *baseline = &experiment->isolation->baseline;
    if (factor == FACTOR_TLS && variant->level[FACTOR_SECURITY] == SECURITY_RDP &&
        baseline->level[FACTOR_SECURITY] != SECURITY_RDP)
        return false;
    return variant->level[factor] == baseline->level[factor];
}

bool experiment_evades(const struct experiment *experiment, const struct variant *variant)
{
    return experiment->failure_phase == PHASE_TLS && variant->level[FACTOR_SECURITY] == SECURITY_RDP;
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
    return factor == FACTOR_ADDRESS && strcmp(fact_text(experiment->reference->facts, FACT_ADDRESS_FAMILY, ""),
                                              level_name(factor, level)) == 0;
}

unsigned experiment_levels(const struct experiment *experiment, enum factor factor, unsigned char levels[LEVELS_MAX])
{
    unsigned count = 0;
    if (!experiment_varies(experiment, factor))
        return 0;
    for (unsigned like = 0; like <= 2; like++) {
        for (unsigned level = 0; level < factor_levels(factor); level++) {
            if (level == experiment->isolation->baseline.level[factor] ||
                !experiment_allows(experiment, factor, level) || likeness(experiment, factor, level) != like)
                continue;
            if (factor == FACTOR_LICENSE && level == LICENSE_REUSE
                    ? experiment_license_issued(experiment)
                    : experiment->levels[factor][level].usability == LEVEL_USABLE)
                levels[count++] = (unsigned char)level;
        }
    }
    return count;
}

bool choose_variant(const struct choices *choices, long (*score)(const struct variant *variant, void *context),
                    void *context, struct variant *best)
{
    unsigned at[FACTOR_COUNT] = {0};
    long highest = 0;
    for (;;) {
        struct variant variant;
        for (int f = 0; f < FACTOR_COUNT; f++)
            variant.level[f] = choices->level[f][at[f]];
        if (variant_possible(&variant, NULL)) {
            long value = score(&variant, context);
            if (value > highest) {
                highest = value;
                *best = variant;
            }
        }
        int f = FACTOR_COUNT - 1;
        while (f >= 0 && ++at[f] == choices->count[f])
            at[f--] = 0;
        if (f < 0)
            return highest > 0;
    }
}
