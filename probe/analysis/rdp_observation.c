// SPDX-License-Identifier: Apache-2.0
#include "analysis/rdp_observation.h"

#include "trial/effect.h"
#include "trial/fact.h"

// One protocol is asked for: a server that refuses it, or selects another one, shows that it was. Where that answer is
// itself the failure under study, the level was in effect.
static bool refusal_is_the_failure(const struct trial *trial, const struct signature *signature)
{
    return signature->family == FAMILY_NEGOTIATION && signature_matches(signature, &trial->outcome);
}

// A factor that matters only after the phase of the failure need not be in effect: whatever it was, it came too late.
static bool in_effect(const struct trial *trial, const struct signature *signature, enum phase failure_phase)
{
    for (int i = 0; i < FACTOR_COUNT; i++) {
        if (factor_effect((enum factor)i, trial) != EFFECT_NO || factor_phase((enum factor)i) > failure_phase)
            continue;
        if (i != FACTOR_SECURITY || !refusal_is_the_failure(trial, signature))
            return false;
    }
    return true;
}

// Whether a trial that ended as asked has left the phase of the failure behind.
static bool passed(const struct trial *trial, enum phase failure_phase)
{
    if (trial->until >= PHASE_ACTIVE || trial->until > failure_phase)
        return true;
    if (trial->until < failure_phase)
        return false;
    // Stopped in the very phase: only its result on the wire shows that it was completed.
    if (failure_phase == PHASE_NEGOTIATE)
        return fact_get(trial->facts, FACT_NEGOTIATION_SELECTED) || fact_get(trial->facts, FACT_MCS_RESULT);
    if (failure_phase == PHASE_TLS)
        return fact_get(trial->facts, FACT_TLS_VERSION) != NULL;
    return false;
}

// How far a failed trial came tells nothing of a failure before it where it was on another way: the steps to a gateway
// and through it are none on the way to the target, and a gateway that is reached may not reach the target either.
static bool came_further(const struct trial *trial, const struct signature *signature, enum phase failure_phase)
{
    bool at_gateway = trial->variant.level[FACTOR_GATEWAY] != GATEWAY_OFF && trial->outcome.phase <= PHASE_GATEWAY;
    return trial_reach(trial) > failure_phase && (!at_gateway || signature->side == SIDE_GATEWAY);
}

enum observation observe(const struct trial *trial, const struct signature *signature, enum phase failure_phase)
{
    if (!in_effect(trial, signature, failure_phase))
        return OBSERVED_UNRESOLVED;
    if (trial->outcome.result == RESULT_CONNECTED)
        return passed(trial, failure_phase) ? OBSERVED_NO_SIGNATURE : OBSERVED_UNRESOLVED;
    if (signature_matches(signature, &trial->outcome))
        return OBSERVED_SIGNATURE;
    // A failure of this machine or of the client library says nothing about the server, however far it came.
    if (trial->outcome.family == FAMILY_LOCAL || trial->outcome.family == FAMILY_CRASH)
        return OBSERVED_UNRESOLVED;
    return came_further(trial, signature, failure_phase) ? OBSERVED_NO_SIGNATURE : OBSERVED_UNRESOLVED;
}
