// SPDX-License-Identifier: Apache-2.0
#include "knowledge/causes.h"

#include <string.h>

#include "knowledge/causes_table.h"

_Static_assert(CAUSES_OF_ACCESS + CAUSES_OF_CLIENT + CAUSES_OF_SERVER == CAUSE_COUNT, "every part is counted");

const struct cause_row *cause_row_at(size_t index)
{
    if (index < CAUSES_OF_ACCESS)
        return &causes_of_access[index];
    index -= CAUSES_OF_ACCESS;
    if (index < CAUSES_OF_CLIENT)
        return &causes_of_client[index];
    index -= CAUSES_OF_CLIENT;
    return index < CAUSES_OF_SERVER ? &causes_of_server[index] : NULL;
}

const struct cause_row *cause_row_of(const char *id)
{
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        if (strcmp(cause_row_at(i)->id, id) == 0)
            return cause_row_at(i);
    }
    return NULL;
}

const char *plausibility_name(enum plausibility plausibility)
{
    static const char *const names[] = {[PLAUSIBILITY_HIGH] = "high",
                                        [PLAUSIBILITY_POSSIBLE] = "possible",
                                        [PLAUSIBILITY_LOW] = "low",
                                        [PLAUSIBILITY_CONTRADICTS_PROTOCOL] = "contradicts the protocol",
                                        [PLAUSIBILITY_NO_MEANING] = "no meaning"};
    return names[plausibility];
}

const char *cause_status_name(enum cause_status status)
{
    static const char *const names[] = {
        [CAUSE_UNDECIDED] = "undecided", [CAUSE_SUPPORTED] = "supported", [CAUSE_REFUTED] = "refuted"};
    return names[status];
}

bool cause_rule_holds(const struct cause_rule *rule, const bool has[EVIDENCE_COUNT])
{
    if (rule->all[0] == EVIDENCE_END)
        return false;
    for (int i = 0; rule->all[i] != EVIDENCE_END; i++) {
        if (!has[rule->all[i]])
            return false;
    }
    for (int i = 0; rule->none[i] != EVIDENCE_END; i++) {
        if (has[rule->none[i]])
            return false;
    }
    return true;
}

static bool any_holds(const struct cause_rule *rules, const bool has[EVIDENCE_COUNT])
{
    for (; rules->all[0] != EVIDENCE_END; rules++) {
        if (cause_rule_holds(rules, has))
            return true;
    }
    return false;
}

enum cause_status cause_judge(const struct cause_row *cause, const bool has[EVIDENCE_COUNT])
{
    bool supported = any_holds(cause->supports, has), refuted = any_holds(cause->refutes, has);
    if (supported == refuted) // nothing, or evidence that contradicts itself
        return CAUSE_UNDECIDED;
    return supported ? CAUSE_SUPPORTED : CAUSE_REFUTED;
}
