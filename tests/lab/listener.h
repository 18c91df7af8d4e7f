// SPDX-License-Identifier: Apache-2.0
//
// The lab's own process: listens, forks one process a connection, and writes the JSON lines.
#pragma once

#include "peer.h"

// Serves until a signal ends it or stdout's reader is gone; leaves no child behind. Returns the exit status.
int listener_run(const struct lab *lab);
