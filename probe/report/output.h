// SPDX-License-Identifier: Apache-2.0
// Where a report goes: standard output, or a file that appears under its name whole or not at all.
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct output {
    FILE *file;      // to write to; owned, except standard output
    char *path;      // NULL: standard output
    char *temporary; // its name until then, in the same directory; NULL where there is nothing to rename
};

// Opens for writing. path NULL or "-" is standard output. What exists and is no regular file (a device, a pipe) is
// written to directly; a symbolic link stays one. The file gets the mode that the umask leaves of 0666. False with
// errno set.
bool output_open(struct output *output, const char *path);

// Flushes, and with keep set makes the file durable and renames it; without, removes it and leaves an older one alone.
// False with errno set if anything was not written: nothing is renamed then.
bool output_close(struct output *output, bool keep);

// A nameless temporary file (in TMPDIR, else /tmp) for what comes later in a report than it is known. NULL with errno
// set.
FILE *output_spool(void);

// Copies all of a spool to a file. False with errno set if it cannot be read or written.
bool output_copy(FILE *spool, FILE *file);
