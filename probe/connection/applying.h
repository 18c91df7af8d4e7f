// SPDX-License-Identifier: Apache-2.0
// A trial's settings on their way into FreeRDP.
#pragma once

#include <freerdp/settings.h>

#include "connection/factor_settings.h"
#include "trial/profile.h"

struct applying {
    rdpSettings *settings;
    const struct profile *profile; // its levels are the trial's variant
    bool at_challenge;             // the trial ends at NTLM's CHALLENGE (connection/request.h)
};

// Whether the trial goes through a gateway.
static inline bool applying_gateway(const struct applying *applying)
{
    return applying->profile->levels.level[FACTOR_GATEWAY] != GATEWAY_OFF;
}

struct text_setting {
    FreeRDP_Settings_Keys_String key;
    const char *value; // NULL: none
};

struct number_setting {
    FreeRDP_Settings_Keys_UInt32 key;
    uint32_t value;
};

struct flag_setting {
    FreeRDP_Settings_Keys_Bool key;
    bool value;
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

// Set a list of settings. False if FreeRDP refuses one.
bool apply_texts(struct applying *applying, const struct text_setting *list, size_t count);
bool apply_numbers(struct applying *applying, const struct number_setting *list, size_t count);
bool apply_flags(struct applying *applying, const struct flag_setting *list, size_t count);
