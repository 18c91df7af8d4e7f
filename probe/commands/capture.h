// SPDX-License-Identifier: Apache-2.0
// The file that --capture names, from before the first trial to after the last.
#pragma once

#include "commands/run.h"

// Makes the file and warns of what it will hold. True too where no capture is asked for. False after a sentence on
// standard error.
bool capture_start(struct run *run);

// Completes the file and says how to read it. False after a sentence on standard error where something is missing.
bool capture_finish(struct run *run);
