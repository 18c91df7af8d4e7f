// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"EncryptionMethods", "encryption-methods", "only all of them, or one alone", false},
    {NULL, NULL, NULL, false},
};

// Under TLS nothing of RDP's own is offered.
static bool apply(struct applying *applying, unsigned level)
{
    return applying->profile->levels.level[FACTOR_SECURITY] != SECURITY_RDP ||
           freerdp_settings_set_uint32(applying->settings, FreeRDP_EncryptionMethods, rdp_encryption_methods(level));
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    uint32_t methods = parsed_number(parsed, "EncryptionMethods");
    for (*level = 0; *level < factor_levels(FACTOR_RDP_ENCRYPTION); ++*level) {
        if (rdp_encryption_methods(*level) == methods)
            return true;
    }
    return false;
}

const struct factor_settings factor_rdp_encryption_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
