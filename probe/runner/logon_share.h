// SPDX-License-Identifier: Apache-2.0
// What a trial's record says of its logons, of each account by itself.
#pragma once

#include <stdbool.h>

#include "runner/ledger.h"
#include "trial/trial.h"

struct logon_share {
    enum logon_result result;
    unsigned logons; // AUTHENTICATEs, or passwords, sent
    unsigned failed; // of the trial's failed_logons
    unsigned count;  // failures for the ledger
};

// Those at the gateway. Without a certificate that is trusted for its name, what it grants proves nothing.
struct logon_share gateway_share(const struct trial *trial);

// Those at the target. Proved by NLA, whose server showed that it has the session key, or told by a server whose
// certificate is trusted for its name.
struct logon_share target_share(const struct trial *trial, const struct logon_share *at_gateway, bool autologon);

// Of one account at both: what went wrong outweighs what went well, as the one is not undone by the other.
struct logon_share logon_share_both(const struct logon_share *a, const struct logon_share *b);
