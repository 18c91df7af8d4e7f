// SPDX-License-Identifier: Apache-2.0
// What the command line of explain asks for.
#pragma once

#include "commands/options.h"

// --list. As the other functions of the table of options.
bool option_take_list(struct options *options, const char *none, char *error, size_t size);

// The words after the options. False with a sentence in error[size] where there are too few or too many for what is
// asked.
bool option_take_words(struct options *options, int count, char **words, char *error, size_t size);
