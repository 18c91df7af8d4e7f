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

static const char usage[] =
    "Usage: rdplab [OPTIONS]\n"
    "An RDP server with rules and faults for tests. JSON lines on stdout: \"ready\", then what each connection did.\n"
    "\n"
    "Listening\n"
    "  --bind ADDR              address, repeatable (default 127.0.0.1 and ::1)\n"
    "  --port N                 the same port on all addresses; 0 = any free one (default)\n"
    "  --gateway-port LEVEL     a further listener whose connections have gateway=http or gateway=websocket\n"
    "  --upstream HOST:PORT     a man in the middle: this server answers, with the rules and faults below between it "
    "and\n"
    "                           the client; --user logs on to it under nla. rdp security only where it is not "
    "encrypted\n"
    "Security\n"
    "  --security LIST          accepted protocols out of nla,tls,rdp (default all)\n"
    "  --user NAME              the one account; required for nla\n"
    "  --domain NAME            its domain (default any)\n"
    "  --password-file FILE     its password: the file's first line\n"
    "  --tls-min V --tls-max V  1.0 to 1.3\n"
    "  --ciphers LIST           OpenSSL cipher list, up to TLS 1.2\n"
    "  --certificate FILE --key FILE   PEM (default: self-signed, made at start)\n"
    "  --cert-name NAME         its name instead of localhost\n"
    "  --cert-days N            its validity; negative = expired (default 30)\n"
    "  --rdp-encryption LEVEL   none, low, client or high, for rdp security (default high)\n"
    "Licensing\n"
    "  --licensing MODE         off (default), issue, or accept-only = ask, but issue nothing\n"
    "  --license-alert CODE[:TRANSITION]   answer with a licensing error message and close\n"
    "Rules\n"
    "  --deny-if EXPR           deny where EXPR holds, repeatable; the next two belong to it:\n"
    "  --errinfo N              code of Set Error Info (default 7); 0 = close without a reason\n"
    "  --at MOMENT              licensing (default), capabilities, post-connect, active or active+MS\n"
    "  --no-ultimatum           no MCS Disconnect Provider Ultimatum after Set Error Info\n"
    "  --deny-ultimatum-only    the ultimatum, but no Set Error Info\n"
    "  --strict-errinfo         Set Error Info only to clients that advertised support\n"
    "  --flaky P --seed S       a matching rule fails to fire with probability P\n"
    "Faults\n"
    "  --fault PHASE:KIND       PHASE: tcp negotiate tls nla nla-auth mcs channels info licensing capabilities\n"
    "                           finalize active; KIND: close rst hang garbage slow\n"
    "  --fault-if EXPR          only for connections where EXPR holds by then\n"
    "  --drip MS                between two bytes of slow (default 50)\n"
    "  --negotiation-failure CODE   refuse every X.224 request with this RDP_NEG_FAILURE code\n"
    "  --ntstatus CODE          refuse NLA with this NTSTATUS after AUTHENTICATE\n"
    "  --mcs-result N           result of the MCS Connect Response, then close\n"
    "  --redirect HOST          a broker's redirection to this address, in place of Demand Active\n"
    "  --redirect-token TEXT    load-balance info in it\n"
    "  --redirect-at MOMENT     capabilities (default) or active\n"
    "NLA\n"
    "  --clock-skew SECONDS     the server's clock is ahead (-: behind) by these, as its NTLM CHALLENGE shows\n"
    "  --credssp-version N      speak this version of CredSSP (default: libfreerdp's; below 5 its own client\n"
    "                           does not get beyond the CHALLENGE)\n"
    "  --early-authorization R  select HYBRID_EX where it is offered, and end NLA with this result: allow, deny or a\n"
    "                           number ([MS-RDPBCGR] 2.2.10.2)\n"
    "Session\n"
    "  --status CODE            a Server Status Info PDU before Demand Active, repeatable\n"
    "  --network BASE,AVERAGE[,KBITS]   measure bandwidth where the client offers auto-detection, then tell it these\n"
    "                           round trips (ms) and this bandwidth\n"
    "  --reactivate MS          deactivate the session once, MS after activation, and activate it anew\n"
    "Other\n"
    "  --no-picture             paint nothing\n"
    "  --verbose                diagnostics on stderr\n"
    "  --help\n"
    "\n"
    "EXPR: fact=value != < <= > >=, & | ! ( ), true. Facts: security tls license address family gateway errinfo admin\n"
    "graphics autodetect multitransport restricted-admin sni peer user domain client-name client-build color-depth\n"
    "keyboard channel cookie connection.\n"
    "Exit status: 0 ended by a signal or because stdout's reader is gone, 2 usage, 3 could not run.\n";

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

static void check(struct lab_options *options, const char *password_file)
{
    if (options->address_count == 0) {
        options->addresses[options->address_count++] = "127.0.0.1";
        options->addresses[options->address_count++] = "::1";
    }
    if (options->tls_min > options->tls_max)
        refuse("--tls-min is above --tls-max.");
    if (!options->certificate_file != !options->key_file)
        refuse("--certificate and --key need each other.");
    if (options->user && !password_file)
        refuse("--user needs --password-file.");
    if (!options->user && (password_file || options->domain))
        refuse("--domain and --password-file need --user.");
    if (options->accept[LAB_SECURITY_NLA] && !options->user)
        refuse("NLA needs an account: give --user and --password-file, or --security without nla.");
    if (options->upstream &&
        (options->licensing != LAB_LICENSING_OFF || options->license_alert || options->redirect ||
         options->mcs_result >= 0 || options->network || options->status_count > 0 || options->reactivate_ms >= 0))
        refuse("--licensing, --license-alert, --mcs-result, --redirect, --network, --status and --reactivate are of "
               "the lab's own server, not of an --upstream.");
    if (password_file)
        options->password = read_password(password_file);
}

enum option_id {
    OPTION_BIND = 1,
    OPTION_PORT,
    OPTION_GATEWAY_PORT,
    OPTION_UPSTREAM,
    OPTION_SECURITY,
    OPTION_USER,
    OPTION_DOMAIN,
    OPTION_PASSWORD_FILE,
    OPTION_TLS_MIN,
    OPTION_TLS_MAX,
    OPTION_CIPHERS,
    OPTION_CERTIFICATE,
    OPTION_KEY,
    OPTION_CERT_NAME,
    OPTION_CERT_DAYS,
    OPTION_RDP_ENCRYPTION,
    OPTION_LICENSING,
    OPTION_LICENSE_ALERT,
    OPTION_DENY_IF,
    OPTION_ERRINFO,
    OPTION_AT,
    OPTION_NO_ULTIMATUM,
    OPTION_ULTIMATUM_ONLY,
    OPTION_STRICT_ERRINFO,
    OPTION_FLAKY,
    OPTION_SEED,
    OPTION_FAULT,
    OPTION_FAULT_IF,
    OPTION_DRIP,
    OPTION_NEGOTIATION_FAILURE,
    OPTION_NTSTATUS,
    OPTION_MCS_RESULT,
    OPTION_REDIRECT,
    OPTION_REDIRECT_TOKEN,
    OPTION_REDIRECT_AT,
    OPTION_CLOCK_SKEW,
    OPTION_CREDSSP_VERSION,
    OPTION_EARLY_AUTHORIZATION,
    OPTION_STATUS,
    OPTION_NETWORK,
    OPTION_REACTIVATE,
    OPTION_NO_PICTURE,
    OPTION_VERBOSE,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"bind", required_argument, NULL, OPTION_BIND},
    {"port", required_argument, NULL, OPTION_PORT},
    {"gateway-port", required_argument, NULL, OPTION_GATEWAY_PORT},
    {"upstream", required_argument, NULL, OPTION_UPSTREAM},
    {"security", required_argument, NULL, OPTION_SECURITY},
    {"user", required_argument, NULL, OPTION_USER},
    {"domain", required_argument, NULL, OPTION_DOMAIN},
    {"password-file", required_argument, NULL, OPTION_PASSWORD_FILE},
    {"tls-min", required_argument, NULL, OPTION_TLS_MIN},
    {"tls-max", required_argument, NULL, OPTION_TLS_MAX},
    {"ciphers", required_argument, NULL, OPTION_CIPHERS},
    {"certificate", required_argument, NULL, OPTION_CERTIFICATE},
    {"key", required_argument, NULL, OPTION_KEY},
    {"cert-name", required_argument, NULL, OPTION_CERT_NAME},
    {"cert-days", required_argument, NULL, OPTION_CERT_DAYS},
    {"rdp-encryption", required_argument, NULL, OPTION_RDP_ENCRYPTION},
    {"licensing", required_argument, NULL, OPTION_LICENSING},
    {"license-alert", required_argument, NULL, OPTION_LICENSE_ALERT},
    {"deny-if", required_argument, NULL, OPTION_DENY_IF},
    {"errinfo", required_argument, NULL, OPTION_ERRINFO},
    {"at", required_argument, NULL, OPTION_AT},
    {"no-ultimatum", no_argument, NULL, OPTION_NO_ULTIMATUM},
    {"deny-ultimatum-only", no_argument, NULL, OPTION_ULTIMATUM_ONLY},
    {"strict-errinfo", no_argument, NULL, OPTION_STRICT_ERRINFO},
    {"flaky", required_argument, NULL, OPTION_FLAKY},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"fault", required_argument, NULL, OPTION_FAULT},
    {"fault-if", required_argument, NULL, OPTION_FAULT_IF},
    {"drip", required_argument, NULL, OPTION_DRIP},
    {"negotiation-failure", required_argument, NULL, OPTION_NEGOTIATION_FAILURE},
    {"ntstatus", required_argument, NULL, OPTION_NTSTATUS},
    {"mcs-result", required_argument, NULL, OPTION_MCS_RESULT},
    {"redirect", required_argument, NULL, OPTION_REDIRECT},
    {"redirect-token", required_argument, NULL, OPTION_REDIRECT_TOKEN},
    {"redirect-at", required_argument, NULL, OPTION_REDIRECT_AT},
    {"clock-skew", required_argument, NULL, OPTION_CLOCK_SKEW},
    {"credssp-version", required_argument, NULL, OPTION_CREDSSP_VERSION},
    {"early-authorization", required_argument, NULL, OPTION_EARLY_AUTHORIZATION},
    {"status", required_argument, NULL, OPTION_STATUS},
    {"network", required_argument, NULL, OPTION_NETWORK},
    {"reactivate", required_argument, NULL, OPTION_REACTIVATE},
    {"no-picture", no_argument, NULL, OPTION_NO_PICTURE},
    {"verbose", no_argument, NULL, OPTION_VERBOSE},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0}};

static void take(struct lab_options *options, enum option_id id, const char *value, const char **password_file)
{
    enum lab_gateway gateway = LAB_GATEWAY_OFF;
    switch (id) {
    case OPTION_BIND:
        if (options->address_count == LAB_ADDRESSES_MAX)
            refuse("--bind: more than %d addresses.", LAB_ADDRESSES_MAX);
        options->addresses[options->address_count++] = value;
        options->addresses_given = true;
        break;
    case OPTION_PORT:
        options->port = (uint16_t)number("--port", value, UINT16_MAX);
        break;
    case OPTION_GATEWAY_PORT:
        if (!lab_gateway_parse(value, &gateway) || gateway == LAB_GATEWAY_OFF)
            refuse("--gateway-port: '%s' is neither http nor websocket.", value);
        options->gateway_ports[gateway] = true;
        break;
    case OPTION_UPSTREAM:
        if (!upstream_target_valid(value))
            refuse("--upstream: '%s' is not HOST:PORT.", value);
        options->upstream = value;
        break;
    case OPTION_SECURITY:
        parse_security(options, value);
        break;
    case OPTION_USER:
        options->user = value;
        break;
    case OPTION_DOMAIN:
        options->domain = value;
        break;
    case OPTION_PASSWORD_FILE:
        *password_file = value;
        break;
    case OPTION_TLS_MIN:
        options->tls_min = tls_version("--tls-min", value);
        break;
    case OPTION_TLS_MAX:
        options->tls_max = tls_version("--tls-max", value);
        break;
    case OPTION_CIPHERS:
        options->ciphers = value;
        break;
    case OPTION_CERTIFICATE:
        options->certificate_file = value;
        break;
    case OPTION_KEY:
        options->key_file = value;
        break;
    case OPTION_CERT_NAME:
        options->certificate_name = value;
        break;
    case OPTION_CERT_DAYS:
        options->certificate_days = days(value);
        break;
    case OPTION_RDP_ENCRYPTION:
        options->encryption_level = encryption_level(value);
        break;
    case OPTION_LICENSING:
        parse_licensing(options, value);
        break;
    case OPTION_LICENSE_ALERT:
        parse_license_alert(options, value);
        break;
    case OPTION_DENY_IF:
        add_rule(options, value);
        break;
    case OPTION_ERRINFO:
        last_rule(options, "--errinfo")->errinfo = (uint32_t)number("--errinfo", value, UINT32_MAX);
        break;
    case OPTION_AT:
        parse_moment(last_rule(options, "--at"), value);
        break;
    case OPTION_NO_ULTIMATUM:
        options->ultimatum = false;
        break;
    case OPTION_ULTIMATUM_ONLY:
        options->ultimatum_only = true;
        break;
    case OPTION_STRICT_ERRINFO:
        options->strict_errinfo = true;
        break;
    case OPTION_FLAKY:
        options->flaky = probability(value);
        break;
    case OPTION_SEED:
        options->seed = number("--seed", value, UINT64_MAX);
        break;
    case OPTION_FAULT:
        parse_fault(options, value);
        break;
    case OPTION_FAULT_IF:
        options->fault_condition = expression("--fault-if", value);
        break;
    case OPTION_DRIP:
        options->drip_ms = (unsigned)number("--drip", value, 60000);
        break;
    case OPTION_NEGOTIATION_FAILURE:
        options->negotiation_failure = (uint32_t)number("--negotiation-failure", value, UINT32_MAX);
        break;
    case OPTION_NTSTATUS:
        options->ntstatus = (uint32_t)strtoul(value, NULL, 16);
        if (strspn(value, "0123456789abcdefABCDEFxX") != strlen(value) || options->ntstatus == 0)
            refuse("--ntstatus: '%s' is not a hexadecimal NTSTATUS.", value);
        break;
    case OPTION_CLOCK_SKEW:
        options->clock_skew_ns = nanoseconds("--clock-skew", value);
        break;
    case OPTION_CREDSSP_VERSION:
        options->credssp_version = (int)number("--credssp-version", value, 127);
        break;
    case OPTION_EARLY_AUTHORIZATION:
        options->early_authorization = true;
        options->authorization = authorization(value);
        break;
    case OPTION_REDIRECT:
        options->redirect = value;
        break;
    case OPTION_REDIRECT_TOKEN:
        options->redirect_token = value;
        break;
    case OPTION_REDIRECT_AT:
        if (!lab_moment_parse(value, &options->redirect_at) ||
            (options->redirect_at != LAB_MOMENT_CAPABILITIES && options->redirect_at != LAB_MOMENT_ACTIVE))
            refuse("--redirect-at: '%s' is neither capabilities nor active.", value);
        break;
    case OPTION_MCS_RESULT:
        options->mcs_result = (int)number("--mcs-result", value, 255);
        break;
    case OPTION_STATUS:
        if (options->status_count == LAB_STATUS_MAX)
            refuse("--status: more than %d.", LAB_STATUS_MAX);
        options->status[options->status_count++] = (uint32_t)number("--status", value, UINT32_MAX);
        break;
    case OPTION_NETWORK:
        parse_network(options, value);
        break;
    case OPTION_REACTIVATE:
        options->reactivate_ms = (int)number("--reactivate", value, 3600000);
        break;
    case OPTION_NO_PICTURE:
        options->no_picture = true;
        break;
    case OPTION_VERBOSE:
        options->verbose = true;
        break;
    case OPTION_HELP:
        fputs(usage, stdout);
        exit(0);
    }
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
    const char *password_file = NULL;
    int id = 0;
    while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (id == '?')
            exit(2); // getopt_long has said why
        take(options, (enum option_id)id, optarg, &password_file);
    }
    if (optind < argc)
        refuse("'%s' is not an option.", argv[optind]);
    check(options, password_file);
}
