// SPDX-License-Identifier: Apache-2.0
#include "trial/until.h"

#include <string.h>

static const char nla_challenge[] = "nla-challenge";

const char *until_name(struct until until)
{
    return until.at_challenge ? nla_challenge : phase_name(until.phase);
}

bool until_from_name(const char *name, struct until *until)
{
    enum phase phase = PHASE_NLA;
    bool at_challenge = strcmp(name, nla_challenge) == 0;
    if (!at_challenge && !phase_from_name(name, &phase))
        return false;
    *until = (struct until){phase, at_challenge};
    return true;
}
