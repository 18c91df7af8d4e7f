// SPDX-License-Identifier: Apache-2.0
#include "trial/means.h"

const char *level_lack(const struct means *means, enum factor factor, unsigned level)
{
    switch (factor) {
    case FACTOR_ADDRESS:
        if (means->target_is_address && address_is_literal(level))
            return "the target was given as an address, so there is no name to compare it with";
        if (!means->alias && level == ADDRESS_ALIAS)
            return "no other name of the target was given (--alias)";
        break;
    case FACTOR_GATEWAY:
        if (!means->gateway && level != GATEWAY_OFF)
            return "no gateway was given (--gateway)";
        break;
    case FACTOR_AUTH:
        if (means->target_is_address && level == AUTH_LEVEL_KERBEROS)
            return "the target was given as an address, and Kerberos knows it by its name";
        break;
    case FACTOR_USER_FORM:
        if (!means->domain && level != USER_FORM_AS_GIVEN)
            return "no domain of the user was given (--domain, or with --user)";
        break;
    case FACTOR_LOAD_BALANCE:
        if (!means->load_balance_info && level == LOAD_BALANCE_TOKEN)
            return "no routing token was given (--load-balance-info)";
        break;
    case FACTOR_CLIENT_NAME:
        if (!means->client_name && level == CLIENT_NAME_GIVEN)
            return "no name for the client was given (--client-name)";
        break;
    default:
        break;
    }
    return NULL;
}

unsigned levels_had(const struct means *means, enum factor factor)
{
    unsigned levels = 0;
    for (unsigned level = 0; level < factor_levels(factor); level++)
        levels |= level_lack(means, factor, level) ? 0 : 1u << level;
    return levels;
}
