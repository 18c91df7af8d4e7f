// SPDX-License-Identifier: Apache-2.0
// What a command says to people when something is wrong.
#pragma once

// Says one sentence on standard error, as "rdpprobe COMMAND: …".
void run_complain(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
