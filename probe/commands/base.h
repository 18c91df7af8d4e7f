// SPDX-License-Identifier: Apache-2.0
// A target's base settings from an .rdp file or xfreerdp's arguments: how they join the options, and their explanation.
#pragma once

#include "commands/command.h"
#include "commands/options.h"

// Whether a word names an .rdp file, or has the sign of an argument of xfreerdp.
bool base_is_file(const char *word);
bool base_is_argument(const char *word);

// Reads an .rdp file (the first word, if it is one) and arguments (all others) and fills in what the options, which
// were read before, leave open. False with a sentence in error[size].
bool base_take(struct options *options, int count, char **words, char *error, size_t size);

// Prints on standard output what was taken, what the probe or an option overrides, and what is not used.
enum exit_status base_explain(const struct options *options);
