// SPDX-License-Identifier: Apache-2.0
#include "connection/parsed_settings.h"

#include <freerdp/client.h>
#include <freerdp/client/cmdline.h>
#include <freerdp/client/file.h>
#include <freerdp/settings.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parsed_settings {
    rdpSettings *settings, *plain; // what was read, and what FreeRDP makes of a host alone
    bool said[FreeRDP_Settings_StableAPI_MAX + 1];
};

struct parsed_settings *parsed_settings_new(void)
{
    struct parsed_settings *parsed = calloc(1, sizeof *parsed);
    if (!parsed)
        return NULL;
    parsed->settings = freerdp_settings_new(0);
    parsed->plain = freerdp_settings_new(0);
    if (parsed->settings && parsed->plain)
        return parsed;
    parsed_settings_free(parsed);
    return NULL;
}

void parsed_settings_free(struct parsed_settings *parsed)
{
    if (!parsed)
        return;
    freerdp_settings_free(parsed->settings);
    freerdp_settings_free(parsed->plain);
    free(parsed);
}

// ---- the parsers ----

static bool take_file(rdpSettings *settings, const char *text)
{
    rdpFile *file = freerdp_client_rdp_file_new();
    bool ok = file && freerdp_client_parse_rdp_file_buffer(file, (const BYTE *)text, strlen(text)) &&
              freerdp_client_populate_settings_from_rdp_file(file, settings);
    freerdp_client_rdp_file_free(file);
    return ok;
}

bool parsed_settings_take_file(struct parsed_settings *parsed, const char *text)
{
    return take_file(parsed->plain, "full address:s:host\n") && take_file(parsed->settings, text);
}

static int take_arguments(rdpSettings *settings, int argc, char *const *argv)
{
    char *words[PARSED_ARGUMENTS_MAX + 2] = {strdup("xfreerdp")};
    for (int i = 0; i < argc; i++)
        words[i + 1] = strdup(argv[i]); // the parser overwrites secrets in them
    int status = freerdp_client_settings_parse_command_line(settings, argc + 1, words, FALSE);
    for (int i = 0; i <= argc; i++)
        free(words[i]);
    return status;
}

enum parsed_arguments parsed_settings_take_arguments(struct parsed_settings *parsed, int argc, char *const *argv,
                                                     bool replaces_defaults)
{
    static char *const host_alone[] = {"/v:host", "/bpp:32"};
    if (take_arguments(parsed->plain, replaces_defaults ? 2 : 1, host_alone) < 0)
        return ARGUMENTS_IMPOSSIBLE;
    return take_arguments(parsed->settings, argc, argv) == 0 ? ARGUMENTS_TAKEN : ARGUMENTS_REFUSED;
}

int parsed_settings_refused(int argc, char *const *argv)
{
    int count = 1;
    for (; count < argc; count++) {
        rdpSettings *settings = freerdp_settings_new(0);
        int status = settings ? take_arguments(settings, count, argv) : -1;
        freerdp_settings_free(settings);
        if (status < 0)
            break;
    }
    return count;
}

// ---- settings by name ----

static const char prefix[] = "FreeRDP_";

static SSIZE_T key_of(const char *name)
{
    char full[100];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    return freerdp_settings_get_key_for_name(full);
}

// NULL for a key that is none.
static const char *name_of(SSIZE_T key)
{
    const char *name = freerdp_settings_get_type_for_key(key) >= 0 ? freerdp_settings_get_name_for_key(key) : NULL;
    if (!name)
        return NULL;
    return strncmp(name, prefix, sizeof prefix - 1) == 0 ? name + sizeof prefix - 1 : name;
}

// The load-balance information is no text in FreeRDP.
static char *routing_token(const rdpSettings *settings)
{
    const char *data = freerdp_settings_get_pointer(settings, FreeRDP_LoadBalanceInfo);
    size_t length = freerdp_settings_get_uint32(settings, FreeRDP_LoadBalanceInfoLength);
    return strndup(data ? data : "", data ? length : 0);
}

static char *value_of(const rdpSettings *settings, SSIZE_T key)
{
    char number[32];
    const char *text;
    switch (freerdp_settings_get_type_for_key(key)) {
    case RDP_SETTINGS_TYPE_BOOL:
        return strdup(freerdp_settings_get_bool(settings, (FreeRDP_Settings_Keys_Bool)key) ? "on" : "off");
    case RDP_SETTINGS_TYPE_UINT16:
        snprintf(number, sizeof number, "%u", freerdp_settings_get_uint16(settings, (FreeRDP_Settings_Keys_UInt16)key));
        return strdup(number);
    case RDP_SETTINGS_TYPE_UINT32:
        snprintf(number, sizeof number, "%" PRIu32,
                 freerdp_settings_get_uint32(settings, (FreeRDP_Settings_Keys_UInt32)key));
        return strdup(number);
    case RDP_SETTINGS_TYPE_INT32:
        snprintf(number, sizeof number, "%" PRId32,
                 freerdp_settings_get_int32(settings, (FreeRDP_Settings_Keys_Int32)key));
        return strdup(number);
    case RDP_SETTINGS_TYPE_UINT64:
        snprintf(number, sizeof number, "%" PRIu64,
                 freerdp_settings_get_uint64(settings, (FreeRDP_Settings_Keys_UInt64)key));
        return strdup(number);
    case RDP_SETTINGS_TYPE_STRING:
        text = freerdp_settings_get_string(settings, (FreeRDP_Settings_Keys_String)key);
        return strdup(text ? text : "");
    case RDP_SETTINGS_TYPE_POINTER:
        return key == (SSIZE_T)FreeRDP_LoadBalanceInfo ? routing_token(settings) : NULL;
    default:
        return NULL;
    }
}

void parsed_settings_mark_said(struct parsed_settings *parsed, const char *name)
{
    SSIZE_T key = key_of(name);
    if (key >= 0 && key <= FreeRDP_Settings_StableAPI_MAX)
        parsed->said[key] = true;
}

bool parsed_is_said(const struct parsed_settings *parsed, const char *name)
{
    SSIZE_T key = key_of(name);
    return key >= 0 && key <= FreeRDP_Settings_StableAPI_MAX && parsed->said[key];
}

bool parsed_says(const struct parsed_settings *parsed, const char *name)
{
    SSIZE_T key = key_of(name);
    if (parsed_is_said(parsed, name))
        return true;
    char *value = value_of(parsed->settings, key), *plain = value_of(parsed->plain, key);
    bool differs = value && plain && strcmp(value, plain) != 0;
    free(value);
    free(plain);
    return differs;
}

const char *parsed_text(const struct parsed_settings *parsed, const char *name)
{
    SSIZE_T key = key_of(name);
    const char *text = freerdp_settings_get_type_for_key(key) == RDP_SETTINGS_TYPE_STRING
                           ? freerdp_settings_get_string(parsed->settings, (FreeRDP_Settings_Keys_String)key)
                           : NULL;
    return text ? text : "";
}

bool parsed_flag(const struct parsed_settings *parsed, const char *name)
{
    SSIZE_T key = key_of(name);
    return freerdp_settings_get_type_for_key(key) == RDP_SETTINGS_TYPE_BOOL &&
           freerdp_settings_get_bool(parsed->settings, (FreeRDP_Settings_Keys_Bool)key);
}

uint32_t parsed_number(const struct parsed_settings *parsed, const char *name)
{
    SSIZE_T key = key_of(name);
    switch (freerdp_settings_get_type_for_key(key)) {
    case RDP_SETTINGS_TYPE_UINT16:
        return freerdp_settings_get_uint16(parsed->settings, (FreeRDP_Settings_Keys_UInt16)key);
    case RDP_SETTINGS_TYPE_UINT32:
        return freerdp_settings_get_uint32(parsed->settings, (FreeRDP_Settings_Keys_UInt32)key);
    default:
        return 0;
    }
}

char *parsed_value(const struct parsed_settings *parsed, const char *name)
{
    return value_of(parsed->settings, key_of(name));
}

void parsed_settings_each(const struct parsed_settings *parsed,
                          void (*each)(void *context, const char *name, const char *value, const char *plain),
                          void *context)
{
    for (SSIZE_T key = 0; key <= FreeRDP_Settings_StableAPI_MAX; key++) {
        const char *name = key == (SSIZE_T)FreeRDP_LoadBalanceInfoLength ? NULL : name_of(key); // of LoadBalanceInfo
        char *value = name ? value_of(parsed->settings, key) : NULL;
        char *plain = value ? value_of(parsed->plain, key) : NULL;
        if (value && plain)
            each(context, name, value, plain);
        free(value);
        free(plain);
    }
}
