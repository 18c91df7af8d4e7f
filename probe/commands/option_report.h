// SPDX-License-Identifier: Apache-2.0
// What report's own options do with their arguments, as struct option_row's take; each is a row of the table.
#pragma once

#include "commands/options.h"

bool option_take_format(struct options *options, const char *name, char *error, size_t size);
bool option_take_output(struct options *options, const char *file, char *error, size_t size);
bool option_take_merge(struct options *options, const char *none, char *error, size_t size);

// Reads what follows the options: journals; and settles the format. False with a sentence in error[size].
bool option_take_journals(struct options *options, int count, char **journals, char *error, size_t size);
