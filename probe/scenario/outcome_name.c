// SPDX-License-Identifier: Apache-2.0
#include "scenario/outcome_name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "knowledge/codes.h"
#include "trial/nearest.h"

static const char *const prefixes[] = {"ERRINFO_",     "STATUS_", "ERR_",   "E_PROXY_",
                                       "HTTP_STATUS_", "EAI_",    "AUTHZ_", "SEC_E_"};
static const char suffix[] = "_BY_SERVER";

// Names that outcomes have beside those of the tables of codes.
static const char *const further[FAMILY_COUNT][8] = {
    [FAMILY_NEGOTIATION] = {"OTHER_PROTOCOL_SELECTED", "MALFORMED_CONFIRM", "ANSWER_IS_SSH", "ANSWER_IS_HTTP",
                            "ANSWER_IS_TLS", "ANSWER_IS_VNC", "ANSWER_IS_MAIL_OR_FTP"},
    [FAMILY_DNS] = {"EAI_NONAME", "EAI_AGAIN", "EAI_FAIL", "EAI_FAMILY", "EAI_NODATA", "EAI_ADDRFAMILY"},
    [FAMILY_CLOSED] = {"FIN", "RST"},
    [FAMILY_REDIRECTION] = {"REDIRECTED"},
};

static const struct code_row *(*const tables[FAMILY_COUNT])(size_t index) = {
    [FAMILY_ERRINFO] = errinfo_row_at,
    [FAMILY_NEGOTIATION] = negotiation_failure_row_at,
    [FAMILY_TLS] = tls_alert_row_at,
    [FAMILY_CREDSSP] = credssp_row_at,
    [FAMILY_AUTHORIZATION] = authorization_row_at,
    [FAMILY_LICENSING] = licensing_error_row_at,
    [FAMILY_GATEWAY] = gateway_row_at,
    [FAMILY_ULTIMATUM] = ultimatum_row_at,
    [FAMILY_LOGON] = logon_error_row_at,
};

static const char *without_prefix(const char *name)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t length = strlen(prefixes[i]);
        if (strncasecmp(name, prefixes[i], length) == 0 && name[length])
            return name + length;
    }
    return name;
}

bool outcome_name_matches(const char *word, const char *name)
{
    if (strcasecmp(word, name) == 0)
        return true;
    const char *core = without_prefix(name);
    size_t length = strlen(core), end = sizeof suffix - 1;
    if (length > end && strcmp(core + length - end, suffix) == 0 && strlen(word) < length)
        length -= end;
    word = without_prefix(word);
    return length > 0 && strlen(word) == length && strncasecmp(word, core, length) == 0;
}

static bool takes_any(enum family family, const char *word)
{
    if (tables[family] || further[family][0] || family == FAMILY_TIMEOUT)
        return false;
    for (; *word; word++) {
        bool letter = (*word >= 'A' && *word <= 'Z') || (*word >= 'a' && *word <= 'z');
        if (!letter && !(*word >= '0' && *word <= '9') && *word != '_')
            return false;
    }
    return true;
}

bool outcome_name_known(enum family family, const char *word, char *text, size_t size)
{
    enum { NAMES_MAX = 500, SHORT_MAX = 16 };
    const char *names[NAMES_MAX];
    size_t count = 0;
    if (takes_any(family, word))
        return true;
    for (size_t i = 0; i < sizeof further[0] / sizeof further[0][0] && further[family][i]; i++)
        names[count++] = further[family][i];
    const struct code_row *row;
    for (size_t i = 0; tables[family] && count < NAMES_MAX && (row = tables[family](i)) != NULL; i++)
        names[count++] = row->name;
    for (size_t i = 0; i < count; i++) {
        if (outcome_name_matches(word, names[i]))
            return true;
    }
    // Most mistyped names come without their prefix, as messages show them.
    for (size_t i = 0, all = count; i < all && count < NAMES_MAX; i++) {
        const char *core = without_prefix(names[i]);
        if (core != names[i])
            names[count++] = core;
    }
    char short_names[SHORT_MAX][60];
    for (size_t i = 0, all = count, used = 0; i < all && count < NAMES_MAX && used < SHORT_MAX; i++) {
        size_t length = strlen(names[i]), end = sizeof suffix - 1;
        if (length <= end || strcmp(names[i] + length - end, suffix) != 0)
            continue;
        snprintf(short_names[used], sizeof short_names[used], "%.*s", (int)(length - end), names[i]);
        names[count++] = short_names[used++];
    }
    const char *near = nearest_word(word, names, count);
    if (near)
        snprintf(text, size, "'%.60s' is no outcome of %s: did you mean '%s'?", word, family_name(family), near);
    else if (family == FAMILY_TIMEOUT)
        snprintf(text, size, "'%.60s' is too much: timeout has no code (timeout@PHASE says where)", word);
    else
        snprintf(text, size, "'%.60s' is no outcome of %s: write a number or a name such as %s", word,
                 family_name(family), count ? names[0] : "ECONNREFUSED");
    return false;
}

bool outcome_name_anywhere(const char *word)
{
    static const char freerdp[] = "ERRCONNECT_";
    const struct code_row *row;
    for (int family = FAMILY_NONE + 1; family < FAMILY_COUNT; family++) {
        for (size_t i = 0; tables[family] && (row = tables[family](i)); i++) {
            if (strcasecmp(word, row->name) == 0)
                return true;
        }
    }
    return strncasecmp(word, freerdp, sizeof freerdp - 1) == 0 && word[sizeof freerdp - 1];
}
