// SPDX-License-Identifier: Apache-2.0
// Landlock's part of the sandbox (landlock(7)), by its system calls: glibc has no functions for them.
#pragma once

#include <stdbool.h>

#include "connection/sandbox.h"

// Landlock's ABI in this kernel; 0: it has none, or it is turned off.
int landlock_version(void);

// Notes the directories of the libraries that are loaded now, which further ones come from.
void landlock_note_libraries(void);

// Shuts this thread and all that it makes in. False with errno.
bool landlock_enter(const struct sandbox_needs *needs);
