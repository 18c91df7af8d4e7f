// SPDX-License-Identifier: Apache-2.0
// What becomes of FreeRDP's settings, and of the names in .rdp files, when a baseline is made of them. Tables, made
// once.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "import/baseline.h"

struct baseline_setting {
    const char *name; // as FreeRDP has it, without its prefix
    enum baseline_use use;
    int factor;           // whose level it decides, or -1
    const char *argument; // of xfreerdp, that gives it a value that may be the default; or NULL
    const char *why;      // a clause, where it is not simply taken
};

// The row of a setting; NULL for one that the probe has no use for.
const struct baseline_setting *baseline_setting(const char *name);

// All rows: those of the factors (connection/factors/), then those of none.
const struct baseline_setting *baseline_settings(size_t *count);

// A name in .rdp files, and what FreeRDP's parser does with it.
struct rdp_key {
    const char *name;
    const char *setting; // "" where it is read and used for nothing
    const char *why;     // a clause for the explanation, or NULL: then it is not mentioned unless its setting is
};

// The row of a name, in any case; NULL for one that the parser passes over.
const struct rdp_key *rdp_key(const char *name);

// Whether a setting's value is never to be shown.
bool baseline_setting_is_secret(const char *name);
