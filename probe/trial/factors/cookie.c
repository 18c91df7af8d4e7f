// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "trial/fact.h"
#include "trial/profile.h"
#include "trial/trial.h"
#include "trial/user_name.h"

static enum effect effect(const struct trial *trial)
{
    unsigned level = trial->variant.level[FACTOR_COOKIE];
    const char *cookie = fact_text(trial->facts, FACT_NEGOTIATION_COOKIE, NULL);
    if (!fact_get(trial->facts, FACT_NEGOTIATION_REQUESTED))
        return EFFECT_UNREACHED;
    if (fact_get(trial->facts, FACT_NEGOTIATION_ROUTING_TOKEN)) // it goes in the cookie's place
        return level == COOKIE_SHORTENED ? EFFECT_VOID : EFFECT_NO;
    if (level == COOKIE_NONE || !cookie)
        return effect_if(level == COOKIE_NONE && !cookie);
    return effect_if(level == COOKIE_USER || strlen(cookie) <= COOKIE_SHORT);
}

static const char *conflict(const struct variant *variant)
{
    if (variant->level[FACTOR_LOAD_BALANCE] == LOAD_BALANCE_TOKEN && variant->level[FACTOR_COOKIE] != COOKIE_SHORTENED)
        return "a routing token goes in the cookie's place, so load-balance=token goes only with cookie=short";
    return NULL;
}

static bool same(const struct profile *profile, unsigned a, unsigned b)
{
    const struct account *account = &profile->account;
    return a == b || (a != COOKIE_NONE && b != COOKIE_NONE && strlen(account->user) <= COOKIE_SHORT &&
                      !user_name_has_domain(account->user, account->domain));
}

const struct factor_row factor_cookie = {
    .name = "cookie",
    .heading = "hash",
    .summary = "routing cookie (mstshash) in the connection request, by which a load balancer routes",
    .earlier = COOKIE_USER,
    .levels = {"short", "user", "none"},
    .meaning = {"nine characters of USER or DOMAIN\\USER, as mstsc", "the whole name of the user, without the domain",
                "no cookie"},
    .phase = PHASE_NEGOTIATE,
    .weight = 0.5,
    .cost = 0.02,
    .led = true,
    .effect = effect,
    .conflict = conflict,
    .same = same,
};
