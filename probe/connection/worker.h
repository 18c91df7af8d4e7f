// SPDX-License-Identifier: Apache-2.0
// The connection room's door: what the zygote calls. Nothing outside this room knows FreeRDP.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Processor time after which a worker that draws nothing is ended by SIGXCPU: a client library that spins must not take
// a processor from the others until its deadline.
enum { WORKER_CPU_SECONDS = 5 };

// Address space of a worker that draws nothing, and of one that draws (a desktop of PICTURE_PIXELS_MAX is there five
// times); bytes that it adds to a file.
enum { WORKER_MEMORY_MIB = 2048, WORKER_PICTURE_MIB = 4096, WORKER_FILE_MIB = 512 };

// Initialises OpenSSL, WinPR and FreeRDP once, so that workers forked from this process start warm. Cleans the
// environment of what would change a connection (proxies, Kerberos and log settings). False with a sentence in
// error[size].
bool worker_warm_up(char *error, size_t size);

// In a forked child: reads a request from the socket, runs the connection, reports events on the same socket, and ends
// the process. Does not return.
_Noreturn void worker_run(int fd);

// Library versions for journals and --version, e.g. "FreeRDP 3.10.3, OpenSSL 3.0.15 …". Static.
const char *worker_versions(void);
