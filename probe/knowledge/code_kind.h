// SPDX-License-Identifier: Apache-2.0
// The kinds of codes that people hold, each with its table: who makes such a code, in which phase it arises, and the
// family of outcomes that it is of. The same number may be a code of several kinds.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knowledge/codes.h"

struct code_kind {
    const char *id;     // "errinfo"; the family's name in the journal where there is one
    const char *title;  // "Set Error Info PDU"
    const char *source; // the specification, or whose number it is
    const char *arises; // who sends or shows it, and when: a clause
    const char *phase;  // the phase that it is most often seen in, by its name in the journal; NULL: none
    bool family;        // a trial's outcome may be of it
    bool decimal;       // how its source writes it
    bool bare;          // small numbers that nobody gives without saying whose: taken only where nothing else fits, or
                        // with the kind's name
    const struct code_row *(*row_at)(size_t index); // NULL past the last
};

// The kinds from index 0; NULL past the last. Static.
const struct code_kind *code_kind_at(size_t index);

// The kind with an id, or NULL.
const struct code_kind *code_kind_of(const char *id);
