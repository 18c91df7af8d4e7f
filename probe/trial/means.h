// SPDX-License-Identifier: Apache-2.0
// What a run has been given, as far as factors need it: levels that need more cannot be had in this run, whatever the
// target. The constraints between factors are in variant_possible().
#pragma once

#include <stdbool.h>

#include "trial/factor.h"

struct means {
    bool target_is_address; // there is no name to go by
    bool alias;             // the target has another name
    bool gateway;           // there is a gateway
    bool domain;            // the user's domain is known
    bool load_balance_info; // there is a routing token
    bool client_name;       // there is a name for the client
};

// Why the level cannot be had: a static clause that goes on after "because"; NULL where it can be.
const char *level_lack(const struct means *means, enum factor factor, unsigned level);

// The levels that can be had, as a bit set.
unsigned levels_had(const struct means *means, enum factor factor);
