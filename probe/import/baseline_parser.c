// SPDX-License-Identifier: Apache-2.0
#include "import/baseline_parser.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connection/factor_settings.h"
#include "import/baseline_setting.h"
#include "import/client_arguments.h"
#include "import/rdp_text.h"
#include "trial/account_name.h"
#include "trial/printable.h"

enum { ENTRIES_MAX = 5000 };

// A setting of the file, the last of its name.
struct entry {
    char *name, *value;
    const struct rdp_key *key; // NULL for a name that FreeRDP does not know
};

// A baseline while it is read.
struct parsing {
    const struct baseline_source *source;
    struct parsed_settings *settings;
    char *lines; // the file's text, cut into entries
    struct entry *entries;
    size_t entry_count, entry_room;
    struct profile profile;
    bool has_level[FACTOR_COUNT], own_gateway_account;
    json_t *rows, *warnings;
    char *error;
    size_t size;
};

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

// The entry that FreeRDP's parser makes this setting of; NULL for none.
static const struct entry *entry_of(const struct parsing *parsing, const char *setting)
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

// ---- the arguments ----

static bool refuse_arguments(struct parsing *parsing)
{
    const struct baseline_source *source = parsing->source;
    char name[64];
    int at = parsed_settings_refused(source->argc, source->argv);
    client_argument_name(source->argv[at - 1], name, sizeof name);
    if (!client_argument_has_sign(source->argv[at - 1]))
        return REFUSE(parsing, "argument %d after -- is none of xfreerdp's: they begin with '/', '+' or '-'", at);
    const char *form = client_argument_new_form(source->argv[at - 1]);
    return REFUSE(parsing, "xfreerdp does not know the argument %s, or does not take its value%s%s", name,
                  form ? "; xfreerdp 3 writes " : "", form ? form : "");
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

static bool take_arguments(struct parsing *parsing)
{
    const struct baseline_source *source = parsing->source;
    if (source->argc > PARSED_ARGUMENTS_MAX)
        return REFUSE(parsing, "more than %d arguments of xfreerdp were given", PARSED_ARGUMENTS_MAX);
    switch (parsed_settings_take_arguments(parsing->settings, source->argc, source->argv, replaces_defaults(source))) {
    case ARGUMENTS_IMPOSSIBLE:
        return REFUSE(parsing, "FreeRDP's parser of command lines does not work on this machine");
    case ARGUMENTS_REFUSED:
        return refuse_arguments(parsing);
    case ARGUMENTS_TAKEN:
        break;
    }
    return true;
}

// What the file or an argument says something about, even the default.
static void mark_said(struct parsing *parsing)
{
    const struct baseline_source *source = parsing->source;
    size_t count;
    const struct baseline_setting *rows = baseline_settings(&count);
    for (size_t i = 0; i < count; i++) {
        if (entry_of(parsing, rows[i].name) ||
            (rows[i].argument && client_arguments_have(source->argc, source->argv, rows[i].argument)))
            parsed_settings_mark_said(parsing->settings, rows[i].name);
    }
}

// Whether it is an IPv6 address without a port, with brackets or not; *literal is the address then.
static bool is_bare_ipv6(const char *value, char literal[INET6_ADDRSTRLEN])
{
    struct in6_addr address;
    size_t skip = value[0] == '[', length = strlen(value);
    if (skip && (length < 2 || value[length - 1] != ']'))
        return false;
    length -= 2 * skip;
    if (length >= INET6_ADDRSTRLEN)
        return false;
    memcpy(literal, value + skip, length);
    literal[length] = '\0';
    return inet_pton(AF_INET6, literal, &address) == 1;
}

// FreeRDP's parser takes what follows the last colon of such an address for a port: it gets one written out.
static bool write_port(const struct parsing *parsing, const struct entry *entry, char **text)
{
    const struct entry *port = entry_named(parsing, "server port");
    char literal[INET6_ADDRSTRLEN], *whole;
    if (!is_bare_ipv6(entry->value, literal))
        return true;
    const size_t at = (size_t)(entry->value - parsing->lines);
    if (asprintf(&whole, "%.*s[%s]:%s%s", (int)at, *text, literal, port ? port->value : "3389",
                 *text + at + strlen(entry->value)) < 0)
        return false;
    free(*text);
    *text = whole;
    return true;
}

// From the last to the first, since each makes what follows longer.
static bool write_ports(struct parsing *parsing, char **text)
{
    for (size_t i = parsing->entry_count; i-- > 0;) {
        const struct entry *entry = &parsing->entries[i];
        if (entry->key && strcmp(entry->key->setting, "ServerHostname") == 0 && !write_port(parsing, entry, text))
            return REFUSE(parsing, "memory is out");
    }
    return true;
}

static bool parse(struct parsing *parsing)
{
    const struct baseline_source *source = parsing->source;
    char *text = NULL;
    bool ok = true;
    if (source->text)
        ok = read_lines(parsing, &text);
    if (ok && text && !parsing->entry_count)
        ok = REFUSE(parsing, "holds no setting, so it is no .rdp file");
    ok = ok && (!text || write_ports(parsing, &text));
    if (ok && text && !parsed_settings_take_file(parsing->settings, text))
        ok = REFUSE(parsing, "FreeRDP's parser does not take it: an address, a user or another value is malformed");
    free(text);
    ok = ok && (!source->argc || take_arguments(parsing));
    if (ok)
        mark_said(parsing);
    return ok;
}

// The levels that settings ask for.
static void decide_levels(struct parsing *parsing)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_settings *settings = factor_settings((enum factor)f);
        unsigned level;
        parsing->has_level[f] = settings->import && settings->import(parsing->settings, &level);
        if (parsing->has_level[f])
            parsing->profile.levels.level[f] = (unsigned char)level;
    }
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

static bool put_text(struct parsing *parsing, char *field, size_t size, const char *text, const char *what)
{
    if (strlen(text) >= size)
        return REFUSE(parsing, "the %s in the base settings is too long", what);
    strcpy(field, text);
    return true;
}

static bool put_account(struct parsing *parsing, struct account *account, const char *user, const char *domain,
                        const char *whose)
{
    char what[40];
    snprintf(what, sizeof what, "%suser", whose);
    if (account_user_fault(user))
        return REFUSE(parsing, "the %s %s", what, account_user_fault(user));
    if (!put_text(parsing, account->user, sizeof account->user, user, what))
        return false;
    snprintf(what, sizeof what, "%sdomain", whose);
    return put_text(parsing, account->domain, sizeof account->domain, domain, what);
}

// FreeRDP keeps an IPv6 address' brackets, and takes the end of one without brackets for a port.
static bool put_host(struct parsing *parsing, struct target *target, const char *name, const char *host, uint32_t port,
                     const char *written)
{
    const char *clause;
    char text[HOST_MAX + 16], shown[HOST_MAX];
    if (written && target_parse(written, (uint16_t)port, target, &clause) && target->literal)
        snprintf(text, sizeof text, "%s", target->host);
    else if (host[0] == '[' || !strchr(host, ':'))
        snprintf(text, sizeof text, "%s", host);
    else
        snprintf(text, sizeof text, "[%s]", host);
    if (port < 1 || port > UINT16_MAX)
        return REFUSE(parsing, "the %s has a port that is no number from 1 to 65535", name);
    return target_parse(text, (uint16_t)port, target, &clause) ||
           REFUSE(parsing, "the %s '%.200s' %s", name, target_shown(host, shown, sizeof shown), clause);
}

static bool put_target(struct parsing *parsing)
{
    const char *host = parsed_text(parsing->settings, "ServerHostname");
    const struct entry *entry = entry_of(parsing, "ServerHostname"), *plain = entry_named(parsing, "full address");
    char shown[HOST_MAX];
    if (!*host)
        return true;
    if (entry && plain && entry != plain && strcasecmp(entry->value, plain->value) != 0)
        warn(parsing, "'alternate full address' replaces 'full address' (%.200s), and its port too",
             target_shown(plain->value, shown, sizeof shown));
    return put_host(parsing, &parsing->profile.target, "target", host, parsed_number(parsing->settings, "ServerPort"),
                    entry && strstr(entry->value, host[0] == '[' ? host + 1 : host) ? entry->value : NULL);
}

static bool put_gateway(struct parsing *parsing)
{
    const struct baseline_source *source = parsing->source;
    const char *host = parsed_text(parsing->settings, "GatewayHostname");
    uint32_t port = parsed_number(parsing->settings, "GatewayPort");
    uint16_t written = client_arguments_gateway_port(source->argc, source->argv);
    if (!parsing->has_level[FACTOR_GATEWAY])
        return true;
    if (parsed_flag(parsing->settings, "GatewayArmTransport"))
        return REFUSE(parsing, "there is a gateway of Azure Virtual Desktop, which this program does not know");
    if (written && written != port) {
        warn(parsing, "xfreerdp drops the port of /gateway:g:HOST:PORT and takes %" PRIu32 "; here it is %u", port,
             written);
        port = written;
    }
    parsing->profile.has_gateway = true;
    parsing->own_gateway_account = !parsed_flag(parsing->settings, "GatewayUseSameCredentials");
    if (parsing->own_gateway_account &&
        !put_account(parsing, &parsing->profile.gateway_account, parsed_text(parsing->settings, "GatewayUsername"),
                     parsed_text(parsing->settings, "GatewayDomain"), "gateway's "))
        return false;
    return put_host(parsing, &parsing->profile.gateway, "gateway", host, port, NULL);
}

static bool take_operand(struct parsing *parsing, enum factor factor, char *given)
{
    const struct factor_settings *settings = factor_settings(factor);
    const struct factor_operand *operand = factor_row(factor)->operand;
    const struct entry *entry = entry_of(parsing, settings->operand);
    const char *name = entry ? entry->name : settings->operand, *clause;
    if (!is_printable(given, true))
        return REFUSE(parsing, "the %s (%s) has a character that is not printable ASCII", operand->noun, name);
    if (strlen(given) > operand->length_max && !settings->cuts_operand)
        return REFUSE(parsing, "the %s (%s) is longer than %zu characters", operand->noun, name, operand->length_max);
    if (strlen(given) > operand->length_max) {
        warn(parsing, "the %s is cut to %zu characters, as the protocol has room for no more", operand->noun,
             operand->length_max);
        given[operand->length_max] = '\0';
    }
    return operand->check(given, parsing->profile.operand[factor], OPERAND_MAX, &clause) ||
           REFUSE(parsing, "the %s (%s) %s", operand->noun, name, clause);
}

// The texts of levels that need one.
static bool put_operands(struct parsing *parsing)
{
    bool ok = true;
    for (int f = 0; ok && f < FACTOR_COUNT; f++) {
        const struct factor_settings *settings = factor_settings((enum factor)f);
        const struct factor_operand *operand = factor_row((enum factor)f)->operand;
        if (!settings->operand || !parsing->has_level[f] || parsing->profile.levels.level[f] != operand->level)
            continue;
        char *given = parsed_value(parsing->settings, settings->operand);
        ok = given ? take_operand(parsing, (enum factor)f, given) : REFUSE(parsing, "memory is out");
        free(given);
    }
    return ok;
}

static bool put_user(struct parsing *parsing)
{
    const char *user = parsed_text(parsing->settings, "Username");
    const char *domain = parsed_text(parsing->settings, "Domain");
    if (strchr(user, '@') && *domain)
        warn(parsing, "the user '%.100s' names its domain itself, so the domain '%.100s' is left out", user, domain);
    return put_account(parsing, &parsing->profile.account, user, strchr(user, '@') ? "" : domain, "");
}

static bool put_all(struct parsing *parsing)
{
    uint32_t level = parsed_number(parsing->settings, "AuthenticationLevel");
    decide_levels(parsing);
    // 1: do not connect where the server's authentication fails.
    if ((parsed_says(parsing->settings, "AuthenticationLevel") && level == 1) ||
        parsed_flag(parsing->settings, "AutoDenyCertificate"))
        parsing->profile.certificate_policy = CERTIFICATE_REQUIRE;
    return put_user(parsing) && put_operands(parsing) && put_target(parsing) && put_gateway(parsing);
}

// ---- rows ----

static void add_setting(void *context, const char *name, const char *value, const char *plain)
{
    struct parsing *parsing = context;
    const struct baseline_setting *row = baseline_setting(name);
    bool said = row && row->use == BASELINE_TAKEN && row->factor >= 0 && parsed_is_said(parsing->settings, name);
    if (!said && strcmp(value, plain) == 0 && strcmp(name, "ServerHostname") != 0)
        return;
    const struct entry *entry = entry_of(parsing, name);
    bool taken = row && row->use == BASELINE_TAKEN && (row->factor < 0 || parsing->has_level[row->factor]);
    enum baseline_use use = taken                                    ? BASELINE_TAKEN
                            : row && row->use == BASELINE_OVERRIDDEN ? BASELINE_OVERRIDDEN
                                                                     : BASELINE_UNUSED;
    bool hidden = baseline_setting_is_secret(name) && *value;
    add_row(parsing, name, entry ? entry->name : "",
            hidden   ? "(not shown)"
            : *value ? value
                     : "(none)",
            use, row ? row->why : "", taken ? row->factor : -1);
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
    parsed_settings_each(parsing->settings, add_setting, parsing);
    add_entries(parsing);
}

// ---- the whole ----

static char *secret_of(const struct parsing *parsing, const char *name)
{
    const char *secret = parsed_text(parsing->settings, name);
    return *secret ? strdup(secret) : NULL;
}

static void take_secrets(struct parsing *parsing, char *secrets[PROFILE_SECRETS])
{
    bool gateway = parsing->profile.has_gateway, own = gateway && parsing->own_gateway_account;
    secrets[PROFILE_PASSWORD] = secret_of(parsing, "Password");
    secrets[PROFILE_GATEWAY_PASSWORD] = own ? secret_of(parsing, "GatewayPassword") : NULL;
    secrets[PROFILE_GATEWAY_TOKEN] = gateway ? secret_of(parsing, "GatewayAccessToken") : NULL;
    secrets[PROFILE_GATEWAY_BEARER] = gateway ? secret_of(parsing, "GatewayHttpExtAuthBearer") : NULL;
}

static json_t *result_of(struct parsing *parsing)
{
    json_t *levels = json_array();
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (parsing->has_level[f])
            json_array_append_new(levels, json_integer(f));
    }
    json_t *result = json_pack("{s:o, s:o, s:O, s:O}", "profile", profile_to_json(&parsing->profile, false), "levels",
                               levels, "rows", parsing->rows, "warnings", parsing->warnings);
    if (!result)
        snprintf(parsing->error, parsing->size, "a text in it is no UTF-8");
    return result;
}

json_t *baseline_parse(const struct baseline_source *source, char *secrets[PROFILE_SECRETS], char *error, size_t size)
{
    struct parsing parsing = {.source = source,
                              .settings = parsed_settings_new(),
                              .rows = json_array(),
                              .warnings = json_array(),
                              .error = error,
                              .size = size};
    json_t *result = NULL;
    memset(secrets, 0, PROFILE_SECRETS * sizeof *secrets);
    if (!parsing.settings) {
        snprintf(error, size, "memory is out");
    } else if (parse(&parsing) && put_all(&parsing)) {
        add_rows(&parsing);
        if (client_arguments_hold_secret(source->argc, source->argv))
            warn(&parsing, "a password in the arguments can be read by every user of this machine: use "
                           "--password-file or RDPPROBE_PASSWORD");
        take_secrets(&parsing, secrets);
        result = result_of(&parsing);
    }
    json_decref(parsing.rows);
    json_decref(parsing.warnings);
    parsed_settings_free(parsing.settings);
    free(parsing.entries);
    free(parsing.lines);
    return result;
}
