// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"RestrictedAdminModeRequired", NULL, NULL, false},
    {"DisableCredentialsDelegation", NULL, "set by the factor restricted-admin", true},
    {NULL, NULL, NULL, false},
};

static bool apply(struct applying *applying, unsigned level)
{
    const struct flag_setting flags[] = {
        {FreeRDP_RestrictedAdminModeRequired, level == RESTRICTED_ADMIN_ON},
        // Restricted Admin mode asks for it, and FreeRDP would delegate all the same.
        {FreeRDP_DisableCredentialsDelegation, level == RESTRICTED_ADMIN_ON},
    };
    return apply_flags(applying, flags, COUNT(flags));
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    *level = parsed_flag(parsed, "RestrictedAdminModeRequired") ? RESTRICTED_ADMIN_ON : RESTRICTED_ADMIN_OFF;
    return parsed_says(parsed, "RestrictedAdminModeRequired");
}

const struct factor_settings factor_restricted_admin_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
