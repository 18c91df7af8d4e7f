// SPDX-License-Identifier: Apache-2.0
#include "analysis/rdp_survey.h"

#include "knowledge/codes.h"
#include "trial/effect.h"
#include "trial/fact.h"

bool rdp_surveyed(enum factor factor)
{
    // No target refuses a size of segments.
    return factor_phase(factor) <= PHASE_TLS && factor != FACTOR_SEGMENT_SIZE;
}

enum phase rdp_survey_until(const struct variant *variant)
{
    return variant->level[FACTOR_SECURITY] == SECURITY_RDP ? PHASE_NEGOTIATE : PHASE_TLS;
}

bool rdp_accepted(const struct trial *trial, enum factor factor)
{
    enum effect effect = factor_effect(factor, trial);
    switch (factor) {
    case FACTOR_SECURITY:
        return effect == EFFECT_YES;
    case FACTOR_TLS:
        return effect == EFFECT_YES && fact_get(trial->facts, FACT_TLS_VERSION);
    case FACTOR_NEGOTIATION: // what it changes may be refused in the negotiation and in the handshake
        return effect == EFFECT_YES && (trial->outcome.result == RESULT_CONNECTED || trial->outcome.phase > PHASE_TLS);
    default:
        return effect == EFFECT_YES && trial->outcome.phase >= PHASE_NEGOTIATE;
    }
}

static const char *gateway_refusal(uint32_t code)
{
    switch (gateway_code_word(code)) {
    case GATEWAY_RAP_ACCESSDENIED:
        return "the gateway's resource policy (RAP) refuses the target or its name";
    case GATEWAY_NAP_ACCESSDENIED:
        return "the gateway's connection policy (CAP) refuses the user or client";
    case GATEWAY_TS_CONNECTFAILED:
        return "the gateway cannot reach the target with it";
    default:
        return "the gateway refuses it";
    }
}

struct level_state rdp_refusal(const struct trial *trial)
{
    const struct outcome *outcome = &trial->outcome;
    struct level_state state = {LEVEL_REFUSED, trial->number, NULL};
    if (outcome->result == RESULT_CONNECTED) {
        state.why = "the target answered with another level";
        return state;
    }
    switch (outcome->family) {
    case FAMILY_NEGOTIATION:
        state.why = "the target refuses it in the negotiation";
        break;
    case FAMILY_PROTOCOL:
        state.why = "the target answers it with what the protocol does not allow";
        break;
    case FAMILY_TLS:
        state.why = "the TLS handshake fails with it";
        break;
    case FAMILY_DNS:
        state.why = outcome->side == SIDE_GATEWAY ? "the gateway's name is not found" : "no such address is found";
        break;
    case FAMILY_TCP:
        state.why = outcome->side == SIDE_GATEWAY ? "no TCP connection to the gateway can be made"
                                                  : "no TCP connection can be made with it";
        break;
    case FAMILY_GATEWAY:
        state.why = gateway_refusal(outcome->code);
        break;
    case FAMILY_CLOSED:
        state.why = "the target closes the connection on it";
        break;
    case FAMILY_LOCAL:
        state.usability = LEVEL_LOCAL;
        state.why = "this machine cannot do it";
        break;
    default:
        state.usability = LEVEL_UNCLEAR;
        state.why = "its survey ended neither way";
        break;
    }
    return state;
}
