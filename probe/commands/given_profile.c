// SPDX-License-Identifier: Apache-2.0
#include "commands/given_profile.h"

#include <stdio.h>

#include "trial/profile.h"

const struct profile *given_profile(const struct target *target, const char *user, const char *domain, bool has_gateway,
                                    const char *const operands[FACTOR_COUNT])
{
    static struct profile profile;
    profile = (struct profile){.target = *target, .has_gateway = has_gateway};
    snprintf(profile.account.user, sizeof profile.account.user, "%s", user);
    snprintf(profile.account.domain, sizeof profile.account.domain, "%s", domain);
    for (int f = 0; f < FACTOR_COUNT; f++)
        snprintf(profile.operand[f], OPERAND_MAX, "%s", operands[f] ? operands[f] : "");
    return &profile;
}
