// SPDX-License-Identifier: Apache-2.0
//
// When a fault strikes; how is up to the relay and the peer.
#include <stdio.h>

#include "names.h"
#include "random.h"
#include "shim.h"

bool fault_strikes(const struct lab_options *options, const struct lab_record *record, enum lab_phase phase)
{
    if (options->fault_kind == LAB_FAULT_NONE || options->fault_phase != phase || record->fault[0])
        return false;
    return !options->fault_condition || rule_evaluate(options->fault_condition, &record->facts) == RULE_YES;
}

void fault_note(const struct lab_options *options, struct lab_record *record)
{
    snprintf(record->fault, sizeof(record->fault), "%s:%s",
             options->fault_at_authenticate ? "nla-auth" : lab_phase_name(options->fault_phase),
             lab_fault_kind_name(options->fault_kind));
    if (options->fault_kind != LAB_FAULT_SLOW) // a slow connection goes on and ends in its own way
        lab_record_end(record, LAB_ENDED_FAULT);
}

void fault_garbage(const struct lab_options *options, const struct lab_record *record,
                   uint8_t garbage[FAULT_GARBAGE_SIZE])
{
    for (size_t i = 0; i < FAULT_GARBAGE_SIZE; i++)
        garbage[i] = (uint8_t)lab_random(options->seed, record->facts.connection, i);
    garbage[0] = 0xEB; // neither TPKT, nor a TLS record, nor DER
}
