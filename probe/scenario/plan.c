// SPDX-License-Identifier: Apache-2.0
#include "scenario/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/plan_identity.h"

// What a number of trials costs.
struct cost {
    size_t trials, skipped, connections, logons;
    size_t runs;         // trials with those that get a licence to reuse
    size_t gateway_runs; // those of them through a gateway
};

unsigned plan_shard_of(const struct scenario *scenario, const struct scenario_target *target, unsigned count)
{
    return count > 1 ? (unsigned)(target_identity(scenario, target) % count) + 1 : 1;
}

bool plan_applies(const struct scenario *scenario, const struct scenario_target *target, const struct variant *variant,
                  const char **why)
{
    const char *clause = NULL;
    if (!scenario_target_allows(scenario, target, variant, why))
        return false;
    if (target->target.literal && variant->level[FACTOR_ADDRESS] != ADDRESS_NAME) {
        bool v6 = strchr(target->target.host, ':') != NULL;
        if (v6 && variant->level[FACTOR_ADDRESS] == ADDRESS_IPV4)
            clause = "the target is given by its IPv6 address";
        if (!v6 && variant->level[FACTOR_ADDRESS] == ADDRESS_IPV6)
            clause = "the target is given by its IPv4 address";
    }
    if (why && clause)
        *why = clause;
    return !clause;
}

static bool has_secret(const struct scenario *scenario, int credentials)
{
    return credentials >= 0 && (size_t)credentials < scenario->credentials_count &&
           scenario->credentials[credentials].source != SECRET_NONE;
}

// Passwords that one trial sends, at most.
static unsigned logons_of(const struct scenario *scenario, const struct scenario_target *target,
                          const struct variant *variant)
{
    int at_gateway = target->gateway_credentials >= 0 ? target->gateway_credentials : target->credentials;
    unsigned logons = 0;
    if (scenario_sends_password(scenario, variant))
        logons += has_secret(scenario, target->credentials);
    if (variant->level[FACTOR_GATEWAY] != GATEWAY_OFF && scenario->until >= PHASE_GATEWAY)
        logons += has_secret(scenario, at_gateway);
    return logons;
}

// Through a gateway only a websocket goes both ways; else there is an in and an out channel.
static unsigned connections_of(const struct variant *variant)
{
    unsigned gateway = variant->level[FACTOR_GATEWAY];
    return gateway == GATEWAY_OFF || gateway == GATEWAY_WEBSOCKET ? 1 : 2;
}

static struct cost cost_of_target(const struct plan *plan, const struct scenario_target *target)
{
    const struct scenario *scenario = plan->scenario;
    const size_t repeats = scenario->repeats ? scenario->repeats : 1;
    struct cost cost = {0};
    for (size_t i = 0; i < plan->variant_count; i++) {
        const struct variant *variant = &plan->variants[i];
        if (!plan_applies(scenario, target, variant, NULL)) {
            cost.skipped += repeats;
            continue;
        }
        // Where the run holds no licence to present, another trial gets one first.
        bool twice = variant->level[FACTOR_LICENSE] != LICENSE_KEEP &&
                     variant->level[FACTOR_LICENSE] != LICENSE_CLEAR && scenario->until >= PHASE_LICENSING;
        size_t runs = repeats * (twice ? 2 : 1);
        cost.trials += repeats;
        cost.runs += runs;
        cost.connections += runs * connections_of(variant);
        cost.logons += runs * logons_of(scenario, target, variant);
        if (variant->level[FACTOR_GATEWAY] != GATEWAY_OFF)
            cost.gateway_runs += runs;
    }
    return cost;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// The longest duration of any schedule that never leaves a place idle: the last target to finish waits for a place only
// while all places are taken by the others (R. Graham, 1966), for the rates only while all trials keep them busy.
static double longest(const struct scenario *scenario, size_t targets, const struct cost *all, size_t most_runs)
{
    const double deadline = (scenario->profile.deadline_ms ? scenario->profile.deadline_ms : PLAN_DEADLINE_MS) / 1000.0;
    const double pause = (scenario->has_pause ? scenario->profile.pause_ms : PLAN_PAUSE_MS) / 1000.0;
    const size_t places = scenario->max_in_flight ? scenario->max_in_flight : PLAN_IN_FLIGHT;
    const double apart = scenario->target_rate > 0 ? 1 / scenario->target_rate : 0; // from start to start
    const double each = deadline + pause > apart ? deadline + pause : apart;
    double seconds = most_runs ? deadline + (double)(most_runs - 1) * each : 0;
    if (targets > places)
        seconds += (double)(all->runs - most_runs) * deadline / (double)places;
    if (scenario->rate > 0)
        seconds += (double)all->runs / scenario->rate;
    // All may go through one gateway.
    if (scenario->gateway_rate > 0)
        seconds += (double)all->gateway_runs / scenario->gateway_rate;
    return seconds;
}

static void add_cost(struct plan *plan)
{
    struct cost all = {0};
    size_t most_runs = 0;
    for (size_t i = 0; i < plan->target_count; i++) {
        struct cost one = cost_of_target(plan, &plan->scenario->targets[plan->targets[i]]);
        all.trials += one.trials;
        all.skipped += one.skipped;
        all.connections += one.connections;
        all.logons += one.logons;
        all.runs += one.runs;
        all.gateway_runs += one.gateway_runs;
        if (one.runs > most_runs)
            most_runs = one.runs;
    }
    if (plan->scenario->profile.max_trials && all.runs > plan->scenario->profile.max_trials) {
        // Which trials come to pass is not known; none makes more than two connections or logons.
        size_t runs = plan->scenario->profile.max_trials;
        all.trials = least(all.trials, runs);
        all.connections = least(all.connections, 2 * runs);
        all.logons = least(all.logons, 2 * runs);
        all.gateway_runs = least(all.gateway_runs, runs);
        all.runs = runs;
        most_runs = least(most_runs, runs);
    }
    plan->trials = all.trials;
    plan->skipped = all.skipped;
    plan->connections = all.connections;
    plan->logons = all.logons;
    plan->longest_s = longest(plan->scenario, plan->target_count, &all, most_runs);
}

static bool take_targets(struct plan *plan)
{
    const struct scenario *scenario = plan->scenario;
    plan->targets = calloc(scenario->target_count + 1, sizeof *plan->targets);
    if (!plan->targets)
        return false;
    for (size_t i = 0; i < scenario->target_count; i++)
        if (plan_shard_of(scenario, &scenario->targets[i], plan->shard.count) == plan->shard.index)
            plan->targets[plan->target_count++] = i;
    return true;
}

struct plan *plan_new(const struct scenario *scenario, struct shard shard, char *error, size_t size)
{
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan) {
        snprintf(error, size, "memory is out");
        return NULL;
    }
    plan->scenario = scenario;
    plan->shard = shard;
    if (shard.index < 1 || shard.index > shard.count) {
        snprintf(error, size, "there is no shard %u of %u", shard.index, shard.count);
        plan_free(plan);
        return NULL;
    }
    if (!design_variants_make(scenario, &plan->design, error, size)) {
        plan_free(plan);
        return NULL;
    }
    plan->variants = plan->design.variants;
    plan->variant_count = plan->design.count;
    plan->fingerprint = plan_fingerprint(scenario, &plan->design);
    if (!plan->fingerprint || !take_targets(plan)) {
        snprintf(error, size, "memory is out");
        plan_free(plan);
        return NULL;
    }
    add_cost(plan);
    return plan;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    design_variants_clear(&plan->design);
    free(plan->targets);
    free(plan);
}
