// SPDX-License-Identifier: Apache-2.0
#include "trial/missing.h"

bool profile_logs_on(const struct profile *profile, const struct variant *variant, struct until until)
{
    if (variant->level[FACTOR_SECURITY] == SECURITY_NLA)
        return until.phase >= PHASE_NLA && !until.at_challenge;
    return profile->autologon && until.phase >= PHASE_INFO;
}

enum missing profile_missing(const struct profile *profile, const struct variant *variant, struct until until)
{
    const bool gateway = variant->level[FACTOR_GATEWAY] != GATEWAY_OFF && until.phase >= PHASE_GATEWAY;
    const bool own = profile->gateway_account.user[0] != '\0';
    const bool has_password = profile_secret(profile, PROFILE_PASSWORD)[0] != '\0';
    if (gateway && !profile->secret[PROFILE_GATEWAY_TOKEN] && !profile->secret[PROFILE_GATEWAY_BEARER]) {
        if (!profile_gateway_account(profile)->user[0])
            return MISSING_GATEWAY_USER;
        if (own && !profile_gateway_password(profile)[0])
            return MISSING_GATEWAY_PASSWORD;
        if (!own && !has_password)
            return MISSING_PASSWORD;
    }
    if (!profile_logs_on(profile, variant, until))
        return MISSING_NOTHING;
    if (!profile->account.user[0])
        return MISSING_USER;
    return has_password ? MISSING_NOTHING : MISSING_PASSWORD;
}
