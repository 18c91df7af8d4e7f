// SPDX-License-Identifier: Apache-2.0
#include "connection/factor_settings.h"

// The name that is presented is decided where the target is resolved (connection/socket.c).
static const struct factor_setting settings[] = {
    {"UserSpecifiedServerName", NULL, "the name presented is the target's: see the factor address", true},
    {NULL, NULL, NULL, false},
};

const struct factor_settings factor_address_settings = {
    .settings = settings,
};
