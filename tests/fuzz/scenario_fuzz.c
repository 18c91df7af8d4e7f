// SPDX-License-Identifier: Apache-2.0
// A scenario as a user, or somebody who wants to harm one, writes it.
#include <stdio.h>
#include <string.h>

#include "fuzzed_file.h"
#include "scenario/plan.h"
#include "scenario/scenario.h"
#include "target.h"

// What the expectations make of a trial.
static void judge(const struct scenario *scenario, const struct scenario_target *target)
{
    struct trial trial;
    char sentence[600];
    if (!trial_init(&trial))
        return;
    trial.variant = scenario->base;
    trial.outcome = (struct outcome){.result = RESULT_FAILED, .phase = PHASE_NLA, .family = FAMILY_CREDSSP, .code = 5};
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        sentence[0] = '\0';
        if (expectation_applies(&scenario->expectations[i], target, &trial.variant) &&
            !expectation_met(&scenario->expectations[i], &trial, sentence, sizeof sentence))
            promise(sentence[0] && fuzzed_is_plain(sentence, strlen(sentence)));
    }
    trial_clear(&trial);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[1024] = "";
    const char *path = fuzzed_file("s.yaml", data, size);
    struct scenario *scenario = scenario_read(path, NULL, error, sizeof error);
    if (!scenario) {
        promise(error[0] && fuzzed_is_plain(error, strlen(error)) && !strchr(error, '\n'));
        return 0;
    }
    promise(scenario->target_count > 0 && scenario->name && scenario->expectation_count > 0);
    judge(scenario, &scenario->targets[0]);
    // A covering array may take seconds, which is no defect and would end the search.
    if (scenario->design == DESIGN_ONE_AT_A_TIME || scenario->design == DESIGN_LIST) {
        struct plan *plan = plan_new(scenario, (struct shard){.index = 1, .count = 1}, error, sizeof error);
        promise(plan ? plan->target_count == scenario->target_count : error[0] != '\0');
        plan_free(plan);
    }
    scenario_free(scenario);
    return 0;
}
