// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "trial/fact.h"
#include "trial/profile.h"
#include "trial/trial.h"

static enum effect effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_ADDRESS];
    const char *asked = fact_text(trial->facts, FACT_ADDRESS_ASKED, NULL);
    const char *presented = fact_text(trial->facts, FACT_ADDRESS_PRESENTED, NULL);
    const char *family = fact_text(trial->facts, FACT_ADDRESS_FAMILY, NULL);
    if (!presented)
        return EFFECT_UNREACHED;
    if (level == ADDRESS_NAME)
        return effect_if(asked && strcmp(asked, presented) == 0);
    if (level == ADDRESS_ALIAS)
        return effect_if(asked && strcmp(asked, presented) != 0);
    // By address: through a gateway the family is that of the literal handed to it.
    if (!family)
        return EFFECT_UNREACHED;
    return effect_if(strcmp(family, factor_address.levels[level]) == 0);
}

static const char *unavailable(const struct profile *profile, unsigned level)
{
    if (profile->target.literal && address_is_literal(level))
        return "the target was given as an address, so there is no name to compare it with";
    return NULL;
}

static bool check_alias(const char *text, char *canonical, size_t size, const char **clause)
{
    struct target target;
    if (!target_parse(text, 0, &target, clause))
        return false;
    *clause = NULL;
    if (target.literal || target.port)
        *clause = "is to be a name without a port: addresses are levels of their own";
    snprintf(canonical, size, "%s", target.host);
    return !*clause;
}

static const struct factor_operand alias = {
    .level = ADDRESS_ALIAS,
    .option = "alias",
    .member = "alias",
    .argument = "NAME",
    .help = "another name of the target, for address=alias: its NetBIOS name, or its full one, which a gateway's "
            "policy tells apart",
    .noun = "other name of the target",
    .lack = "no other name of the target was given (--alias)",
    .length_max = HOST_MAX - 1,
    .check = check_alias,
    .quoted = true,
    .of_target = true,
    .missing = "the target has no other name",
};

const struct factor_row factor_address = {
    .name = "address",
    .heading = "addr",
    .summary = "how the target is addressed: by name, by its IPv4 or IPv6 address, or by another name",
    .levels = {"name", "ipv4", "ipv6", "alias"},
    .meaning = {"the name as given", "its IPv4 address, presented as the name too",
                "its IPv6 address, presented as the name too", "the name given by --alias"},
    .phase = PHASE_RESOLVE,
    .weight = 1,
    .operand = &alias,
    .led = true,
    .effect = effect,
    .unavailable = unavailable,
};
