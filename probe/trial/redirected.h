// SPDX-License-Identifier: Apache-2.0
// Where a broker sent a trial's client: read from the facts of its redirection packet.
#pragma once

#include "trial/target.h"
#include "trial/trial.h"

enum { REDIRECTIONS_MAX = 5 }; // that one trial follows: servers that send in a circle must not go on forever

// Fills *to with the target to follow to, *token with the routing token to bring along ("" for none; borrowed from the
// trial's facts) and *session with the session to ask for there (0: none; MS-RDPBCGR 2.2.1.3.5). As clients do it, a
// token is brought to where the client was, for the broker or balancer there to route it; without one the client goes
// to the name or address given, or back to where it was if there is none. False if the trial did not end with a
// redirection, or what the packet gives is no host's name.
bool trial_redirected_to(const struct trial *trial, const struct target *from, struct target *to, const char **token,
                         uint32_t *session);
