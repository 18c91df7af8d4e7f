// SPDX-License-Identifier: Apache-2.0
// Models to make designs of, with the number of rows that PICT needs for them.
#pragma once

#include <stddef.h>

#include "scenario/design.h"

struct known_model {
    const char *name;
    struct design_model model;
    unsigned strength;
    unsigned pict; // rows that PICT makes
};

// The factors of an RDP client, plain and with constraints, and models of twelve factors of the same kind.
const struct known_model *known_models(size_t *count);
