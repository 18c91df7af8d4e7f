// SPDX-License-Identifier: Apache-2.0
// SIGINT, SIGTERM and SIGHUP: the first asks the run to end, the second kills the processes of trials at once, and this
// one a second later if it has not come to its end by then.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

// Installs the handlers (SIGHUP's not where it is ignored, as by nohup), and ignores SIGPIPE and SIGXFSZ, so that a
// full disk is an error and no end. Safe to repeat.
void interrupt_catch(void);

// The process group that a second signal kills; 0: none.
void interrupt_kills(pid_t process_group);

// Whether one of them has come.
bool interrupt_seen(void);

// Which one, as a signal's number; 0: none yet.
int interrupt_signal(void);

// A descriptor that is readable once one of them has come, for poll(); -1 where there is none. Nobody reads it.
int interrupt_descriptor(void);
