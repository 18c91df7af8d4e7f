// SPDX-License-Identifier: Apache-2.0
// What holds for this process from its first moment on, and for those that it forks.
#pragma once

#include <stdbool.h>

// Opens descriptors 0 to 2 where they are missing, so that no journal takes their number: what is then written to them
// fails. No core dumps; no debugger and no reading of this process's memory by others of its user. What JSON was kept
// in is wiped when it is freed. False where /dev/null cannot be opened.
bool process_begin(void);
