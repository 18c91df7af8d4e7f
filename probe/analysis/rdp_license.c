// SPDX-License-Identifier: Apache-2.0
// Licences: which of them a run was issued, what a level presents, and how one is had.
#include "analysis/rdp_license.h"

#include <string.h>

#include "analysis/levels.h"
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
    return trial->outcome.result == RESULT_CONNECTED ? trial->until > phase : trial_reach(trial) > phase;
}

bool license_issued(const struct experiment *experiment)
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

const char *license_exclusion(const struct experiment *experiment)
{
    bool wanted = false, none_wanted = false, looked = false;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        wanted = wanted || presented(trial) || requested(trial);
        none_wanted = none_wanted || strcmp(fact_text(trial->facts, FACT_LICENSING_ROLE, ""), "valid-client") == 0;
        // A server that had sent or received any licensing message may have judged the licence.
        if (experiment_observe(experiment, trial) == OBSERVED_SIGNATURE &&
            (trial_reach(trial) > PHASE_LICENSING ||
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

bool license_equivalent(const struct experiment *experiment, unsigned level)
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
static void be_issued_one(struct experiment *experiment)
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
        if (experiment_over(experiment) || license_issued(experiment))
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

bool license_prime(struct experiment *experiment, enum factor factor)
{
    if (factor != FACTOR_LICENSE || experiment->isolation->baseline.level[FACTOR_LICENSE] != LICENSE_REUSE)
        return false;
    be_issued_one(experiment);
    return true;
}
