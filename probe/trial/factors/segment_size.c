// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "trial/fact.h"
#include "trial/trial.h"

// The socket counts the room that TCP's own options leave, so it may say less than was asked for.
static enum effect effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_SEGMENT_SIZE];
    const json_t *seen = fact_get(trial->facts, FACT_ADDRESS_SEGMENT_SIZE);
    if (level == 0) // asks for nothing
        return EFFECT_YES;
    if (!seen)
        return EFFECT_UNREACHED;
    return effect_if(json_integer_value(seen) <= atoi(factor_segment_size.levels[level]));
}

const struct factor_row factor_segment_size = {
    .name = "segment-size",
    .heading = "mss",
    .summary = "largest TCP segment: tells a path that drops large packets from a dead server",
    .levels = {"default", "1200", "536"},
    .meaning = {"as the network interface has it", "1200 bytes each way, as fit through most tunnels",
                "536 bytes, which every IPv4 path must carry (RFC 9293 3.7.1)"},
    .phase = PHASE_TCP,
    .weight = 0.5,
    .cost = 0.02,
    .effect = effect,
};
