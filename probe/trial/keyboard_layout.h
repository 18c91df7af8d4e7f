// SPDX-License-Identifier: Apache-2.0
// The keyboard layout that a client announces (keyboardLayout, MS-RDPBCGR 2.2.1.3.2). A pure function.
#pragma once

#include <stdint.h>

struct profile;

enum { KEYBOARD_LAYOUT_US = 0x409 }; // English (United States), as MS-LCID 2.2 has it

// The layout of a level of the factor keyboard; 0 for none, and where the level's text is missing.
uint32_t keyboard_layout(const struct profile *profile, unsigned level);
