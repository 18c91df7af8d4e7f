// SPDX-License-Identifier: Apache-2.0
// How long the peer has sent nothing when the deadline is about to end the trial: a server that hangs is silent, one
// that is slow is not.
#pragma once

#include "connection/connection.h"

// Arms a timer that reports FACT_END_SILENCE shortly before the deadline, from whatever this process then waits in.
// Call once in a worker. Where no timer can be had the fact is not told.
void silence_watch(struct connection *connection);
