// SPDX-License-Identifier: Apache-2.0
#include "scenario/outcome_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "knowledge/codes.h"
#include "trial/nearest.h"

static const char *const prefixes[] = {"ERRINFO_",     "STATUS_", "ERR_",   "E_PROXY_",
                                       "HTTP_STATUS_", "EAI_",    "AUTHZ_", "SEC_E_"};
static const char suffix[] = "_BY_SERVER";

// Names that outcomes have beside those of the tables of codes.
enum { FURTHER_MAX = 10, NAMES_ALL = 1024 };

static const char *const further[FAMILY_COUNT][FURTHER_MAX] = {
    [FAMILY_NEGOTIATION] = {"OTHER_PROTOCOL_SELECTED", "MALFORMED_CONFIRM", "ANSWER_IS_SSH", "ANSWER_IS_HTTP",
                            "ANSWER_IS_TLS", "ANSWER_IS_VNC", "ANSWER_IS_MAIL_OR_FTP", "UNUSABLE_CONFIRM"},
    [FAMILY_GATEWAY] = {GATEWAY_CLOSED_AFTER_LOGON, GATEWAY_NO_COMMON_SCHEME, GATEWAY_ACCOUNT_RESTRICTED,
                        GATEWAY_LOGON_NOT_BEGUN, "WEBSOCKET_DECLINED", "MALFORMED_ANSWER"},
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

// Calls back with every whole name that an outcome may have, or FreeRDP's last error of one; as long as it returns
// true.
static void each_name(bool (*take)(void *context, const char *name), void *context)
{
    const struct code_row *row;
    for (int family = FAMILY_NONE + 1; family < FAMILY_COUNT; family++) {
        for (size_t i = 0; tables[family] && (row = tables[family](i)); i++) {
            if (!take(context, row->name))
                return;
        }
        for (size_t i = 0; i < FURTHER_MAX && further[family][i]; i++) {
            if (!take(context, further[family][i]))
                return;
        }
    }
    for (size_t i = 0; (row = freerdp_error_row_at(i)); i++) {
        if (!take(context, row->name))
            return;
    }
}

struct search {
    const char *word;
    bool found;
    const char *names[NAMES_ALL];
    size_t count;
};

static bool compare(void *context, const char *name)
{
    struct search *search = context;
    search->found = strcasecmp(search->word, name) == 0;
    if (search->count < NAMES_ALL)
        search->names[search->count++] = name;
    return !search->found;
}

bool outcome_name_anywhere(const char *word, const char **nearest)
{
    struct search search = {.word = word};
    char capitals[80];
    size_t i = 0;
    each_name(compare, &search);
    for (; word[i] && i + 1 < sizeof capitals; i++)
        capitals[i] = (char)toupper((unsigned char)word[i]);
    capitals[i] = '\0';
    const char *begins = NULL; // the first that begins so is nearer than any that is like it
    for (size_t k = 0; k < search.count && !begins; k++)
        begins = strncmp(search.names[k], capitals, strlen(capitals)) == 0 ? search.names[k] : NULL;
    if (nearest)
        *nearest = search.found ? NULL : begins ? begins : nearest_word(capitals, search.names, search.count);
    return search.found;
}
