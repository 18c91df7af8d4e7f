// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"NetworkAutoDetect", "network", NULL, false},
    {"ConnectionType", NULL, "set by the factor autodetect", true},
    {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    bool on = level == AUTODETECT_ON;
    // FreeRDP's own default leaves the type to a detection that it does not offer.
    return freerdp_settings_set_bool(applying->settings, FreeRDP_NetworkAutoDetect, on) &&
           freerdp_settings_set_uint32(applying->settings, FreeRDP_ConnectionType,
                                       on ? CONNECTION_TYPE_AUTODETECT : CONNECTION_TYPE_LAN);
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    *level = parsed_flag(parsed, "NetworkAutoDetect") ? AUTODETECT_ON : AUTODETECT_OFF;
    return parsed_says(parsed, "NetworkAutoDetect");
}

const struct factor_settings factor_autodetect_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
