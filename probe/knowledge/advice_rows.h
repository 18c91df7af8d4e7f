// SPDX-License-Identifier: Apache-2.0
// The rows of advice.c. The first that fits counts: a name before a code, one code before a range of them, a phase
// before all.
#pragma once

#include <stdint.h>

#include "knowledge/advice.h"

struct advice_row {
    const char *family;   // NULL ends a table
    const char *name;     // of the outcome; NULL: any
    const char *phases;   // where it ended, with blanks between; NULL: anywhere
    uint32_t first, last; // codes; of a gateway their low words
    struct advice advice;
};

#define ADVICE_ANY 0, UINT32_MAX

extern const struct advice_row advice_of_answers[]; // a server, a domain or a gateway said why
extern const struct advice_row advice_of_ends[];    // nobody did, or it is this side
