// SPDX-License-Identifier: Apache-2.0
// The sandbox's filter of system calls (seccomp(2)), made with libseccomp once and installed in each worker.
#pragma once

#include <stdbool.h>

#include "connection/event.h"

// Whether this kernel filters system calls.
bool calls_can_be_filtered(void);

// Compiles the filters. False if that cannot be done.
bool calls_prepare(void);

// Installs the filter of a worker. What it stops is reported to sink, which may be NULL, and ends the process by
// SIGSYS. False with errno.
bool calls_enter(struct event_sink *sink);

// Installs a further one: no sockets but of IP; with udp false none but of TCP.
bool calls_tighten(bool udp);
