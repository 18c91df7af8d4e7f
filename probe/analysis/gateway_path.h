// SPDX-License-Identifier: Apache-2.0
// What the gateway had to do with the failure, in words.
#pragma once

#include "analysis/experiment.h"

// Fills verdict->gateway; "" where no trial says anything of a gateway.
void tell_gateway_path(const struct experiment *experiment, struct verdict *verdict);
