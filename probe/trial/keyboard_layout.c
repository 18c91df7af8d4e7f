// SPDX-License-Identifier: Apache-2.0
#include "trial/keyboard_layout.h"

#include <stdlib.h>

#include "trial/profile.h"

uint32_t keyboard_layout(const struct profile *profile, unsigned level)
{
    switch (level) {
    case KEYBOARD_US:
        return KEYBOARD_LAYOUT_US;
    case KEYBOARD_GIVEN: // as trial/factors/keyboard.c wrote it: 0x and digits
        return (uint32_t)strtoul(profile->operand[FACTOR_KEYBOARD], NULL, 0);
    default:
        return 0;
    }
}
