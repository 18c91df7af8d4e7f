// SPDX-License-Identifier: Apache-2.0
#include "import/baseline_parser.h"

#include <freerdp/client.h>
#include <freerdp/client/cmdline.h>
#include <freerdp/client/file.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/baseline_parsing.h"
#include "import/baseline_setting.h"
#include "import/client_arguments.h"
#include "import/rdp_text.h"

enum { ENTRIES_MAX = 5000, ARGUMENTS_MAX = 1000, CLIENT_NAME_LENGTH = 15 };

#define REFUSE(parsing, ...) (snprintf((parsing)->error, (parsing)->size, __VA_ARGS__), false)

// ---- the file ----

static const struct entry *entry_named(const struct parsing *parsing, const char *name)
{
    for (size_t i = parsing->entry_count; i-- > 0;) {
        if (strcasecmp(parsing->entries[i].name, name) == 0)
            return &parsing->entries[i];
    }
    return NULL;
}

const struct entry *entry_of(const struct parsing *parsing, const char *setting)
{
    const struct entry *alternate = entry_named(parsing, "alternate full address");
    if (alternate && strcmp(setting, "ServerHostname") == 0)
        return alternate;
    for (size_t i = parsing->entry_count; i-- > 0;) {
        const struct rdp_key *key = parsing->entries[i].key;
        if (key && strcmp(key->setting, setting) == 0)
            return &parsing->entries[i];
    }
    return NULL;
}

static void add_row(struct parsing *parsing, const char *setting, const char *key, const char *value,
                    enum baseline_use use, const char *why, int factor)
{
    json_t *text = json_string(value);
    json_array_append_new(parsing->rows, json_pack("{s:s, s:s, s:o, s:i, s:s, s:i}", "setting", setting, "key", key,
                                                   "value", text ? text : json_string("…"), "use", (int)use, "why",
                                                   why ? why : "", "factor", factor));
}

static bool add_entry(struct parsing *parsing, const struct rdp_line *line)
{
    if (parsing->entry_count == ENTRIES_MAX)
        return REFUSE(parsing, "has more than %d settings, so it is no .rdp file", ENTRIES_MAX);
    if (parsing->entry_count == parsing->entry_room) {
        size_t room = parsing->entry_room ? 2 * parsing->entry_room : 64;
        struct entry *more = realloc(parsing->entries, room * sizeof *more);
        if (!more)
            return REFUSE(parsing, "memory is out");
        parsing->entries = more;
        parsing->entry_room = room;
    }
    parsing->entries[parsing->entry_count++] = (struct entry){line->name, line->value, rdp_key(line->name)};
    return true;
}

// Cuts the file into entries. FreeRDP would read a line that begins with '/' as an argument, mstsc does not: it is
// left out of *text, which the parser gets.
static bool read_lines(struct parsing *parsing, char **text)
{
    struct rdp_line line = {0};
    char *cursor;
    parsing->lines = strdup(parsing->source->text);
    *text = strdup(parsing->source->text);
    if (!parsing->lines || !*text)
        return REFUSE(parsing, "memory is out");
    for (cursor = parsing->lines; rdp_text_next(&cursor, &line);) {
        if (line.type == '/') {
            char name[64];
            size_t at = (size_t)(line.value - parsing->lines);
            add_row(parsing, "", client_argument_name(line.value, name, sizeof name), "…", BASELINE_UNUSED,
                    "an argument of xfreerdp inside the file, which no other client reads", -1);
            memset(*text + at, ' ', strlen(line.value));
        }
        if (line.type == 'i' && !rdp_text_is_number(line.value))
            return REFUSE(parsing, "line %u: '%.60s' takes a number from 0 to %d", line.number, line.name, INT32_MAX);
        if ((line.type == 'i' || line.type == 's' || line.type == 'b') && !add_entry(parsing, &line))
            return false;
    }
    return true;
}

static bool take_file(rdpSettings *settings, const char *text)
{
    rdpFile *file = freerdp_client_rdp_file_new();
    bool ok = file && freerdp_client_parse_rdp_file_buffer(file, (const BYTE *)text, strlen(text)) &&
              freerdp_client_populate_settings_from_rdp_file(file, settings);
    freerdp_client_rdp_file_free(file);
    return ok;
}

// ---- the arguments ----

static int take_arguments(rdpSettings *settings, int argc, char *const *argv)
{
    char *words[ARGUMENTS_MAX + 2] = {strdup("xfreerdp")};
    for (int i = 0; i < argc; i++)
        words[i + 1] = strdup(argv[i]); // the parser overwrites secrets in them
    int status = freerdp_client_settings_parse_command_line(settings, argc + 1, words, FALSE);
    for (int i = 0; i <= argc; i++)
        free(words[i]);
    return status;
}

// Which of the arguments it was: the one that ends the shortest list that is not taken.
static bool refuse_arguments(struct parsing *parsing)
{
    const struct baseline_source *source = parsing->source;
    char name[64];
    int count = 1;
    for (; count < source->argc; count++) {
        rdpSettings *settings = freerdp_settings_new(0);
        int status = settings ? take_arguments(settings, count, source->argv) : -1;
        freerdp_settings_free(settings);
        if (status < 0)
            break;
    }
    client_argument_name(source->argv[count - 1], name, sizeof name);
    if (!client_argument_has_sign(source->argv[count - 1]))
        return REFUSE(parsing, "argument %d after -- is none of xfreerdp's: they begin with '/', '+' or '-'", count);
    return REFUSE(parsing, "xfreerdp does not know the argument %s, or does not take its value", name);
}

// With one of these the parser leaves out its defaults for the network; the plain settings are to do without them, too.
static bool replaces_defaults(const struct baseline_source *source)
{
    static const char *const names[] = {"network", "gfx", "rfx", "bpp"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (client_arguments_have(source->argc, source->argv, names[i]))
            return true;
    }
    return false;
}

static bool parse(struct parsing *parsing)
{
    const struct baseline_source *source = parsing->source;
    static char *const host_alone[] = {"/v:host", "/bpp:32"};
    char *text = NULL;
    bool ok = true;
    if (source->text)
        ok = read_lines(parsing, &text);
    if (ok && text && !parsing->entry_count)
        ok = REFUSE(parsing, "holds no setting, so it is no .rdp file");
    if (ok && text && !(take_file(parsing->plain, "full address:s:host\n") && take_file(parsing->settings, text)))
        ok = REFUSE(parsing, "FreeRDP's parser does not take it: an address, a user or another value is malformed");
    free(text);
    if (ok && source->argc > ARGUMENTS_MAX)
        ok = REFUSE(parsing, "more than %d arguments of xfreerdp were given", ARGUMENTS_MAX);
    if (ok && source->argc && take_arguments(parsing->plain, replaces_defaults(source) ? 2 : 1, host_alone) < 0)
        ok = REFUSE(parsing, "FreeRDP's parser of command lines does not work on this machine");
    if (ok && source->argc && take_arguments(parsing->settings, source->argc, source->argv) != 0)
        ok = refuse_arguments(parsing);
    return ok;
}

// ---- what is connected to ----

static void warn(struct parsing *parsing, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void warn(struct parsing *parsing, const char *format, ...)
{
    char text[800];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    json_array_append_new(parsing->warnings, json_string(text));
}

static void put_text(struct parsing *parsing, const char *name, const char *text)
{
    json_object_set_new(parsing->result, name, json_string(text));
}

// FreeRDP keeps an IPv6 address' brackets, and takes the end of one without brackets for a port.
static bool put_host(struct parsing *parsing, const char *name, const char *host, uint32_t port, const char *written)
{
    struct target target;
    const char *clause;
    char text[HOST_MAX + 16];
    if (written && target_parse(written, (uint16_t)port, &target, &clause) && target.literal)
        snprintf(text, sizeof text, "%s", target.host);
    else if (host[0] == '[' || !strchr(host, ':'))
        snprintf(text, sizeof text, "%s", host);
    else
        snprintf(text, sizeof text, "[%s]", host);
    if (port < 1 || port > UINT16_MAX)
        return REFUSE(parsing, "the %s has a port that is no number from 1 to 65535", name);
    if (!target_parse(text, (uint16_t)port, &target, &clause))
        return REFUSE(parsing, "the %s '%.200s' %s", name, host, clause);
    json_object_set_new(parsing->result, name, json_pack("{s:s, s:i}", "host", target.host, "port", (int)target.port));
    return true;
}

static bool put_target(struct parsing *parsing)
{
    const char *host = parsed_text(parsing->settings, FreeRDP_ServerHostname);
    const struct entry *entry = entry_of(parsing, "ServerHostname"), *plain = entry_named(parsing, "full address");
    if (!*host)
        return true;
    if (entry && plain && entry != plain && strcasecmp(entry->value, plain->value) != 0)
        warn(parsing, "'alternate full address' replaces 'full address' (%.200s), and its port too", plain->value);
    return put_host(parsing, "target", host, parsed_number(parsing, FreeRDP_ServerPort),
                    entry && strstr(entry->value, host[0] == '[' ? host + 1 : host) ? entry->value : NULL);
}

static bool put_gateway(struct parsing *parsing)
{
    const struct baseline_source *source = parsing->source;
    const char *host = parsed_text(parsing->settings, FreeRDP_GatewayHostname);
    uint32_t port = parsed_number(parsing, FreeRDP_GatewayPort);
    uint16_t written = client_arguments_gateway_port(source->argc, source->argv);
    bool rpc = parsed_flag(parsing, FreeRDP_GatewayRpcTransport) && !parsed_flag(parsing, FreeRDP_GatewayHttpTransport);
    if (!parsed_flag(parsing, FreeRDP_GatewayEnabled) || !*host)
        return true;
    if (parsed_flag(parsing, FreeRDP_GatewayArmTransport))
        return REFUSE(parsing, "there is a gateway of Azure Virtual Desktop, which this program does not know");
    if (written && written != port) {
        warn(parsing, "xfreerdp drops the port of /gateway:g:HOST:PORT and takes %" PRIu32 "; here it is %u", port,
             written);
        port = written;
    }
    // Plain HTTP is what every gateway has; xfreerdp falls back to it from websockets.
    set_level(parsing, FACTOR_GATEWAY, rpc ? GATEWAY_RPC : GATEWAY_HTTP);
    if (!parsed_flag(parsing, FreeRDP_GatewayUseSameCredentials)) {
        put_text(parsing, "gateway_user", parsed_text(parsing->settings, FreeRDP_GatewayUsername));
        put_text(parsing, "gateway_domain", parsed_text(parsing->settings, FreeRDP_GatewayDomain));
    }
    return put_host(parsing, "gateway", host, port, NULL);
}

static bool put_routing(struct parsing *parsing)
{
    enum { TOKEN_MAX = 254 - 6 - 8 - 2 }; // what a connection request has room for (X.224 13.2.1)
    char *token = routing_token(parsing->settings);
    bool ok = token != NULL || REFUSE(parsing, "memory is out");
    for (const char *p = token; ok && *p; p++) {
        if (*p < ' ' || *p > '~')
            ok = REFUSE(parsing, "the routing token (loadbalanceinfo) has a character that is not printable ASCII");
    }
    if (ok && strlen(token) > TOKEN_MAX)
        ok = REFUSE(parsing, "the routing token (loadbalanceinfo) is longer than %d characters", TOKEN_MAX);
    if (ok && *token) {
        put_text(parsing, "load_balance_info", token);
        set_level(parsing, FACTOR_LOAD_BALANCE, LOAD_BALANCE_TOKEN);
    }
    free(token);
    return ok;
}

static void put_client(struct parsing *parsing)
{
    char name[CLIENT_NAME_LENGTH + 1];
    const char *given = parsed_text(parsing->settings, FreeRDP_ClientHostname);
    if (!says(parsing, "ClientHostname") || !*given)
        return;
    snprintf(name, sizeof name, "%s", given);
    if (strcmp(name, given) != 0)
        warn(parsing, "the name of the client is cut to %d characters, as the protocol has room for no more",
             CLIENT_NAME_LENGTH);
    put_text(parsing, "client_name", name);
    set_level(parsing, FACTOR_CLIENT_NAME, CLIENT_NAME_GIVEN);
}

static void put_account(struct parsing *parsing)
{
    const char *user = parsed_text(parsing->settings, FreeRDP_Username);
    const char *domain = parsed_text(parsing->settings, FreeRDP_Domain);
    if (strchr(user, '@') && *domain)
        warn(parsing, "the user '%.100s' names its domain itself, so the domain '%.100s' is left out", user, domain);
    put_text(parsing, "user", user);
    put_text(parsing, "domain", strchr(user, '@') ? "" : domain);
}

static bool put_all(struct parsing *parsing)
{
    uint32_t level = parsed_number(parsing, FreeRDP_AuthenticationLevel);
    put_account(parsing);
    put_client(parsing);
    // 1: do not connect where the server's authentication fails.
    json_object_set_new(parsing->result, "require_certificate",
                        json_boolean((says(parsing, "AuthenticationLevel") && level == 1) ||
                                     parsed_flag(parsing, FreeRDP_AutoDenyCertificate)));
    decide_levels(parsing);
    return put_routing(parsing) && put_target(parsing) && put_gateway(parsing);
}

// ---- rows ----

static const char *setting_name(SSIZE_T key)
{
    static const char prefix[] = "FreeRDP_";
    const char *name = freerdp_settings_get_type_for_key(key) >= 0 ? freerdp_settings_get_name_for_key(key) : NULL;
    if (!name)
        return NULL;
    return strncmp(name, prefix, sizeof prefix - 1) == 0 ? name + sizeof prefix - 1 : name;
}

static void add_setting(struct parsing *parsing, SSIZE_T key)
{
    const char *name = setting_name(key);
    const struct baseline_setting *row = name ? baseline_setting(name) : NULL;
    char *value = name ? setting_text(parsing->settings, key) : NULL;
    char *plain = value ? setting_text(parsing->plain, key) : NULL;
    bool said = row && row->use == BASELINE_TAKEN && row->factor >= 0 && is_said(parsing, row);
    if (value && plain && (said || strcmp(value, plain) != 0 || key == (SSIZE_T)FreeRDP_ServerHostname)) {
        const struct entry *entry = entry_of(parsing, name);
        const char *level = row && row->factor >= 0 ? factor_row((enum factor)row->factor)->name : NULL;
        bool taken = row && row->use == BASELINE_TAKEN && (!level || json_object_get(parsing->levels, level));
        enum baseline_use use = taken                                    ? BASELINE_TAKEN
                                : row && row->use == BASELINE_OVERRIDDEN ? BASELINE_OVERRIDDEN
                                                                         : BASELINE_UNUSED;
        bool hidden = baseline_setting_is_secret(name) && *value;
        add_row(parsing, name, entry ? entry->name : "",
                hidden   ? "(not shown)"
                : *value ? value
                         : "(none)",
                use, row ? row->why : "", taken && row ? row->factor : -1);
    }
    free(value);
    free(plain);
}

static void add_entries(struct parsing *parsing)
{
    for (size_t i = 0; i < parsing->entry_count; i++) {
        const struct entry *entry = &parsing->entries[i];
        const struct rdp_key *key = entry->key;
        if (entry_named(parsing, entry->name) != entry || (key && !key->why))
            continue;
        add_row(parsing, "", entry->name, baseline_setting_is_secret(entry->name) ? "(not shown)" : entry->value,
                BASELINE_UNUSED, key ? key->why : "FreeRDP's parser does not know it", -1);
    }
}

static void add_rows(struct parsing *parsing)
{
    for (SSIZE_T key = 0; key <= FreeRDP_Settings_StableAPI_MAX; key++) {
        if (key != (SSIZE_T)FreeRDP_LoadBalanceInfoLength) // goes with LoadBalanceInfo
            add_setting(parsing, key);
    }
    add_entries(parsing);
}

// ---- the whole ----

static char *secret_of(const struct parsing *parsing, FreeRDP_Settings_Keys_String key)
{
    const char *secret = parsed_text(parsing->settings, key);
    return *secret ? strdup(secret) : NULL;
}

static void take_secrets(struct parsing *parsing, char *secrets[BASELINE_SECRETS])
{
    bool gateway = json_object_get(parsing->result, "gateway") != NULL;
    bool own = json_object_get(parsing->result, "gateway_user") != NULL;
    secrets[BASELINE_PASSWORD] = secret_of(parsing, FreeRDP_Password);
    secrets[BASELINE_GATEWAY_PASSWORD] = gateway && own ? secret_of(parsing, FreeRDP_GatewayPassword) : NULL;
    secrets[BASELINE_GATEWAY_TOKEN] = gateway ? secret_of(parsing, FreeRDP_GatewayAccessToken) : NULL;
    secrets[BASELINE_GATEWAY_BEARER] = gateway ? secret_of(parsing, FreeRDP_GatewayHttpExtAuthBearer) : NULL;
}

json_t *baseline_parse(const struct baseline_source *source, char *secrets[BASELINE_SECRETS], char *error, size_t size)
{
    struct parsing parsing = {.source = source,
                              .settings = freerdp_settings_new(0),
                              .plain = freerdp_settings_new(0),
                              .result = json_object(),
                              .rows = json_array(),
                              .levels = json_object(),
                              .warnings = json_array(),
                              .error = error,
                              .size = size};
    bool ok = parsing.settings && parsing.plain;
    if (!ok)
        snprintf(error, size, "memory is out");
    memset(secrets, 0, BASELINE_SECRETS * sizeof *secrets);
    ok = ok && parse(&parsing) && put_all(&parsing);
    if (ok) {
        add_rows(&parsing);
        take_secrets(&parsing, secrets);
        if (client_arguments_hold_secret(source->argc, source->argv))
            warn(&parsing, "a password in the arguments can be read by every user of this machine: use "
                           "--password-file or RDPPROBE_PASSWORD");
    }
    json_object_set_new(parsing.result, "rows", parsing.rows);
    json_object_set_new(parsing.result, "levels", parsing.levels);
    json_object_set_new(parsing.result, "warnings", parsing.warnings);
    freerdp_settings_free(parsing.settings);
    freerdp_settings_free(parsing.plain);
    free(parsing.entries);
    free(parsing.lines);
    if (ok)
        return parsing.result;
    json_decref(parsing.result);
    return NULL;
}
