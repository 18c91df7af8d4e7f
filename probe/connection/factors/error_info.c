// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static bool apply(struct applying *applying, unsigned level)
{
    return freerdp_settings_set_bool(applying->settings, FreeRDP_SupportErrorInfoPdu, level == ERROR_INFO_ADVERTISED);
}

const struct factor_settings factor_error_info_settings = {
    .apply = apply,
};
