// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <errno.h>
#include <freerdp/settings.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "upstream.h"

__attribute__((format(printf, 1, 2), noreturn)) static void refuse(const char *format, ...)
{
    va_list arguments;
    fputs("rdplab: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs("\n", stderr);
    exit(2);
}

static uint64_t number(const char *option, const char *text, uint64_t max)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 0);
    if (*text < '0' || *text > '9' || *end || errno || value > max)
        refuse("%s: '%s' is not a number from 0 to %llu.", option, text, (unsigned long long)max);
    return value;
}

static int64_t nanoseconds(const char *option, const char *text)
{
    enum { DAY = 86400 };
    char *end = NULL;
    const double seconds = strtod(text, &end);
    if (strspn(text, "+-0123456789.") != strlen(text) || end == text || *end || seconds > DAY || seconds < -DAY)
        refuse("%s: '%s' is not a number of seconds within a day.", option, text);
    return (int64_t)(seconds * 1e9);
}

static struct rule *expression(const char *option, const char *text)
{
    struct rule_error error = {0};
    struct rule *rule = rule_parse(text, &error);
    if (!rule)
        refuse("%s '%s': column %zu: %s", option, text, error.column, error.message);
    return rule;
}

static void parse_security(struct lab_options *options, const char *list)
{
    char *copy = strdup(list);
    char *rest = NULL;
    memset(options->accept, 0, sizeof(options->accept));
    for (char *word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        enum lab_security security = LAB_SECURITY_RDP;
        if (!lab_security_parse(word, &security))
            refuse("--security: '%s' is none of nla, tls, rdp.", word);
        options->accept[security] = true;
    }
    free(copy);
    if (!options->accept[LAB_SECURITY_NLA] && !options->accept[LAB_SECURITY_TLS] && !options->accept[LAB_SECURITY_RDP])
        refuse("--security: name at least one of nla, tls, rdp.");
}

static enum lab_tls tls_version(const char *option, const char *text)
{
    enum lab_tls version = LAB_TLS_NONE;
    if (!lab_tls_parse(text, &version))
        refuse("%s: '%s' is none of 1.0, 1.1, 1.2, 1.3.", option, text);
    return version;
}

static char *read_password(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        refuse("--password-file: cannot read %s: %s.", path, strerror(errno));
    char *line = NULL;
    size_t size = 0;
    if (getline(&line, &size, file) < 0)
        refuse("--password-file: %s is empty.", path);
    line[strcspn(line, "\r\n")] = 0;
    fclose(file);
    return line;
}

static uint32_t encryption_level(const char *text)
{
    static const struct {
        const char *name;
        uint32_t level;
    } levels[] = {{"none", ENCRYPTION_LEVEL_NONE},
                  {"low", ENCRYPTION_LEVEL_LOW},
                  {"client", ENCRYPTION_LEVEL_CLIENT_COMPATIBLE},
                  {"high", ENCRYPTION_LEVEL_HIGH}};
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (strcmp(levels[i].name, text) == 0)
            return levels[i].level;
    refuse("--rdp-encryption: '%s' is none of none, low, client, high.", text);
}

static void parse_licensing(struct lab_options *options, const char *text)
{
    if (strcmp(text, "off") == 0)
        options->licensing = LAB_LICENSING_OFF;
    else if (strcmp(text, "issue") == 0)
        options->licensing = LAB_LICENSING_ISSUE;
    else if (strcmp(text, "accept-only") == 0)
        options->licensing = LAB_LICENSING_ACCEPT_ONLY;
    else
        refuse("--licensing: '%s' is none of off, issue, accept-only.", text);
}

static void parse_license_alert(struct lab_options *options, const char *text)
{
    char *code = strdup(text);
    char *colon = strchr(code, ':');
    if (colon)
        *colon++ = 0;
    options->license_alert = true;
    options->license_alert_code = (uint32_t)number("--license-alert", code, UINT32_MAX);
    options->license_alert_transition = colon ? (uint32_t)number("--license-alert", colon, UINT32_MAX) : 1;
    free(code);
}

static struct lab_rule *last_rule(struct lab_options *options, const char *option)
{
    if (options->rule_count == 0)
        refuse("%s belongs after a --deny-if.", option);
    return &options->rules[options->rule_count - 1];
}

static void add_rule(struct lab_options *options, const char *text)
{
    if (options->rule_count == LAB_RULES_MAX)
        refuse("--deny-if: more than %d rules.", LAB_RULES_MAX);
    options->rules[options->rule_count++] = (struct lab_rule){
        .text = text, .condition = expression("--deny-if", text), .errinfo = 7, .moment = LAB_MOMENT_LICENSING};
}

static void parse_moment(struct lab_rule *rule, const char *text)
{
    if (strncmp(text, "active+", 7) == 0) {
        rule->moment = LAB_MOMENT_ACTIVE;
        rule->delay_ms = (unsigned)number("--at", text + 7, 3600000);
    } else if (!lab_moment_parse(text, &rule->moment)) {
        refuse("--at: '%s' is none of licensing, capabilities, post-connect, active, active+MS.", text);
    }
}

static void parse_fault(struct lab_options *options, const char *text)
{
    char *phase = strdup(text);
    char *colon = strchr(phase, ':');
    if (!colon)
        refuse("--fault: '%s' is not PHASE:KIND.", text);
    *colon = 0;
    options->fault_at_authenticate = strcmp(phase, "nla-auth") == 0;
    if (options->fault_at_authenticate)
        options->fault_phase = LAB_PHASE_NLA;
    else if (!lab_phase_parse(phase, &options->fault_phase))
        refuse("--fault: '%s' is not a phase; see --help.", phase);
    if (!lab_fault_kind_parse(colon + 1, &options->fault_kind))
        refuse("--fault: '%s' is none of close, rst, hang, garbage, slow.", colon + 1);
    free(phase);
}

static double probability(const char *text)
{
    char *end = NULL;
    const double value = strtod(text, &end);
    if (end == text || *end || !(value >= 0 && value <= 1))
        refuse("--flaky: '%s' is not a probability from 0 to 1.", text);
    return value;
}

static int days(const char *text)
{
    char *end = NULL;
    const long value = strtol(text, &end, 10);
    if (end == text || *end || value < -36500 || value > 36500)
        refuse("--cert-days: '%s' is not a number of days from -36500 to 36500.", text);
    return (int)value;
}

static void parse_network(struct lab_options *options, const char *text)
{
    uint32_t *const fields[] = {&options->base_rtt, &options->average_rtt, &options->bandwidth};
    char *copy = strdup(text), *rest = NULL;
    size_t count = 0;
    for (char *word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        if (count == 3)
            refuse("--network: '%s' is not BASE,AVERAGE[,KBITS].", text);
        *fields[count++] = (uint32_t)number("--network", word, UINT32_MAX);
    }
    free(copy);
    if (count < 2)
        refuse("--network: '%s' is not BASE,AVERAGE[,KBITS].", text);
    options->network = true;
}

static uint32_t authorization(const char *text)
{
    enum { AUTHZ_SUCCESS = 0, AUTHZ_ACCESS_DENIED = 5 };
    if (strcmp(text, "allow") == 0)
        return AUTHZ_SUCCESS;
    if (strcmp(text, "deny") == 0)
        return AUTHZ_ACCESS_DENIED;
    return (uint32_t)number("--early-authorization", text, UINT32_MAX);
}

static void take_bind(struct lab_options *options, const char *text)
{
    if (options->address_count == LAB_ADDRESSES_MAX)
        refuse("--bind: more than %d addresses.", LAB_ADDRESSES_MAX);
    options->addresses[options->address_count++] = text;
    options->addresses_given = true;
}

static void take_port(struct lab_options *options, const char *text)
{
    options->port = (uint16_t)number("--port", text, UINT16_MAX);
}

static void take_gateway_port(struct lab_options *options, const char *text)
{
    enum lab_gateway gateway = LAB_GATEWAY_OFF;
    if (!lab_gateway_parse(text, &gateway) || gateway == LAB_GATEWAY_OFF)
        refuse("--gateway-port: '%s' is neither http nor websocket.", text);
    options->gateway_ports[gateway] = true;
}

static void take_upstream(struct lab_options *options, const char *text)
{
    if (!upstream_target_valid(text))
        refuse("--upstream: '%s' is not HOST:PORT.", text);
    options->upstream = text;
}

static void take_user(struct lab_options *options, const char *text)
{
    options->user = text;
}

static void take_domain(struct lab_options *options, const char *text)
{
    options->domain = text;
}

static void take_password_file(struct lab_options *options, const char *text)
{
    options->password_file = text;
}

static void take_ciphers(struct lab_options *options, const char *text)
{
    options->ciphers = text;
}

static void take_certificate(struct lab_options *options, const char *text)
{
    options->certificate_file = text;
}

static void take_key(struct lab_options *options, const char *text)
{
    options->key_file = text;
}

static void take_cert_name(struct lab_options *options, const char *text)
{
    options->certificate_name = text;
}

static void take_redirect(struct lab_options *options, const char *text)
{
    options->redirect = text;
}

static void take_redirect_new(struct lab_options *options, const char *text)
{
    (void)text;
    options->redirect_new = true;
}

static void take_redirect_token(struct lab_options *options, const char *text)
{
    options->redirect_token = text;
}

static void take_tls_min(struct lab_options *options, const char *text)
{
    options->tls_min = tls_version("--tls-min", text);
}

static void take_tls_max(struct lab_options *options, const char *text)
{
    options->tls_max = tls_version("--tls-max", text);
}

static void take_cert_days(struct lab_options *options, const char *text)
{
    options->certificate_days = days(text);
}

static void take_rdp_encryption(struct lab_options *options, const char *text)
{
    options->encryption_level = encryption_level(text);
}

static void take_errinfo(struct lab_options *options, const char *text)
{
    last_rule(options, "--errinfo")->errinfo = (uint32_t)number("--errinfo", text, UINT32_MAX);
}

static void take_at(struct lab_options *options, const char *text)
{
    parse_moment(last_rule(options, "--at"), text);
}

static void take_no_ultimatum(struct lab_options *options, const char *text)
{
    (void)text;
    options->ultimatum = false;
}

static void take_ultimatum_only(struct lab_options *options, const char *text)
{
    (void)text;
    options->ultimatum_only = true;
}

static void take_strict_errinfo(struct lab_options *options, const char *text)
{
    (void)text;
    options->strict_errinfo = true;
}

static void take_flaky(struct lab_options *options, const char *text)
{
    options->flaky = probability(text);
}

static void take_seed(struct lab_options *options, const char *text)
{
    options->seed = number("--seed", text, UINT64_MAX);
}

static void take_fault_if(struct lab_options *options, const char *text)
{
    options->fault_condition = expression("--fault-if", text);
}

static void take_drip(struct lab_options *options, const char *text)
{
    options->drip_ms = (unsigned)number("--drip", text, 60000);
}

static void take_negotiation_failure(struct lab_options *options, const char *text)
{
    options->negotiation_failure = (uint32_t)number("--negotiation-failure", text, UINT32_MAX);
}

static void take_ntstatus(struct lab_options *options, const char *text)
{
    options->ntstatus = (uint32_t)strtoul(text, NULL, 16);
    if (strspn(text, "0123456789abcdefABCDEFxX") != strlen(text) || options->ntstatus == 0)
        refuse("--ntstatus: '%s' is not a hexadecimal NTSTATUS.", text);
}

static void take_mcs_result(struct lab_options *options, const char *text)
{
    options->mcs_result = (int)number("--mcs-result", text, 255);
}

static void take_redirect_at(struct lab_options *options, const char *text)
{
    if (!lab_moment_parse(text, &options->redirect_at) ||
        (options->redirect_at != LAB_MOMENT_CAPABILITIES && options->redirect_at != LAB_MOMENT_ACTIVE))
        refuse("--redirect-at: '%s' is neither capabilities nor active.", text);
}

static void take_clock_skew(struct lab_options *options, const char *text)
{
    options->clock_skew_ns = nanoseconds("--clock-skew", text);
}

static void take_credssp_version(struct lab_options *options, const char *text)
{
    options->credssp_version = (int)number("--credssp-version", text, 127);
}

static void take_early_authorization(struct lab_options *options, const char *text)
{
    options->early_authorization = true;
    options->authorization = authorization(text);
}

static void take_status(struct lab_options *options, const char *text)
{
    if (options->status_count == LAB_STATUS_MAX)
        refuse("--status: more than %d.", LAB_STATUS_MAX);
    options->status[options->status_count++] = (uint32_t)number("--status", text, UINT32_MAX);
}

static void take_reactivate(struct lab_options *options, const char *text)
{
    options->reactivate_ms = (int)number("--reactivate", text, 3600000);
}

static void take_huge_desktop(struct lab_options *options, const char *text)
{
    options->huge_desktop = (unsigned)number("--huge-desktop", text, UINT16_MAX);
}

static void take_no_picture(struct lab_options *options, const char *text)
{
    (void)text;
    options->no_picture = true;
}

static void take_verbose(struct lab_options *options, const char *text)
{
    (void)text;
    options->verbose = true;
}

static void print_usage(struct lab_options *options, const char *text);

// name is NULL for a heading; argument is NULL where the option takes none. take refuses what it cannot take. A help of
// more lines has newlines in it.
static const struct lab_option {
    const char *name, *argument, *help;
    void (*take)(struct lab_options *options, const char *text);
} rows[] = {
    {NULL, NULL, "Listening", NULL},
    {"bind", "ADDR", "address, repeatable (default 127.0.0.1 and ::1)", take_bind},
    {"port", "N", "the same port on all addresses; 0 = any free one (default)", take_port},
    {"gateway-port", "LEVEL", "a further listener whose connections have gateway=http or gateway=websocket",
     take_gateway_port},
    {"upstream", "HOST:PORT",
     "a man in the middle: this server answers, with the rules and faults below between it and\nthe client; --user "
     "logs on to it under nla. rdp security only where it is not encrypted",
     take_upstream},
    {NULL, NULL, "Security", NULL},
    {"security", "LIST", "accepted protocols out of nla,tls,rdp (default all)", parse_security},
    {"user", "NAME", "the one account; required for nla", take_user},
    {"domain", "NAME", "its domain (default any)", take_domain},
    {"password-file", "FILE", "its password: the file's first line", take_password_file},
    {"tls-min", "V", "1.0 to 1.3", take_tls_min},
    {"tls-max", "V", "likewise", take_tls_max},
    {"ciphers", "LIST", "OpenSSL cipher list, up to TLS 1.2", take_ciphers},
    {"certificate", "FILE", "PEM, with --key (default: self-signed, made at start)", take_certificate},
    {"key", "FILE", "PEM; alone: of the certificate that is made (default: made too, which takes most of the start)",
     take_key},
    {"cert-name", "NAME", "its name instead of localhost", take_cert_name},
    {"cert-days", "N", "its validity; negative = expired (default 30)", take_cert_days},
    {"rdp-encryption", "LEVEL", "none, low, client or high, for rdp security (default high)", take_rdp_encryption},
    {NULL, NULL, "Licensing", NULL},
    {"licensing", "MODE", "off (default), issue, or accept-only = ask, but issue nothing", parse_licensing},
    {"license-alert", "CODE[:TRANSITION]", "answer with a licensing error message and close", parse_license_alert},
    {NULL, NULL, "Rules", NULL},
    {"deny-if", "EXPR", "deny where EXPR holds, repeatable; the next two belong to it", add_rule},
    {"errinfo", "N", "code of Set Error Info (default 7); 0 = close without a reason", take_errinfo},
    {"at", "MOMENT", "licensing (default), capabilities, post-connect, active or active+MS", take_at},
    {"no-ultimatum", NULL, "no MCS Disconnect Provider Ultimatum after Set Error Info", take_no_ultimatum},
    {"deny-ultimatum-only", NULL, "the ultimatum, but no Set Error Info", take_ultimatum_only},
    {"strict-errinfo", NULL, "Set Error Info only to clients that advertised support", take_strict_errinfo},
    {"flaky", "P", "a matching rule fails to fire with probability P", take_flaky},
    {"seed", "S", "of that chance (default 1)", take_seed},
    {NULL, NULL, "Faults", NULL},
    {"fault", "PHASE:KIND",
     "PHASE: tcp negotiate tls nla nla-auth mcs channels info licensing capabilities\nfinalize active; KIND: close rst "
     "hang garbage slow",
     parse_fault},
    {"fault-if", "EXPR", "only for connections where EXPR holds by then", take_fault_if},
    {"drip", "MS", "between two bytes of slow (default 50)", take_drip},
    {"negotiation-failure", "CODE", "refuse every X.224 request with this RDP_NEG_FAILURE code",
     take_negotiation_failure},
    {"ntstatus", "CODE", "refuse NLA with this NTSTATUS after AUTHENTICATE", take_ntstatus},
    {"mcs-result", "N", "result of the MCS Connect Response, then close", take_mcs_result},
    {"redirect", "HOST", "a broker's redirection to this address ('': to a session alone), in place of Demand Active",
     take_redirect},
    {"redirect-token", "TEXT", "load-balance info in it", take_redirect_token},
    {"redirect-new", NULL, "send on only who neither brings that token nor asks for the redirection's session",
     take_redirect_new},
    {"redirect-at", "MOMENT", "capabilities (default) or active", take_redirect_at},
    {NULL, NULL, "NLA", NULL},
    {"clock-skew", "SECONDS", "the server's clock is ahead (-: behind) by these, as its NTLM CHALLENGE shows",
     take_clock_skew},
    {"credssp-version", "N",
     "speak this version of CredSSP (default: libfreerdp's; below 5 its own client\ndoes not get beyond the CHALLENGE)",
     take_credssp_version},
    {"early-authorization", "R",
     "select HYBRID_EX where it is offered, and end NLA with this result: allow, deny or a\nnumber ([MS-RDPBCGR] "
     "2.2.10.2)",
     take_early_authorization},
    {NULL, NULL, "Session", NULL},
    {"status", "CODE", "a Server Status Info PDU before Demand Active, repeatable", take_status},
    {"network", "BASE,AVERAGE[,KBITS]",
     "measure bandwidth where the client offers auto-detection, then tell it these\nround trips (ms) and this "
     "bandwidth",
     parse_network},
    {"reactivate", "MS", "deactivate the session once, MS after activation, and activate it anew", take_reactivate},
    {"huge-desktop", "PIXELS", "width and height of the desktop of --reactivate", take_huge_desktop},
    {NULL, NULL, "Other", NULL},
    {"no-picture", NULL, "paint nothing", take_no_picture},
    {"verbose", NULL, "diagnostics on stderr", take_verbose},
    {"help", NULL, "this text", print_usage},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), FIRST_VALUE = 256 };

static void print_option(const struct lab_option *row)
{
    enum { HELP_COLUMN = 27 };
    char head[64];
    snprintf(head, sizeof(head), "  --%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
    printf("%-*s", HELP_COLUMN, head);
    if (strlen(head) >= HELP_COLUMN)
        printf("\n%*s", HELP_COLUMN, "");
    for (const char *line = row->help; line;) {
        const char *end = strchrnul(line, '\n');
        printf("%.*s\n", (int)(end - line), line);
        line = *end ? end + 1 : NULL;
        if (line)
            printf("%*s", HELP_COLUMN, "");
    }
}

static void print_usage(struct lab_options *options, const char *text)
{
    (void)options, (void)text;
    puts("Usage: rdplab [OPTIONS]\n"
         "An RDP server with rules and faults for tests. JSON lines on stdout: \"ready\", then what each connection "
         "did.\n");
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].name)
            print_option(&rows[i]);
        else
            puts(rows[i].help);
    }
    puts("\nEXPR: fact=value != < <= > >=, & | ! ( ), true. Facts: security tls license address family gateway errinfo "
         "admin\n"
         "graphics autodetect multitransport restricted-admin sni peer user domain client-name client-build "
         "color-depth\n"
         "keyboard channel cookie connection client-version early-flags tls-groups source.\n"
         "Exit status: 0 ended by a signal or because stdout's reader is gone, 2 usage, 3 could not run.");
    exit(0);
}

static void check(struct lab_options *options)
{
    if (options->address_count == 0) {
        options->addresses[options->address_count++] = "127.0.0.1";
        options->addresses[options->address_count++] = "::1";
    }
    if (options->tls_min > options->tls_max)
        refuse("--tls-min is above --tls-max.");
    if (options->certificate_file && !options->key_file)
        refuse("--certificate needs --key.");
    if (options->user && !options->password_file)
        refuse("--user needs --password-file.");
    if (!options->user && (options->password_file || options->domain))
        refuse("--domain and --password-file need --user.");
    if (options->accept[LAB_SECURITY_NLA] && !options->user)
        refuse("NLA needs an account: give --user and --password-file, or --security without nla.");
    if (options->upstream &&
        (options->licensing != LAB_LICENSING_OFF || options->license_alert || options->redirect ||
         options->mcs_result >= 0 || options->network || options->status_count > 0 || options->reactivate_ms >= 0))
        refuse("--licensing, --license-alert, --mcs-result, --redirect, --network, --status and --reactivate are of "
               "the lab's own server, not of an --upstream.");
    if (options->password_file)
        options->password = read_password(options->password_file);
}

void lab_options_parse(struct lab_options *options, int argc, char **argv)
{
    *options = (struct lab_options){.accept = {true, true, true},
                                    .tls_min = LAB_TLS_1_0,
                                    .tls_max = LAB_TLS_1_3,
                                    .certificate_name = "localhost",
                                    .certificate_days = 30,
                                    .encryption_level = ENCRYPTION_LEVEL_HIGH,
                                    .ultimatum = true,
                                    .seed = 1,
                                    .drip_ms = 50,
                                    .redirect_at = LAB_MOMENT_CAPABILITIES,
                                    .mcs_result = -1,
                                    .reactivate_ms = -1};
    struct option longs[ROWS + 1] = {0};
    size_t count = 0;
    int value = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].name)
            longs[count++] = (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument, NULL,
                                             FIRST_VALUE + (int)i};
    }
    while ((value = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (value == '?')
            exit(2); // getopt_long has said why
        rows[value - FIRST_VALUE].take(options, optarg);
    }
    if (optind < argc)
        refuse("'%s' is not an option.", argv[optind]);
    check(options);
}
