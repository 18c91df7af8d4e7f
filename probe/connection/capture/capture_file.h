// SPDX-License-Identifier: Apache-2.0
// The file of a capture: made by the parent before a worker writes to it, looked after when the worker is gone.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Interfaces of the file, in their order.
enum { CAPTURE_TCP, CAPTURE_TUNNEL, CAPTURE_PDUS, CAPTURE_INTERFACES };

// Makes a new file that only its owner may read (mode 0600), in place of a regular one of that name, and writes what
// comes before all packets: program names who wrote it. Returns its descriptor, close-on-exec, or -1 with errno; EEXIST
// where something else has that name.
int capture_file_create(const char *path, const char *program, bool redact);

// Cuts off the block that a killed worker could not finish, if there is one. False with errno.
bool capture_file_repair(int fd);
