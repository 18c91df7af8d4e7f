// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"LoadBalanceInfo", NULL, NULL, false},
    {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    const char *token = applying->profile->operand[FACTOR_LOAD_BALANCE];
    size_t size = strlen(token);
    return level != LOAD_BALANCE_TOKEN ||
           (size && freerdp_settings_set_pointer_len(applying->settings, FreeRDP_LoadBalanceInfo, token, size));
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    char *token = parsed_value(parsed, "LoadBalanceInfo");
    bool given = token && *token;
    free(token);
    *level = LOAD_BALANCE_TOKEN;
    return given;
}

const struct factor_settings factor_load_balance_settings = {
    .apply = apply,
    .settings = settings,
    .operand = "LoadBalanceInfo",
    .import = import,
};
