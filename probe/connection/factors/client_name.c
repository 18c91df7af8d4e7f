// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"ClientHostname", NULL, NULL, false},
    {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    return level != CLIENT_NAME_GIVEN || freerdp_settings_set_string(applying->settings, FreeRDP_ClientHostname,
                                                                     applying->profile->operand[FACTOR_CLIENT_NAME]);
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    *level = CLIENT_NAME_GIVEN;
    return parsed_says(parsed, "ClientHostname") && parsed_text(parsed, "ClientHostname")[0];
}

const struct factor_settings factor_client_name_settings = {
    .apply = apply,
    .settings = settings,
    .operand = "ClientHostname",
    .cuts_operand = true, // as mstsc does
    .import = import,
};
