// SPDX-License-Identifier: Apache-2.0
#include "scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "scenario/expectation.h"
#include "scenario/variant_rule.h"

void scenario_free(struct scenario *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->target_count; i++) {
        free(s->targets[i].group);
        for (int f = 0; s->targets[i].operands && f < FACTOR_COUNT; f++)
            free(s->targets[i].operands[f]);
        free(s->targets[i].operands);
    }
    for (size_t i = 0; i < s->credentials_count; i++) {
        free(s->credentials[i].name);
        free(s->credentials[i].user);
        free(s->credentials[i].domain);
        free(s->credentials[i].reference);
    }
    for (size_t i = 0; i < s->never_count; i++)
        variant_rule_free(s->never[i]);
    for (size_t i = 0; i < s->expectation_count; i++) {
        free(s->expectations[i].text);
        free(s->expectations[i].group);
        variant_rule_free(s->expectations[i].when);
        expectation_test_free(s->expectations[i].test);
    }
    for (size_t i = 0; i < s->file_count; i++)
        free(s->files[i]);
    free(s->targets);
    free(s->credentials);
    free(s->never);
    free(s->list);
    free(s->expectations);
    free(s->files);
    free(s->name);
    free(s->file);
    free(s);
}

bool scenario_allows(const struct scenario *scenario, const struct variant *variant, const char **why)
{
    if (!variant_possible(variant, why))
        return false;
    for (size_t i = 0; i < scenario->never_count; i++) {
        if (variant_rule_holds(scenario->never[i], variant)) {
            if (why)
                *why = variant_rule_reason(scenario->never[i]);
            return false;
        }
    }
    return true;
}

bool scenario_sends_password(const struct scenario *scenario, const struct variant *variant)
{
    if (variant->level[FACTOR_SECURITY] == SECURITY_NLA)
        return scenario->until >= PHASE_NLA && !scenario->at_challenge;
    return scenario->profile.autologon && scenario->until >= PHASE_INFO;
}

const char *scenario_operand(const struct scenario *scenario, const struct scenario_target *target, enum factor factor)
{
    const char *own = target->operands ? target->operands[factor] : NULL;
    return own ? own : scenario->profile.operand[factor];
}

bool scenario_target_allows(const struct scenario *scenario, const struct scenario_target *target,
                            const struct variant *variant, const char **why)
{
    const char *clause = NULL;
    if (!target->has_gateway && variant->level[FACTOR_GATEWAY] != GATEWAY_OFF)
        clause = "the target has no gateway";
    for (int f = 0; f < FACTOR_COUNT && !clause; f++) {
        const struct factor_operand *operand = factor_row((enum factor)f)->operand;
        if (operand && operand->of_target && variant->level[f] == operand->level &&
            !scenario_operand(scenario, target, (enum factor)f)[0])
            clause = operand->missing;
    }
    if (clause && why)
        *why = clause;
    return !clause;
}

struct profile scenario_profile(const struct scenario *scenario, const struct scenario_target *target)
{
    const struct profile defaults = profile_default(), *given = &scenario->profile;
    struct profile profile = *given;
    profile.target = target->target;
    profile.has_gateway = target->has_gateway;
    profile.gateway = target->gateway;
    profile.deadline_ms = given->deadline_ms ? given->deadline_ms : defaults.deadline_ms;
    profile.settle_ms = scenario->has_settle ? given->settle_ms : defaults.settle_ms;
    profile.pause_ms = scenario->has_pause ? given->pause_ms : defaults.pause_ms;
    profile.scan_pause_ms = scenario->has_pause ? given->pause_ms : defaults.scan_pause_ms;
    profile.max_failed_logons = given->max_failed_logons ? given->max_failed_logons : defaults.max_failed_logons;
    for (int f = 0; f < FACTOR_COUNT; f++)
        snprintf(profile.operand[f], OPERAND_MAX, "%s", scenario_operand(scenario, target, (enum factor)f));
    return profile;
}
