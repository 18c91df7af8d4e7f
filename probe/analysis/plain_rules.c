// SPDX-License-Identifier: Apache-2.0
#include "analysis/plain_rules.h"

#include "analysis/experiment.h"

static unsigned moot(const struct variant *variant)
{
    (void)variant;
    return 0;
}

static bool evades(const struct experiment *experiment, const struct variant *variant)
{
    (void)experiment, (void)variant;
    return false;
}

static const char *exclusion(const struct experiment *experiment, enum factor factor)
{
    (void)experiment, (void)factor;
    return NULL;
}

static enum likeness likeness(const struct experiment *experiment, enum factor factor, unsigned level)
{
    (void)experiment, (void)factor, (void)level;
    return LEVEL_DIFFERENT;
}

static bool obtainable(const struct experiment *experiment, enum factor factor, unsigned level)
{
    (void)experiment, (void)factor, (void)level;
    return true;
}

static bool wasted(const struct experiment *experiment, const struct variant *variant)
{
    (void)experiment, (void)variant;
    return false;
}

static bool retires(const struct trial *trial, enum factor *factor, struct level_state *state)
{
    (void)trial, (void)factor, (void)state;
    return false;
}

static enum phase until(const struct experiment *experiment, const struct variant *variant)
{
    (void)experiment, (void)variant;
    return PHASE_ACTIVE;
}

static bool logs_on(const struct variant *variant, enum phase until_phase)
{
    (void)variant, (void)until_phase;
    return true;
}

static enum observation observe_plainly(const struct experiment *experiment, const struct trial *trial)
{
    if (trial->outcome.result == RESULT_CONNECTED)
        return OBSERVED_NO_SIGNATURE;
    return signature_matches(&experiment->signature, &trial->outcome) ? OBSERVED_SIGNATURE : OBSERVED_UNRESOLVED;
}

static bool in_effect(const struct experiment *experiment, const struct trial *trial, bool studied, enum factor *which)
{
    (void)experiment, (void)trial, (void)studied, (void)which;
    return true;
}

static bool refused(const struct trial *trial)
{
    return trial->outcome.result == RESULT_FAILED;
}

static bool unfinished(const struct trial *trial)
{
    (void)trial;
    return false;
}

static bool prime(struct experiment *experiment, enum factor factor)
{
    (void)experiment, (void)factor;
    return false;
}

static bool surveyed(enum factor factor)
{
    (void)factor;
    return false;
}

static enum phase survey_until(const struct variant *variant)
{
    (void)variant;
    return PHASE_ACTIVE;
}

static bool accepted(const struct trial *trial, enum factor factor)
{
    (void)trial, (void)factor;
    return true;
}

static struct level_state refusal(const struct trial *trial)
{
    return (struct level_state){LEVEL_REFUSED, trial->number, "the target refuses it"};
}

static const char *healthy(const struct experiment *experiment)
{
    (void)experiment;
    return NULL;
}

static const char *no_clause(enum factor factor, unsigned level)
{
    (void)factor, (void)level;
    return NULL;
}

static const char *peculiar(const struct experiment *experiment, enum factor factor, const unsigned char *levels,
                            unsigned count, enum finding *finding)
{
    (void)experiment, (void)factor, (void)levels, (void)count, (void)finding;
    return NULL;
}

static void tell(const struct experiment *experiment, struct verdict *verdict)
{
    (void)experiment, (void)verdict;
}

const struct factor_rules plain_rules = {
    .moot = moot,
    .evades = evades,
    .exclusion = exclusion,
    .likeness = likeness,
    .obtainable = obtainable,
    .wasted = wasted,
    .retires = retires,
    .until = until,
    .logs_on = logs_on,
    .observe = observe_plainly,
    .in_effect = in_effect,
    .healthy = healthy,
    .refused = refused,
    .unfinished = unfinished,
    .prime = prime,
    .surveyed = surveyed,
    .survey_until = survey_until,
    .accepted = accepted,
    .refusal = refusal,
    .open_clause = no_clause,
    .sweep_clause = no_clause,
    .peculiar = peculiar,
    .tell = tell,
};
