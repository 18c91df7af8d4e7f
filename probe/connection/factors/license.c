// SPDX-License-Identifier: Apache-2.0
#include "connection/factor_settings.h"

// The licence store is prepared by who runs the trial; FreeRDP finds it by its ConfigPath.
static const struct factor_setting settings[] = {
    {"OldLicenseBehaviour", NULL, "set by the factor license", true},
    {NULL, NULL, NULL, false},
};

const struct factor_settings factor_license_settings = {
    .settings = settings,
};
