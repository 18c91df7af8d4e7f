// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"
#include "connection/outgoing.h"
#include "protocol/x224.h"

static const struct factor_setting settings[] = {
    {"NegotiateSecurityLayer", NULL, NULL, false},
    {NULL, NULL, NULL, false},
};

// After the factor security.
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

// Adds RDP_NEG_REQ that asks for RDP security alone (MS-RDPBCGR 2.2.1.1.1): FreeRDP sends none then, and a server that
// wants TLS can only say so to who negotiates.
static void sending(struct outgoing *outgoing, const struct variant *variant, unsigned level)
{
    if (outgoing->first && variant->level[FACTOR_SECURITY] == SECURITY_RDP && level == NEGOTIATION_OFFERED &&
        outgoing->room - outgoing->size >= X224_NEGOTIATION_SIZE &&
        x224_add_negotiation(outgoing->data, outgoing->size, PROTOCOL_RDP))
        outgoing->size += X224_NEGOTIATION_SIZE;
}

const struct factor_settings factor_negotiation_settings = {
    .apply = apply,
    .sending = sending,
    .settings = settings,
    .import = import,
};
