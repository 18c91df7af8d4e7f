// SPDX-License-Identifier: Apache-2.0
// What the target accepts, as the wire shows it: each survey ends with the TLS handshake (with the negotiation where
// there is none). Rules of rdp_space.h; see struct factor_rules.
#pragma once

#include "analysis/factor_space.h"

// Others are only looked at with the logon or after it: a licence, the form of the user's name.
bool rdp_surveyed(enum factor factor);

enum phase rdp_survey_until(const struct variant *variant);

// Whether the wire shows that the target accepted the trial's level of the factor, even if the trial failed later.
bool rdp_accepted(const struct trial *trial, enum factor factor);

struct level_state rdp_refusal(const struct trial *trial);
