// SPDX-License-Identifier: Apache-2.0
// rdpprobe isolate --from JOURNAL: what trials on record prove, without a connection.
#pragma once

#include "commands/command.h"
#include "commands/options.h"

// Reads options->from, isolates by its trials of one target (the given one, else the first on record) and reports.
// Returns the exit status, after a sentence on standard error where the journal cannot be used.
enum exit_status isolate_offline(const struct options *options, const char *command);
