// SPDX-License-Identifier: Apache-2.0
#include "runner/target_state.h"

#include <errno.h>
#include <stdio.h>

bool target_next_step(struct target_state *state, const struct engine_work *work, struct engine_step *step)
{
    for (;; target_advance(state, true)) {
        *step = (struct engine_step){0};
        enum engine_answer answer = work->step(work->context, state->target, state->step, step);
        if (answer != STEP_SKIP)
            return answer == STEP_RUN;
    }
}

uint32_t target_route(const struct target_state *state, const struct engine_work *work, const struct variant *variant)
{
    bool direct = variant->level[FACTOR_GATEWAY] == GATEWAY_OFF || !work->gateways;
    return direct ? 0 : work->gateway(work->context, state->target);
}

static bool name_store(const struct target_state *state, const struct engine_work *work, const char *scratch,
                       char store[SCRATCH_PATH])
{
    int n = work->licenses ? snprintf(store, SCRATCH_PATH, "%s/target-%u", scratch, state->target)
                           : snprintf(store, SCRATCH_PATH, "%s", scratch);
    if (n < SCRATCH_PATH)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

bool target_make_store(struct target_state *state, const struct engine_work *work, const char *scratch,
                       char store[SCRATCH_PATH])
{
    if (!name_store(state, work, scratch, store))
        return false;
    if (work->licenses && !state->has_store)
        state->has_store = scratch_make_part(store);
    return !work->licenses || state->has_store;
}

void target_drop_store(struct target_state *state, const struct engine_work *work, const char *scratch)
{
    char store[SCRATCH_PATH];
    if (state->has_store && name_store(state, work, scratch, store))
        scratch_remove(store);
    state->has_store = false;
}

bool target_plan_trial(const struct target_state *state, const char *store, struct engine_step *step)
{
    bool planned = !license_needs_issue(step->variant.level[FACTOR_LICENSE]) || step->until < PHASE_LICENSING ||
                   step->as_it_is || state->issued || scratch_has_licenses(store);
    if (!planned)
        step->variant = variant_with(step->variant, FACTOR_LICENSE, LICENSE_CLEAR);
    return planned;
}

void target_advance(struct target_state *state, bool planned)
{
    state->issued = !planned;
    state->step += planned;
}
