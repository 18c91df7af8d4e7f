// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"
#include "trial/keyboard_layout.h"

static const struct factor_setting settings[] = {
    {"KeyboardLayout", NULL, NULL, false},
    {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    return freerdp_settings_set_uint32(applying->settings, FreeRDP_KeyboardLayout,
                                       keyboard_layout(applying->profile, level));
}

// xfreerdp's parser takes no layout of 0; without one, it sends what the user's desktop has.
static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    uint32_t layout = parsed_number(parsed, "KeyboardLayout");
    *level = layout == KEYBOARD_LAYOUT_US ? KEYBOARD_US : KEYBOARD_GIVEN;
    return layout != 0;
}

const struct factor_settings factor_keyboard_settings = {
    .apply = apply,
    .settings = settings,
    .operand = "KeyboardLayout",
    .import = import,
};
