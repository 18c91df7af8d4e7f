// SPDX-License-Identifier: Apache-2.0
// The passwords that the trials of a plan need: whether they are there, and asking for those that are not.
#pragma once

#include "commands/command.h"
#include "commands/fleet_accounts.h"

// After fleet_accounts_stash() and before anything is begun: EXIT_USAGE with a sentence in error[size] where something
// is missing that nobody can be asked for.
enum exit_status fleet_passwords_check(const struct fleet_accounts *accounts, const struct plan *plan, bool can_ask,
                                       char *error, size_t size);

// After fleet_accounts_read(): asks for what is missing still. EXIT_USAGE with a sentence, or EXIT_INTERRUPTED after a
// signal with none.
enum exit_status fleet_passwords_complete(struct fleet_accounts *accounts, const struct plan *plan, bool can_ask,
                                          char *error, size_t size);
