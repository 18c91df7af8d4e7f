// SPDX-License-Identifier: Apache-2.0
// Which phase a connection is in; ends the trial where it was to stop.
#pragma once

#include "connection/session.h"

// The phase begins now, if it is beyond the present one. If the trial was to stop before it, the trial succeeds here
// and this does not return.
void progress_begin(struct session *session, enum phase phase);

// Whether the phase, or a later one, has begun.
bool progress_reached(const struct session *session, enum phase phase);
