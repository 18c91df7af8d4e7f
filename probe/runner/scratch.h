// SPDX-License-Identifier: Apache-2.0
// The run's scratch directory: FreeRDP's configuration of each trial, licence stores above all. The user's own is read
// only where a level says so, and never written.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "trial/factor.h"

enum { SCRATCH_PATH = 4096 };

// Makes a directory of mode 0700 under TMPDIR, else in /dev/shm or /tmp, and writes its path. False with errno.
bool scratch_make(char path[SCRATCH_PATH]);

// Makes a directory inside of it, of the given path, with licences of its own. False with errno.
bool scratch_make_part(const char *path);

// Removes a directory with all that is in it. Safe on one that is not there.
void scratch_remove(const char *path);

// Makes the configuration directory of a trial, with the licence store that its license level asks for: the user's
// (keep), none (clear), or what was saved by scratch_save_licenses() (reuse), or that with bytes changed (corrupt).
// False with errno.
bool scratch_prepare(const char *scratch, unsigned long number, enum license_level license, char config[SCRATCH_PATH]);

// Keeps the licences of a trial's store for later reuse. Returns how many there are, or -1 with errno.
int scratch_save_licenses(const char *scratch, const char *config);

// Whether there is a licence to reuse.
bool scratch_has_licenses(const char *scratch);
