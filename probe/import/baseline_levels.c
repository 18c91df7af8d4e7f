// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/baseline_parsing.h"
#include "import/client_arguments.h"

const char *parsed_text(const rdpSettings *settings, FreeRDP_Settings_Keys_String key)
{
    const char *text = freerdp_settings_get_string(settings, key);
    return text ? text : "";
}

bool parsed_flag(const struct parsing *parsing, FreeRDP_Settings_Keys_Bool key)
{
    return freerdp_settings_get_bool(parsing->settings, key);
}

uint32_t parsed_number(const struct parsing *parsing, FreeRDP_Settings_Keys_UInt32 key)
{
    return freerdp_settings_get_uint32(parsing->settings, key);
}

char *routing_token(const rdpSettings *settings)
{
    const char *data = freerdp_settings_get_pointer(settings, FreeRDP_LoadBalanceInfo);
    size_t length = freerdp_settings_get_uint32(settings, FreeRDP_LoadBalanceInfoLength);
    return strndup(data ? data : "", data ? length : 0);
}

char *setting_text(const rdpSettings *settings, SSIZE_T key)
{
    char number[32];
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
        return strdup(parsed_text(settings, (FreeRDP_Settings_Keys_String)key));
    case RDP_SETTINGS_TYPE_POINTER:
        return key == (SSIZE_T)FreeRDP_LoadBalanceInfo ? routing_token(settings) : NULL;
    default:
        return NULL;
    }
}

bool is_said(const struct parsing *parsing, const struct baseline_setting *row)
{
    const struct baseline_source *source = parsing->source;
    return entry_of(parsing, row->name) ||
           (row->argument && client_arguments_have(source->argc, source->argv, row->argument));
}

bool says(const struct parsing *parsing, const char *setting)
{
    const struct baseline_setting *row = baseline_setting(setting);
    SSIZE_T key = -1;
    char name[80];
    snprintf(name, sizeof name, "FreeRDP_%s", setting);
    key = freerdp_settings_get_key_for_name(name);
    if (row && is_said(parsing, row))
        return true;
    char *value = setting_text(parsing->settings, key), *plain = setting_text(parsing->plain, key);
    bool differs = value && plain && strcmp(value, plain) != 0;
    free(value);
    free(plain);
    return differs;
}

void set_level(struct parsing *parsing, enum factor factor, unsigned level)
{
    json_object_set_new(parsing->levels, factor_row(factor)->name, json_integer(level));
}

static void level_of_security(struct parsing *parsing)
{
    bool rdp = parsed_flag(parsing, FreeRDP_RdpSecurity), tls = parsed_flag(parsing, FreeRDP_TlsSecurity);
    bool nla = parsed_flag(parsing, FreeRDP_NlaSecurity) || parsed_flag(parsing, FreeRDP_ExtSecurity);
    const struct baseline_source *source = parsing->source;
    bool said = says(parsing, "NlaSecurity") || says(parsing, "TlsSecurity") || says(parsing, "RdpSecurity") ||
                client_arguments_have(source->argc, source->argv, "sec");
    if (said)
        set_level(parsing, FACTOR_SECURITY,
                  nla   ? SECURITY_NLA
                  : tls ? SECURITY_TLS
                  : rdp ? SECURITY_RDP
                        : SECURITY_NLA);
}

static void level_of_tls(struct parsing *parsing)
{
    static const uint16_t versions[] = {
        [TLS_1_0] = TLS1_VERSION, [TLS_1_1] = TLS1_1_VERSION, [TLS_1_2] = TLS1_2_VERSION, [TLS_1_3] = TLS1_3_VERSION};
    uint16_t lowest = freerdp_settings_get_uint16(parsing->settings, FreeRDP_TLSMinVersion);
    uint16_t highest = freerdp_settings_get_uint16(parsing->settings, FreeRDP_TLSMaxVersion);
    for (unsigned level = TLS_1_0; lowest == highest && level <= TLS_1_3; level++) {
        if (versions[level] == lowest)
            set_level(parsing, FACTOR_TLS, level);
    }
}

static void level_of_color_depth(struct parsing *parsing)
{
    char depth[16];
    unsigned level;
    snprintf(depth, sizeof depth, "%" PRIu32, parsed_number(parsing, FreeRDP_ColorDepth));
    if (says(parsing, "ColorDepth") && level_from_name(FACTOR_COLOR_DEPTH, depth, &level))
        set_level(parsing, FACTOR_COLOR_DEPTH, level);
}

static void level_of_authentication(struct parsing *parsing)
{
    const char *list = parsed_text(parsing->settings, FreeRDP_AuthenticationPackageList);
    if (strcasestr(list, "!ntlm"))
        set_level(parsing, FACTOR_AUTH, AUTH_LEVEL_KERBEROS);
    else if (strcasestr(list, "!kerberos"))
        set_level(parsing, FACTOR_AUTH, AUTH_LEVEL_NTLM);
}

static void level_of_redirection(struct parsing *parsing)
{
    size_t count;
    const struct baseline_setting *rows = baseline_settings(&count);
    char name[80];
    for (size_t i = 0; i < count; i++) {
        if (rows[i].factor != FACTOR_REDIRECTION || !says(parsing, rows[i].name))
            continue;
        snprintf(name, sizeof name, "FreeRDP_%s", rows[i].name);
        char *value = setting_text(parsing->settings, freerdp_settings_get_key_for_name(name));
        if (value && *value && strcmp(value, "off") != 0)
            set_level(parsing, FACTOR_REDIRECTION, REDIRECTION_ON);
        free(value);
    }
}

void decide_levels(struct parsing *parsing)
{
    static const struct {
        const char *setting;
        FreeRDP_Settings_Keys_Bool key;
        enum factor factor;
        unsigned on, off;
    } flags[] = {
        {"ConsoleSession", FreeRDP_ConsoleSession, FACTOR_ADMIN, ADMIN_ON, ADMIN_OFF},
        {"RestrictedAdminModeRequired", FreeRDP_RestrictedAdminModeRequired, FACTOR_RESTRICTED_ADMIN,
         RESTRICTED_ADMIN_ON, RESTRICTED_ADMIN_OFF},
        {"NetworkAutoDetect", FreeRDP_NetworkAutoDetect, FACTOR_AUTODETECT, AUTODETECT_ON, AUTODETECT_OFF},
        {"SupportMultitransport", FreeRDP_SupportMultitransport, FACTOR_MULTITRANSPORT, MULTITRANSPORT_ON,
         MULTITRANSPORT_OFF},
        {"SupportGraphicsPipeline", FreeRDP_SupportGraphicsPipeline, FACTOR_GRAPHICS, GRAPHICS_GFX, GRAPHICS_NONE},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (says(parsing, flags[i].setting))
            set_level(parsing, flags[i].factor, parsed_flag(parsing, flags[i].key) ? flags[i].on : flags[i].off);
    }
    level_of_security(parsing);
    level_of_tls(parsing);
    level_of_color_depth(parsing);
    level_of_authentication(parsing);
    level_of_redirection(parsing);
}
