// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

bool apply_texts(struct applying *applying, const struct text_setting *list, size_t count)
{
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        ok = ok && freerdp_settings_set_string(applying->settings, list[i].key, list[i].value);
    return ok;
}

bool apply_numbers(struct applying *applying, const struct number_setting *list, size_t count)
{
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        ok = ok && freerdp_settings_set_uint32(applying->settings, list[i].key, list[i].value);
    return ok;
}

bool apply_flags(struct applying *applying, const struct flag_setting *list, size_t count)
{
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        ok = ok && freerdp_settings_set_bool(applying->settings, list[i].key, list[i].value);
    return ok;
}
