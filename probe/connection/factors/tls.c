// SPDX-License-Identifier: Apache-2.0
#include <openssl/ssl.h>

#include "connection/applying.h"
#include "connection/factors/tls.h"

static const struct factor_setting settings[] = {
    {"TLSMinVersion", NULL, NULL, false},
    {"TLSMaxVersion", NULL, NULL, false},
    {"TlsSecLevel", NULL, "always 0, so that only the factor tls decides", true},
    {NULL, NULL, NULL, false},
};

static const uint16_t versions[] = {
    [TLS_1_0] = TLS1_VERSION, [TLS_1_1] = TLS1_1_VERSION, [TLS_1_2] = TLS1_2_VERSION, [TLS_1_3] = TLS1_3_VERSION};

void tls_level_range(unsigned level, uint16_t *lowest, uint16_t *highest)
{
    *lowest = level == TLS_DEFAULT ? TLS1_VERSION : versions[level];
    *highest = level == TLS_DEFAULT ? TLS1_3_VERSION : versions[level];
}

static bool before_target_tls(struct applying *applying, unsigned level)
{
    uint16_t lowest, highest;

    tls_level_range(level, &lowest, &highest);
    // Security level 0 at every level of the factor: only then does OpenSSL speak 1.0 and 1.1, and only the version
    // varies.
    return freerdp_settings_set_uint16(applying->settings, FreeRDP_TLSMinVersion, lowest) &&
           freerdp_settings_set_uint16(applying->settings, FreeRDP_TLSMaxVersion, highest) &&
           freerdp_settings_set_uint32(applying->settings, FreeRDP_TlsSecLevel, 0);
}

// The factor is about the target. A gateway's own TLS would otherwise be held to the same version, and could keep
// trials from a target that takes it.
static bool apply(struct applying *applying, unsigned level)
{
    return before_target_tls(applying, applying_gateway(applying) ? (unsigned)TLS_DEFAULT : level);
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    uint32_t lowest = parsed_number(parsed, "TLSMinVersion"), highest = parsed_number(parsed, "TLSMaxVersion");
    for (*level = TLS_1_0; lowest == highest && *level <= TLS_1_3; ++*level) {
        if (versions[*level] == lowest)
            return true;
    }
    return false;
}

const struct factor_settings factor_tls_settings = {
    .apply = apply,
    .before_target_tls = before_target_tls,
    .settings = settings,
    .import = import,
};
