// SPDX-License-Identifier: Apache-2.0
// What counts as the failure.
#pragma once

#include "commands/options.h"

// --signature: whatever a report prints of a failure. As the other functions of the table of options.
bool option_take_signature(struct options *options, const char *text, char *error, size_t size);
