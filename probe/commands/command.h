// SPDX-License-Identifier: Apache-2.0
// The subcommands and their exit statuses.
#pragma once

enum exit_status {
    EXIT_CONNECTED = 0, // connected, or nothing to complain about
    EXIT_FAILURE_FOUND = 1,
    EXIT_USAGE = 2,
    EXIT_CANNOT_RUN = 3,
    EXIT_SAFETY = 4,
    EXIT_INTERRUPTED = 130 // as a shell reports SIGINT
};

// Each gets its own arguments, argv[0] being the command's name, and returns an exit status.
int connect_command(int argc, char **argv);
int isolate_command(int argc, char **argv);
int matrix_command(int argc, char **argv);
int report_command(int argc, char **argv);
int explain_command(int argc, char **argv);
