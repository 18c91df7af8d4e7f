// SPDX-License-Identifier: Apache-2.0
// Scenario files for tests: written to a folder of their own, read, and removed with it.
#pragma once

#include "scenario/scenario.h"

// cmocka set-up and tear-down of the folder.
int scenario_file_setup(void **state);
int scenario_file_teardown(void **state);

// Writes a file into the folder; length bytes. Returns its path (static until the next call).
const char *scenario_file_write(const char *name, const char *bytes, size_t length);

// Reads the text as the scenario "s.yaml" in the folder. Where it fails, error has the folder's name taken out.
struct scenario *scenario_file_read(const char *text, char *error, size_t size);
