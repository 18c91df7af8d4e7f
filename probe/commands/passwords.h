// SPDX-License-Identifier: Apache-2.0
// The passwords that the baseline of one target needs: whether they are there, and asking for those that are not.
#pragma once

#include "commands/command.h"
#include "commands/options.h"

// Before anything is begun: EXIT_USAGE after a sentence where something is missing that nobody can be asked for.
enum exit_status passwords_check(const struct options *options, const char *command);

// Asks for what the profile, which now has the secrets that were given, still needs; answers are put into secrets[] and
// the profile. EXIT_USAGE after a sentence where something is missing still, EXIT_INTERRUPTED after a signal.
enum exit_status passwords_complete(const struct options *options, const char *command, struct profile *profile,
                                    char *secrets[PROFILE_SECRETS]);
