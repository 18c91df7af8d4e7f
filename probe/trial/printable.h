// SPDX-License-Identifier: Apache-2.0
// Texts in printable ASCII, as the protocol's older fields take them.
#pragma once

#include <stdbool.h>

// Whether all characters are printable ASCII: from '!' to '~', and blanks where they are allowed.
static inline bool is_printable(const char *text, bool blanks)
{
    for (; *text; text++) {
        if (*text < (blanks ? ' ' : '!') || *text > '~')
            return false;
    }
    return true;
}
