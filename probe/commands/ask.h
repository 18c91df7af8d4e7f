// SPDX-License-Identifier: Apache-2.0
// A password asked for on the terminal, with echo off.
#pragma once

#include <stdbool.h>

enum asked { ASKED_ANSWERED, ASKED_NOBODY, ASKED_INTERRUPTED };

// Whether somebody can be asked: there is a terminal that this process may read from, and it is no build pipeline (CI).
bool ask_possible(void);

// Shows "PROMPT: " and reads one line that is not shown. *secret is then the answer, "" for an empty one, which
// secret_wipe() frees. A signal restores the terminal before it does what it would do; one that stops the process asks
// again when it goes on. ASKED_NOBODY: there is no terminal, or it could not be read.
enum asked ask_secret(const char *prompt, char **secret);
