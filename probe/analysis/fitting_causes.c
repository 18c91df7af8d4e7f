// SPDX-License-Identifier: Apache-2.0
#include "analysis/fitting_causes.h"

#include <string.h>

#include "analysis/cause_evidence.h"
#include "knowledge/codes.h"

// Evidence that says what the failure is stands before that of how far it came, and of the rest of a run.
static bool is_of_the_failure(enum cause_evidence evidence)
{
    return evidence < EVIDENCE_SERVER_ANSWERED && evidence != EVIDENCE_END && evidence != EVIDENCE_ERRINFO_SEEN &&
           evidence != EVIDENCE_ERRINFO_DENIED;
}

static bool is_sign_of(const struct shown shown[EVIDENCE_COUNT], const struct cause_rule *rule)
{
    bool sign = false;
    for (unsigned i = 0; rule->all[i] != EVIDENCE_END; i++)
        sign = sign || (is_of_the_failure(rule->all[i]) && shown[rule->all[i]].is);
    for (unsigned i = 0; rule->none[i] != EVIDENCE_END; i++)
        sign = sign && !shown[rule->none[i]].is;
    return sign;
}

static bool fits(const struct shown shown[EVIDENCE_COUNT], const struct cause_row *cause, bool denied)
{
    bool has[EVIDENCE_COUNT];
    for (int i = 0; i < EVIDENCE_COUNT; i++)
        has[i] = shown[i].is;
    for (unsigned i = 0; cause->refutes[i].all[0] != EVIDENCE_END; i++) {
        if (cause_rule_holds(&cause->refutes[i], has))
            return false;
    }
    if (denied)
        return cause->plausibility <= PLAUSIBILITY_POSSIBLE;
    for (unsigned i = 0; cause->supports[i].all[0] != EVIDENCE_END; i++) {
        if (is_sign_of(shown, &cause->supports[i]))
            return cause->place != PLACE_NOWHERE;
    }
    return false;
}

size_t fitting_causes(const struct outcome *outcome, const struct cause_row *fitting[CAUSE_COUNT])
{
    bool denied = outcome->family == FAMILY_ERRINFO && outcome->code == ERRINFO_CODE_SERVER_DENIED;
    struct shown shown[EVIDENCE_COUNT];
    struct verdict verdict = {.kind = VERDICT_INCONCLUSIVE, .has_signature = true};
    struct trial trial;
    const struct trial *only = &trial;
    size_t count = 0;
    if (!trial_init(&trial))
        return 0;
    trial.number = 1;
    trial.until = PHASE_ACTIVE;
    trial.outcome = *outcome;
    verdict.signature = signature_of(outcome);
    verdict.failure_phase = outcome->phase;
    memset(shown, 0, sizeof shown);
    gather_evidence(&verdict, &only, 1, shown);
    for (int plausibility = PLAUSIBILITY_HIGH; plausibility <= PLAUSIBILITY_NO_MEANING; plausibility++) {
        const struct cause_row *cause;
        for (size_t i = 0; (cause = cause_row_at(i)) != NULL; i++) {
            if ((int)cause->plausibility == plausibility && fits(shown, cause, denied))
                fitting[count++] = cause;
        }
    }
    trial_clear(&trial);
    return count;
}
