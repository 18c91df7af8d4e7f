// SPDX-License-Identifier: Apache-2.0
// Passwords and tokens: from a file, standard input or the environment, never from an argument.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SECRET_NOT_STASHED = -1 };

// Moves an environment variable out of this process's memory into a pipe, so that a process forked before secret_read()
// has no copy, neither in memory nor in /proc/PID/environ. Returns the pipe's end for secret_read(), or
// SECRET_NOT_STASHED where the variable is not set. False with a sentence in error[size] if it cannot be moved; it is
// wiped all the same.
bool secret_stash(const char *variable, int *stash, char *error, size_t size);

// Reads a secret from a file ("-" is standard input), without its one trailing newline; where file is NULL, from the
// stash (SECRET_NOT_STASHED for none). The stash is closed in any case. *secret gets a copy that secret_wipe() frees,
// or NULL where neither is there. *warning, where the file is open to every user, gets a static clause; else NULL.
// Returns false with a sentence in error[size] that does not hold the secret.
bool secret_read(const char *file, int stash, char **secret, const char **warning, char *error, size_t size);

// Overwrites and frees. Safe on NULL.
void secret_wipe(char *secret);
