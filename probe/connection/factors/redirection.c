// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "connection/factor_settings.h"

static const char own_redirection[] = "channels are announced, with nothing behind them";

// The channels themselves are announced by connection/channels.c.
static const struct factor_setting settings[] = {
    {"RedirectClipboard", "clipboard", own_redirection, false}, {"RedirectDrives", "drives", own_redirection, false},
    {"RedirectHomeDrive", NULL, own_redirection, false},        {"DrivesToRedirect", NULL, own_redirection, false},
    {"RedirectPrinters", NULL, own_redirection, false},         {"RedirectSmartCards", NULL, own_redirection, false},
    {"RedirectSerialPorts", NULL, own_redirection, false},      {"RedirectParallelPorts", NULL, own_redirection, false},
    {"DeviceRedirection", NULL, own_redirection, false},        {"AudioPlayback", "sound", own_redirection, false},
    {"AudioCapture", "microphone", own_redirection, false},     {NULL, NULL, NULL, false},
};

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    bool on = false;
    for (const struct factor_setting *setting = settings; setting->name; setting++) {
        char *value = parsed_says(parsed, setting->name) ? parsed_value(parsed, setting->name) : NULL;
        on = on || (value && *value && strcmp(value, "off") != 0);
        free(value);
    }
    *level = REDIRECTION_ON;
    return on;
}

const struct factor_settings factor_redirection_settings = {
    .settings = settings,
    .import = import,
};
