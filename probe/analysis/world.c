// SPDX-License-Identifier: Apache-2.0
#include "analysis/world.h"

#include <inttypes.h>
#include <stdio.h>

#include "analysis/conclusion.h"
#include "analysis/weighing.h"
#include "trial/append.h"

// Rests before a trial of the baseline, in seconds: most limits are of connections a second, or in ten.
static const unsigned rests[] = {5, 10};
enum { SPACED = 3 }; // trials after a rest that must work, each but the last followed by one at once that must fail

bool world_is_the_deadline(const struct experiment *experiment, struct verdict *verdict)
{
    const struct trial *trial = experiment->reference;
    if (!trial || !experiment->rules->unfinished(trial))
        return false;
    verdict->world = WORLD_DEADLINE;
    conclude(verdict, VERDICT_INCONCLUSIVE,
             "The failure is this program's own deadline: it ended trial %" PRIu64
             " in the %s phase after %.1f s, while the target was still answering. Give it more time: --deadline %.0f.",
             trial->number, phase_name(trial->outcome.phase), trial->ms / 1000, 4 * trial->ms / 1000);
    return true;
}

static bool goes_in_turn(const struct experiment *experiment, struct verdict *verdict)
{
    struct chance chance = {0};
    if (!experiment_disagreed(experiment))
        return false;
    for (unsigned i = 0; i < experiment->count; i++) {
        enum observation seen = experiment_observe(experiment, experiment->trials[i]);
        if (seen != OBSERVED_UNRESOLVED)
            chance_learn(&chance, experiment_connections(experiment, i), seen == OBSERVED_SIGNATURE);
    }
    static const double enough = 4.6; // a hundred to one
    unsigned turns = chance_turns(&chance, enough);
    if (!turns)
        return false;
    verdict->world = WORLD_IN_TURN;
    conclude(
        verdict, VERDICT_INCONCLUSIVE,
        "The outcome goes by the count of connections, in a turn of %u, and not by what was changed at the client: "
        "%u machines may answer behind one address. Study one of them at a time, by its own address.",
        turns, turns);
    return true;
}

static enum observation run_after(struct experiment *experiment, unsigned seconds)
{
    const struct isolation *isolation = experiment->isolation;
    if (seconds && !experiment_over(experiment))
        isolation->rest(isolation->context, seconds * 1000.0);
    experiment->asks = "does the count or the time of connections decide?";
    const struct trial *trial = experiment_run(experiment, &isolation->baseline, PHASE_ACTIVE);
    return trial ? experiment_observe(experiment, trial) : OBSERVED_UNRESOLVED;
}

// Whether the baseline works after a rest, again and again, and fails without one.
static bool works_rested(struct experiment *experiment, unsigned seconds)
{
    for (unsigned i = 0; i < SPACED; i++) {
        if (run_after(experiment, seconds) != OBSERVED_NO_SIGNATURE)
            return false;
        if (i + 1 < SPACED && run_after(experiment, 0) != OBSERVED_SIGNATURE)
            return false;
    }
    return true;
}

// A limit of connections refuses like a target that is down: early, and without a reason. Where trials of one variant
// disagree, anything may have been one.
static bool limits_rate(struct experiment *experiment, struct verdict *verdict)
{
    bool disagreed = experiment_disagreed(experiment);
    bool early = experiment->signature.family == FAMILY_CLOSED && experiment->failure_phase <= PHASE_TLS;
    if (!experiment->isolation->rest || !experiment->reference || !(disagreed || early))
        return false;
    for (unsigned i = 0; i < (disagreed ? sizeof rests / sizeof *rests : 1) && !experiment_over(experiment); i++) {
        if (!works_rested(experiment, rests[i]))
            continue;
        verdict->world = WORLD_RATE;
        conclude(verdict, VERDICT_INCONCLUSIVE,
                 "The baseline works when %u s have passed since the last connection, and fails at once after one: the "
                 "target, or what stands before it, limits connections. Run it again with --pause %u.",
                 rests[i], rests[i]);
        return true;
    }
    return false;
}

bool world_explains(struct experiment *experiment, struct verdict *verdict)
{
    if (experiment->changed[0])
        verdict->world = WORLD_CHANGED;
    if (verdict->world == WORLD_DEADLINE)
        return true;
    if (verdict->kind != VERDICT_INCONCLUSIVE && verdict->kind != VERDICT_NOT_CLIENT_SIDE)
        return false;
    if (!experiment->changed[0] && (goes_in_turn(experiment, verdict) || limits_rate(experiment, verdict))) {
        verdict->confidence = 0;
        return true;
    }
    return false;
}
