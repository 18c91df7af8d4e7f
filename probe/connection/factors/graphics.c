// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"SupportGraphicsPipeline", "gfx", NULL, false},
    {"DeactivateClientDecoding", NULL, "set by the factor graphics", true},
    {"SupportDynamicChannels", NULL, "set by the factors graphics and redirection", true},
    {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    return freerdp_settings_set_bool(applying->settings, FreeRDP_SupportGraphicsPipeline, level == GRAPHICS_GFX);
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    *level = parsed_flag(parsed, "SupportGraphicsPipeline") ? GRAPHICS_GFX : GRAPHICS_NONE;
    return parsed_says(parsed, "SupportGraphicsPipeline");
}

const struct factor_settings factor_graphics_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
