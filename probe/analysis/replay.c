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

static bool is_asked_for(const struct replay *replay, size_t index, const struct variant *variant, enum phase until)
{
    return index < replay->count && replay->trials[index]->until == until &&
           variant_equal(&replay->trials[index]->variant, variant);
}

const struct trial *replay_next(void *context, const struct variant *variant, enum phase until)
{
    struct replay *replay = context;
    // A trial to be issued a licence comes before the one that presents it; nobody asked for it.
    if (!is_asked_for(replay, replay->next, variant, until) && is_asked_for(replay, replay->next + 1, variant, until))
        replay->taken[replay->next++] = true;
    if (!is_asked_for(replay, replay->next, variant, until)) {
        replay->differs = replay->next < replay->count;
        return NULL;
    }
    replay->taken[replay->next] = true;
    return replay->trials[replay->next++];
}

void replay_pause(void *context, double ms)
{
    (void)context, (void)ms;
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
