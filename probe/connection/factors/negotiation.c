// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"NegotiateSecurityLayer", NULL, NULL, false},
    {NULL, NULL, NULL, false},
};

// After the factor security. What a connection request offers with RDP security is added on its way (offer.h).
static bool apply(struct applying *applying, unsigned level)
{
    bool skipped = level == NEGOTIATION_SKIPPED;
    const struct flag_setting flags[] = {
        {FreeRDP_NegotiateSecurityLayer, !skipped},
        // Without negotiation nobody agreed on early user authorization, and FreeRDP would wait for its result.
        {FreeRDP_ExtSecurity, !skipped && applying->profile->levels.level[FACTOR_SECURITY] == SECURITY_NLA},
    };
    return apply_flags(applying, flags, COUNT(flags));
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    *level = parsed_flag(parsed, "NegotiateSecurityLayer") ? NEGOTIATION_OFFERED : NEGOTIATION_SKIPPED;
    return parsed_says(parsed, "NegotiateSecurityLayer");
}

const struct factor_settings factor_negotiation_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
