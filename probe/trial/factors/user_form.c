// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "trial/fact.h"
#include "trial/profile.h"
#include "trial/trial.h"
#include "trial/user_name.h"

static enum effect effect(const struct trial *trial)
{
    const char *user = fact_text(trial->facts, FACT_LOGON_USER, NULL);
    const char *domain = fact_text(trial->facts, FACT_LOGON_DOMAIN, "");
    unsigned level = trial->variant.level[FACTOR_USER_FORM];
    if (level == USER_FORM_AS_GIVEN)
        return EFFECT_YES;
    if (!user)
        return EFFECT_UNREACHED;
    bool upn = strchr(user, '@') && !domain[0];
    return level == USER_FORM_UPN ? effect_if(upn) : effect_if(!upn && domain[0]);
}

static const char *unavailable(const struct profile *profile, unsigned level)
{
    if (level != USER_FORM_AS_GIVEN && !user_name_has_domain(profile->account.user, profile->account.domain))
        return "no domain of the user was given (--domain, or with --user)";
    return NULL;
}

static bool same(const struct profile *profile, unsigned a, unsigned b)
{
    return user_name_same((enum user_form_level)a, (enum user_form_level)b, profile->account.user,
                          profile->account.domain);
}

const struct factor_row factor_user_form = {
    .name = "user-form",
    .heading = "user",
    .summary = "form in which the user's name is sent",
    .levels = {"as-given", "upn", "down-level"},
    .meaning = {"as --user and --domain have it", "USER@DOMAIN, without a domain of its own",
                "DOMAIN\\USER, the domain apart"},
    .phase = PHASE_NEGOTIATE, // it is in the cookie
    .weight = 1,
    .cost = 0.5, // another form of the name may cost a refused logon
    .effect = effect,
    .unavailable = unavailable,
    .same = same,
};
