// SPDX-License-Identifier: Apache-2.0
// What a trial needs of its accounts and was not given: without it the trial would only show this machine's failure.
#pragma once

#include "trial/profile.h"
#include "trial/until.h"

enum missing {
    MISSING_NOTHING,
    MISSING_USER,     // at the target
    MISSING_PASSWORD, // of the target's account, which may be the gateway's too
    MISSING_GATEWAY_USER,
    MISSING_GATEWAY_PASSWORD // of the gateway's own account
};

// Whether a trial with this variant sends the target a user's password: by NLA beyond its challenge, else by autologon.
bool profile_logs_on(const struct profile *profile, const struct variant *variant, struct until until);

// What is missing first. An empty password is none: no client sends one.
enum missing profile_missing(const struct profile *profile, const struct variant *variant, struct until until);
