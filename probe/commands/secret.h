// SPDX-License-Identifier: Apache-2.0
// Passwords and tokens: from a file, standard input or the environment, never from an argument.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Reads a secret from a file ("-" is standard input), without its one trailing newline; where file is NULL, from the
// environment variable (NULL for none), which is then wiped and removed. *secret gets a copy that secret_wipe() frees, or
// NULL where neither is there. *warning, where the file is open to every user, gets a static clause; else NULL. Returns
// false with a sentence in error[size] that does not hold the secret.
bool secret_read(const char *file, const char *variable, char **secret, const char **warning, char *error, size_t size);

// Overwrites and frees. Safe on NULL.
void secret_wipe(char *secret);
