// SPDX-License-Identifier: Apache-2.0
// Files for the readers that take a path: in a folder of this process, which goes when it ends.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Writes the file of that name anew and returns its path, valid until the next call. Standard input is /dev/null
// afterwards, so that an input that names it waits for nobody.
const char *fuzzed_file(const char *name, const void *bytes, size_t size);

// Whether the text may be shown on a terminal: no control characters but tab and line ends.
bool fuzzed_is_plain(const char *text, size_t size);
