// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM: the first asks the run to end, the second ends the program at once.
#pragma once

#include <stdbool.h>

// Installs the handlers, and ignores SIGPIPE and SIGXFSZ, so that a full disk is an error and no end. Safe to repeat.
void interrupt_catch(void);

// Whether one of them has come.
bool interrupt_seen(void);

// Which one, as a signal's number; 0: none yet.
int interrupt_signal(void);

// A descriptor that is readable once one of them has come, for poll(); -1 where there is none. Nobody reads it.
int interrupt_descriptor(void);
