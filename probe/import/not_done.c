// SPDX-License-Identifier: Apache-2.0
#include "import/not_done.h"

#include <string.h>

// By FreeRDP's settings; several may stand for one thing.
static const struct {
    const char *setting, *words;
} rows[] = {
    {"AadSecurity", "RDS AAD security"},
    {"RdstlsSecurity", "RDSTLS security"},
    {"SmartcardLogon", "a logon by smart card"},
    {"PasswordIsSmartcardPin", "a logon by smart card"},
    {"ProxyType", "a proxy"},
    {"ProxyHostname", "a proxy"},
    {"PreconnectionId", "a preconnection PDU"},
    {"PreconnectionBlob", "a preconnection PDU"},
    {"VmConnectMode", "a preconnection PDU"},
    {"RemoteApplicationMode", "a RemoteApp"},
    {"RemoteApplicationProgram", "a RemoteApp"},
    {"AlternateShell", "a program in place of the desktop"},
    {"ShellWorkingDirectory", "a program in place of the desktop"},
    {"KerberosKdcUrl", "a KDC proxy"},
    {"KerberosRdgIsProxy", "a KDC proxy"},
    {"UseMultimon", "several monitors"},
    {"SpanMonitors", "several monitors"},
};

// What the settings have a row for has another value than FreeRDP's default.
static const char *words_of(const struct baseline_row *row)
{
    for (size_t i = 0; row->use != BASELINE_TAKEN && i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(row->setting, rows[i].setting) == 0)
            return rows[i].words;
    }
    return NULL;
}

char *baseline_not_done(const struct baseline *baseline, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < baseline->row_count; i++) {
        const char *words = words_of(&baseline->rows[i]);
        const size_t used = strlen(text);
        if (!words || strstr(text, words) || used + strlen(words) + sizeof ", " > size)
            continue;
        strcpy(text + used, used ? ", " : "");
        strcat(text, words);
    }
    return text;
}
