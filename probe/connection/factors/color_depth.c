// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>

#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"ColorDepth", "bpp", NULL, false},
    {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    static const uint32_t depths[] = {[COLOR_DEPTH_32] = 32,
                                      [COLOR_DEPTH_24] = 24,
                                      [COLOR_DEPTH_16] = 16,
                                      [COLOR_DEPTH_15] = 15,
                                      [COLOR_DEPTH_8] = 8};
    return freerdp_settings_set_uint32(applying->settings, FreeRDP_ColorDepth, depths[level]);
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    char depth[16];
    snprintf(depth, sizeof depth, "%" PRIu32, parsed_number(parsed, "ColorDepth"));
    return parsed_says(parsed, "ColorDepth") && level_from_name(FACTOR_COLOR_DEPTH, depth, level);
}

const struct factor_settings factor_color_depth_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
