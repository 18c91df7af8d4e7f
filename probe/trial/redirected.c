// SPDX-License-Identifier: Apache-2.0
#include "trial/redirected.h"

#include "trial/fact.h"

bool trial_redirected_to(const struct trial *trial, const struct target *from, struct target *to, const char **token,
                         uint32_t *session)
{
    // The DNS name first: it is what the target's certificate is for.
    static const enum fact places[] = {FACT_REDIRECTION_FQDN, FACT_REDIRECTION_ADDRESS, FACT_REDIRECTION_NETBIOS};
    const char *error;

    if (trial->outcome.result != RESULT_FAILED || trial->outcome.family != FAMILY_REDIRECTION)
        return false;
    *session = (uint32_t)fact_integer(trial->facts, FACT_REDIRECTION_SESSION, 0);
    *token = fact_text(trial->facts, FACT_REDIRECTION_LOAD_BALANCE, "");
    if (**token) {
        *to = *from;
        return true;
    }
    *to = *from;
    bool named = false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *place = fact_text(trial->facts, places[i], "");
        if (*place && target_parse(place, from->port, to, &error))
            return true;
        named = named || *place;
    }
    return !named; // to a session of the same host
}
