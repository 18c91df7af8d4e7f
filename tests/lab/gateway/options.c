// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, MAX_SECRET = 16384 };

static const char *const authentications[] = {"none", "ntlm", "paa", "bearer", "basic", NULL};
static const char *const transports[] = {"", "websocket", "http", NULL};
static const char *const steps[] = {"",       "tcp",       "tls",     "http", "handshake",
                                    "tunnel", "authorize", "channel", "data", NULL};
static const char *const faults[] = {"", "close", "rst", "hang", "garbage", "half", NULL};

__attribute__((noreturn, format(printf, 1, 2))) static void usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("labgateway: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    exit(EXIT_USAGE);
}

const char *authentication_name(enum authentication authentication)
{
    return authentications[authentication];
}

const char *transport_name(enum transport transport)
{
    return transport == TRANSPORT_NONE ? NULL : transports[transport];
}

const char *step_name(enum step step)
{
    return step == STEP_NONE ? NULL : steps[step];
}

// The index of a word in a table; usage error when it is not there (an empty word never is).
static unsigned word(const char *option, const char *text, size_t length, const char *const *table)
{
    for (unsigned i = 0; table[i]; i++) {
        if (length > 0 && strlen(table[i]) == length && memcmp(table[i], text, length) == 0) {
            return i;
        }
    }
    usage("%s does not know \"%.*s\".", option, (int)length, text);
}

static unsigned long number(const char *option, const char *text, int base, unsigned long max)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, base);
    if (errno || end == text || *end || *text == '-' || *text == '+' || *text == ' ' || value > max) {
        usage("%s wants a %snumber up to %s%lX, not \"%s\".", option, base == 16 ? "hexadecimal " : "",
              base == 16 ? "" : "0x", max, text);
    }
    return value;
}

static char *copy(const char *text, size_t length)
{
    char *result = strndup(text, length);
    if (!result) {
        abort();
    }
    return result;
}

// The first line of a file, without its line end.
static char *secret(const char *option, const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        usage("%s cannot read %s: %s.", option, path, strerror(errno));
    }
    char *line = malloc(MAX_SECRET);
    if (!line) {
        abort();
    }
    if (!fgets(line, MAX_SECRET, file)) {
        line[0] = '\0';
    }
    fclose(file);
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

static void parse_transports(struct options *options, const char *list)
{
    memset(options->transports, 0, sizeof options->transports);
    for (const char *item = list;; item++) {
        size_t length = strcspn(item, ",");
        options->transports[word("--transport", item, length, transports)] = true;
        item += length;
        if (!*item) {
            return;
        }
    }
}

static void parse_map(struct options *options, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1]) {
        usage("--map wants NAME=HOST[:PORT], not \"%s\".", text);
    }
    if (options->map_count == OPTIONS_MAX_MAP) {
        usage("--map can be given %d times at most.", OPTIONS_MAX_MAP);
    }
    struct map *map = &options->map[options->map_count++];
    map->name = copy(text, (size_t)(equals - text));
    const char *host = equals + 1;
    const char *port = NULL;
    const char *bracket = *host == '[' ? strchr(host, ']') : NULL;
    if (bracket) {
        map->host = copy(host + 1, (size_t)(bracket - host - 1));
        port = bracket[1] == ':' ? bracket + 2 : NULL;
    } else {
        // More than one colon without brackets is an IPv6 address without a port.
        const char *colon = strchr(host, ':');
        port = colon && !strchr(colon + 1, ':') ? colon + 1 : NULL;
        map->host = copy(host, port ? (size_t)(colon - host) : strlen(host));
    }
    map->port = port ? (uint16_t)number("--map", port, 10, UINT16_MAX) : 0;
}

static void parse_via(struct options *options, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        usage("--via wants TRANSPORT=PORT, not \"%s\".", text);
    }
    options->via[word("--via", text, (size_t)(equals - text), transports)] =
        (uint16_t)number("--via", equals + 1, 10, UINT16_MAX);
}

static void parse_codes(const char *option, const char *list, int base, struct codes *codes)
{
    char item[32];
    codes->count = 0;
    for (;; list++) {
        size_t length = strcspn(list, ",");
        if (codes->count == OPTIONS_MAX_CODES || length >= sizeof item) {
            usage("%s has more than %d codes, or too long a one.", option, OPTIONS_MAX_CODES);
        }
        memcpy(item, list, length);
        item[length] = '\0';
        codes->code[codes->count++] = (uint32_t)number(option, item, base, UINT32_MAX);
        list += length;
        if (!*list) {
            return;
        }
    }
}

uint32_t options_code(const struct codes *codes, unsigned number)
{
    return codes->code[(number - 1) % codes->count];
}

static void parse_denial(struct options *options, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        usage("--deny wants STEP=CODE, not \"%s\".", text);
    }
    unsigned step = word("--deny", text, (size_t)(equals - text), steps);
    if (step < STEP_HANDSHAKE || step > STEP_CHANNEL) {
        usage("--deny knows handshake, tunnel, authorize and channel, not \"%s\".", steps[step]);
    }
    parse_codes("--deny", equals + 1, 16, &options->denials[step]);
}

static void parse_fault(struct options *options, const char *text)
{
    const char *colon = strchr(text, ':');
    if (!colon) {
        usage("--fault wants STEP:KIND, not \"%s\".", text);
    }
    static const char second[] = "second-";
    options->fault_second = strncmp(text, second, sizeof second - 1) == 0;
    text += options->fault_second ? sizeof second - 1 : 0;
    options->fault_logon = strncmp(text, "logon:", sizeof "logon:" - 1) == 0;
    options->fault_step =
        options->fault_logon ? STEP_HTTP : (enum step)word("--fault", text, (size_t)(colon - text), steps);
    if (options->fault_second && options->fault_step > STEP_HTTP) {
        usage("--fault knows second-tcp, second-tls and second-http, not \"second-%s\".", steps[options->fault_step]);
    }
    options->fault = (enum fault)word("--fault", colon + 1, strlen(colon + 1), faults);
}

static void parse_status(const char *option, const char *text, struct codes *codes)
{
    parse_codes(option, text, 10, codes);
    for (unsigned i = 0; i < codes->count; i++) {
        if (codes->code[i] < 200 || codes->code[i] > 599) {
            usage("%s wants a status from 200 to 599.", option);
        }
    }
}

static int parse_tls(const char *option, const char *text)
{
    static const char *const versions[] = {"1.0", "1.1", "1.2", "1.3", NULL};
    static const int values[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
    return values[word(option, text, strlen(text), versions)];
}

static const char *parse_address(const char *option, const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, text, address) != 1 && inet_pton(AF_INET6, text, address) != 1) {
        usage("%s wants an IP address, not \"%s\".", option, text);
    }
    return text;
}

static void check(const struct options *options)
{
    if (options->authentication == AUTH_NTLM && (!options->user || !options->password)) {
        usage("--auth ntlm needs --user and --password-file.");
    }
    if ((options->authentication == AUTH_PAA || options->authentication == AUTH_BEARER) &&
        (!options->token || !*options->token)) {
        usage("--auth %s needs --token-file with a token.", authentications[options->authentication]);
    }
    if (options->certificate && !options->key) {
        usage("--certificate needs --key.");
    }
    if (options->tls_min && options->tls_max && options->tls_min > options->tls_max) {
        usage("--tls-min is above --tls-max.");
    }
}

static void take_bind(struct options *options, const char *text)
{
    if (options->bind_count == OPTIONS_MAX_BIND) {
        usage("--bind can be given %d times at most.", OPTIONS_MAX_BIND);
    }
    options->bind[options->bind_count++] = parse_address("--bind", text);
}

static void take_port(struct options *options, const char *text)
{
    options->port = (uint16_t)number("--port", text, 10, UINT16_MAX);
}

static void take_authentication(struct options *options, const char *text)
{
    options->authentication = (enum authentication)word("--auth", text, strlen(text), authentications);
}

static void take_user(struct options *options, const char *text)
{
    options->user = text;
}

static void take_domain(struct options *options, const char *text)
{
    options->domain = text;
}

static void take_certificate(struct options *options, const char *text)
{
    options->certificate = text;
}

static void take_key(struct options *options, const char *text)
{
    options->key = text;
}

static void take_content_type(struct options *options, const char *text)
{
    options->content_type = text;
}

static void take_consent(struct options *options, const char *text)
{
    options->consent = text;
}

static void take_restricted(struct options *options, const char *text)
{
    options->restricted = text;
}

static void take_service(struct options *options, const char *text)
{
    options->service = text;
}

static void take_password_file(struct options *options, const char *text)
{
    free(options->password);
    options->password = secret("--password-file", text);
}

static void take_token_file(struct options *options, const char *text)
{
    free(options->token);
    options->token = secret("--token-file", text);
}

static void take_allow(struct options *options, const char *text)
{
    if (options->allowed_count == OPTIONS_MAX_MAP) {
        usage("--allow can be given %d times at most.", OPTIONS_MAX_MAP);
    }
    options->allowed[options->allowed_count++] = text;
}

static void take_source(struct options *options, const char *text)
{
    options->source = parse_address("--source", text);
}

static void take_tls_min(struct options *options, const char *text)
{
    options->tls_min = parse_tls("--tls-min", text);
}

static void take_tls_max(struct options *options, const char *text)
{
    options->tls_max = parse_tls("--tls-max", text);
}

static void take_http_status(struct options *options, const char *text)
{
    parse_status("--http-status", text, &options->http_status);
}

static void take_second_status(struct options *options, const char *text)
{
    parse_status("--second-status", text, &options->second_status);
}

static void take_fault_after(struct options *options, const char *text)
{
    options->fault_after = number("--fault-after", text, 10, UINT32_MAX);
}

static void take_close_after(struct options *options, const char *text)
{
    options->close_after = number("--close-after", text, 10, UINT32_MAX);
}

static void take_close_status(struct options *options, const char *text)
{
    options->close_status = (uint32_t)number("--close-status", text, 16, UINT32_MAX);
}

static void take_idle_timeout(struct options *options, const char *text)
{
    options->idle_timeout = (uint32_t)number("--idle-timeout", text, 10, UINT32_MAX);
}

static void take_redirection(struct options *options, const char *text)
{
    options->redirects = true;
    options->redirection = (uint32_t)number("--redirection", text, 16, UINT32_MAX);
}

static void take_chunked_out(struct options *options, const char *text)
{
    (void)text;
    options->chunked_out = true;
}

static void take_reauthenticate(struct options *options, const char *text)
{
    (void)text;
    options->reauthenticates = true;
}

static void take_keepalive(struct options *options, const char *text)
{
    (void)text;
    options->keeps_alive = true;
}

static void print_help(struct options *options, const char *text);

// argument is NULL where the option takes none. take ends the program where it cannot take it. A help of more lines has
// newlines in it.
static const struct row {
    const char *name, *argument, *help;
    void (*take)(struct options *options, const char *text);
} rows[] = {
    {"bind", "ADDR", "listen here (repeatable; default 127.0.0.1)", take_bind},
    {"port", "N", "listen on this port (default 0: any; the ready line says which)", take_port},
    {"transport", "LIST",
     "websocket,http (default both). Without websocket an upgrade is answered as plain\nHTTP; without http a plain "
     "request gets 403",
     parse_transports},
    {"auth", "KIND",
     "none (default: everybody is let in, any NTLM password is good), ntlm, paa, bearer;\nbasic offers only that, and "
     "lets nobody in",
     take_authentication},
    {"user", "NAME", "the account for ntlm", take_user},
    {"domain", "NAME", "its domain (default: any)", take_domain},
    {"password-file", "FILE", "its password: the first line", take_password_file},
    {"token-file", "FILE", "the token for paa and bearer: the first line", take_token_file},
    {"map", "NAME=HOST[:PORT]", "an inner name and what it stands for (repeatable); all else is resolved as it is",
     parse_map},
    {"allow", "NAME", "the resource policy: a target by another name than these (repeatable) gets 800759DA",
     take_allow},
    {"via", "TRANSPORT=PORT", "what came by that transport goes to this port of the target (repeatable)", parse_via},
    {"source", "ADDR", "the source address towards targets", take_source},
    {"certificate", "FILE", "PEM chain, with --key FILE (default: made at the start, for localhost)", take_certificate},
    {"key", "FILE", "PEM; alone: of the certificate that is made", take_key},
    {"tls-min", "V", "1.0 1.1 1.2 1.3", take_tls_min},
    {"tls-max", "V", "likewise", take_tls_max},
    {"deny", "STEP=CODE",
     "answer handshake, tunnel, authorize or channel with this code, in hexadecimal\n(repeatable; HRESULT like "
     "800759DA, or its low word alone, which FreeRDP mistakes\nfor success). 800759ED at authorize (quarantine) lets "
     "the client go on. Of\nCODE,CODE,... each tunnel gets the next one",
     parse_denial},
    {"http-status", "N[,N...]", "answer the authenticated request with this status", take_http_status},
    {"restrict", "SCHEME",
     "answer who has logged on 401 \"User Account Restricted\" with RDG-Auth-Scheme: SCHEME\n(SMARTCARD: what Windows "
     "wants of a member of Protected Users)",
     take_restricted},
    {"second-status", "N[,N...]", "the same for the IN channel", take_second_status},
    {"fault", "STEP:KIND",
     "at tcp, tls, http, logon (the client has sent its password), second-tcp, second-tls,\nsecond-http (the IN "
     "channel's), handshake, tunnel, authorize, channel or data, instead\nof the answer: close, rst, hang, garbage or "
     "half (OUT is reset, IN held open)",
     parse_fault},
    {"fault-after", "BYTES", "the fault at data comes when so much has come from the target", take_fault_after},
    {"chunked-out", NULL, "answer the plain OUT channel with chunked encoding", take_chunked_out},
    {"content-type", "TYPE", "of the answer to the plain OUT channel (default: none)", take_content_type},
    {"close-status", "CODE", "the status in the close packet when the target closes, in hexadecimal (default 0)",
     take_close_status},
    {"close-after", "BYTES", "close the channel, with that status, when so much has come from the target",
     take_close_after},
    {"consent", "TEXT", "a message that the user must agree to", take_consent},
    {"service", "TEXT", "a service message, once the channel is open", take_service},
    {"idle-timeout", "MINUTES", "announce it", take_idle_timeout},
    {"redirection", "FLAGS", "policy for devices, in hexadecimal (default 80000000: all is allowed)", take_redirection},
    {"reauthenticate", NULL, "ask for it, once the channel is open", take_reauthenticate},
    {"keepalive", NULL, "send one, once the channel is open", take_keepalive},
    {"help", NULL, "this text", print_help},
};

enum { ROWS = sizeof rows / sizeof rows[0], FIRST_VALUE = 256 };

static void print_row(const struct row *row)
{
    enum { HELP_COLUMN = 26 };
    char head[64];
    snprintf(head, sizeof head, "  --%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
    printf("%-*s%s", HELP_COLUMN - 1, head, strlen(head) < HELP_COLUMN - 1 ? " " : "  ");
    for (const char *line = row->help; line;) {
        const char *end = strchrnul(line, '\n');
        printf("%.*s\n", (int)(end - line), line);
        line = *end ? end + 1 : NULL;
        if (line) {
            printf("%*s", HELP_COLUMN, "");
        }
    }
}

static void print_help(struct options *options, const char *text)
{
    (void)options, (void)text;
    puts("Usage: labgateway [OPTION]...\n"
         "The lab's RD Gateway: MS-TSGU over websocket and over plain HTTP, with rules and faults.\n"
         "Writes JSON lines to standard output: ready, then tunnel and refused. Ends on SIGTERM, SIGINT, or when the\n"
         "reader of its output is gone.\n"
         "");
    for (size_t i = 0; i < ROWS; i++) {
        print_row(&rows[i]);
    }
    puts("\n"
         "A tunnel record is written when a connection, or a pair of plain ones, has ended. reached: the last step "
         "that\n"
         "was completed: tcp tls http handshake tunnel authorize channel data. ended: client, target (it closed, or "
         "could\n"
         "not be reached: then denied says 800759DD, and error why), denied, fault, error, gateway (it was told to "
         "end). A\n"
         "refused record is written instead for each request answered with an error; reason: logon, token, scheme,\n"
         "no-credentials, transport, http-status, connection-id, method, request, limit. ntlm_authenticates counts\n"
         "AUTHENTICATE messages, each in one record only.\n"
         "\n"
         "Exit status: 0 ended as asked, 2 usage error, 3 could not run.");
    exit(EXIT_SUCCESS);
}

void options_parse(struct options *options, int argc, char **argv)
{
    struct option table[ROWS + 1] = {0};
    int value;
    for (size_t i = 0; i < ROWS; i++) {
        table[i] = (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument, NULL,
                                   FIRST_VALUE + (int)i};
    }
    *options = (struct options){.transports = {[TRANSPORT_WEBSOCKET] = true, [TRANSPORT_HTTP] = true}};
    while ((value = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (value < FIRST_VALUE) {
            exit(EXIT_USAGE); // getopt_long has said what is wrong
        }
        rows[value - FIRST_VALUE].take(options, optarg);
    }
    if (optind < argc) {
        usage("It takes no arguments, but \"%s\" was given.", argv[optind]);
    }
    if (options->bind_count == 0) {
        options->bind[options->bind_count++] = "127.0.0.1";
    }
    check(options);
}

void options_clear(struct options *options)
{
    if (options->password) {
        OPENSSL_cleanse(options->password, strlen(options->password));
    }
    if (options->token) {
        OPENSSL_cleanse(options->token, strlen(options->token));
    }
    free(options->password);
    free(options->token);
    for (unsigned i = 0; i < options->map_count; i++) {
        free(options->map[i].name);
        free(options->map[i].host);
    }
}
