// SPDX-License-Identifier: Apache-2.0
// The cage of a worker: what code that a server has taken over may still do. No new privileges, no capabilities, an
// allow-list of system calls (seccomp(2)), and what files, TCP ports, signals and abstract sockets it reaches
// (landlock(7)). What the kernel does not know is left out, and sandbox_text() says so.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connection/event.h"

enum { SANDBOX_PORTS_MAX = 32 };

// What one worker needs.
struct sandbox_needs {
    const char *scratch; // the only directory that it may write in; borrowed
    uint16_t ports[SANDBOX_PORTS_MAX];
    size_t port_count;       // that it may connect to by TCP besides those of DNS and Kerberos
    struct event_sink *sink; // where a call that is stopped is reported (FACT_END_BLOCKED_CALL); may be NULL
};

// For debugging only: workers get no sandbox. Before sandbox_prepare().
void sandbox_disable(void);
bool sandbox_disabled(void);

// In the zygote, once: compiles the filters of system calls. False if that cannot be done.
bool sandbox_prepare(void);

// In a worker, which has a single thread: shuts the cage, for good. A call that is not allowed ends the process by
// SIGSYS. False with a clause in error[size] if a layer that this kernel has cannot be had: the worker must end then.
bool sandbox_enter(const struct sandbox_needs *needs, char *error, size_t size);

// Once names are resolved: no further sockets to this machine's services; with udp false none but of TCP.
bool sandbox_tighten(bool udp);

// What is in force on this machine, and what is not, for people and journals. Static.
const char *sandbox_text(void);
