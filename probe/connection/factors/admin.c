// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"ConsoleSession", NULL, NULL, false},
    {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    return freerdp_settings_set_bool(applying->settings, FreeRDP_ConsoleSession, level == ADMIN_ON);
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    *level = parsed_flag(parsed, "ConsoleSession") ? ADMIN_ON : ADMIN_OFF;
    return parsed_says(parsed, "ConsoleSession");
}

const struct factor_settings factor_admin_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
