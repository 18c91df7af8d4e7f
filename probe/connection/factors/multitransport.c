// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"SupportMultitransport", "multitransport", NULL, false},
    {"MultitransportFlags", NULL, "set by the factor multitransport", true},
    {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    bool on = level == MULTITRANSPORT_ON;
    return freerdp_settings_set_bool(applying->settings, FreeRDP_SupportMultitransport, on) &&
           freerdp_settings_set_uint32(
               applying->settings, FreeRDP_MultitransportFlags,
               on ? TRANSPORT_TYPE_UDP_FECR | TRANSPORT_TYPE_UDP_FECL | TRANSPORT_TYPE_UDP_PREFERRED : 0);
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    *level = parsed_flag(parsed, "SupportMultitransport") ? MULTITRANSPORT_ON : MULTITRANSPORT_OFF;
    return parsed_says(parsed, "SupportMultitransport");
}

const struct factor_settings factor_multitransport_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
