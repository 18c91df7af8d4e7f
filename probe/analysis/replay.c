// SPDX-License-Identifier: Apache-2.0
// Trials on record, handed out one after the other as the experiment asks for them.
#include "analysis/replay.h"

const struct trial *replay_run(void *context, const struct variant *variant, enum phase until)
{
    struct replay *replay = context;
    size_t found = replay->count;
    // A survey stopped early, so it stands for no whole trial; a whole one may stand for a survey.
    for (size_t i = 0; i < replay->count; i++) {
        const struct trial *trial = replay->trials[i];
        if (replay->taken[i] || trial->until < until || !variant_equal(&trial->variant, variant))
            continue;
        if (trial->until == until) {
            found = i;
            break;
        }
        found = found == replay->count ? i : found;
    }
    if (found == replay->count)
        return NULL;
    replay->taken[found] = true;
    return replay->trials[found];
}

void replay_rest(struct experiment *experiment)
{
    struct replay *replay = experiment->replay;
    for (size_t i = 0; i < replay->count && experiment->count < TRIALS_MAX; i++) {
        if (!replay->taken[i])
            experiment_add(experiment, replay->trials[i]);
        replay->taken[i] = true;
    }
}
