// SPDX-License-Identifier: Apache-2.0
#include "commands/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands/base.h"
#include "commands/given_profile.h"
#include "trial/nearest.h"

enum { ROWS_MAX = 64, RDP_PORT = 3389, FIRST_VALUE = 256 };

__attribute__((format(printf, 3, 4))) static bool refuse(char *error, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, size, format, arguments);
    va_end(arguments);
    return false;
}

// What getopt_long wants, made from the table's rows that the command has. value is FIRST_VALUE + the row's index.
struct grammar {
    struct option longs[ROWS_MAX + 1];
    char shorts[2 * ROWS_MAX + 2];
    const char *names[ROWS_MAX];
    size_t count;
};

static void make_grammar(struct grammar *grammar, enum command command)
{
    size_t count, used = 0;
    const struct option_row *rows = option_rows(&count);
    *grammar = (struct grammar){.count = count};
    grammar->shorts[used++] = ':'; // tell a missing argument from an unknown option
    for (size_t i = 0, n = 0; i < count && i < ROWS_MAX; i++) {
        if (!(rows[i].commands & command))
            continue;
        grammar->longs[n++] = (struct option){.name = rows[i].name,
                                              .has_arg = rows[i].argument ? required_argument : no_argument,
                                              .val = FIRST_VALUE + (int)i};
        grammar->names[i] = rows[i].name;
        if (rows[i].letter) {
            grammar->shorts[used++] = rows[i].letter;
            if (rows[i].argument)
                grammar->shorts[used++] = ':';
        }
    }
}

static const struct option_row *row_of(int value)
{
    size_t count;
    const struct option_row *rows = option_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (value == FIRST_VALUE + (int)i || (rows[i].letter && value == rows[i].letter))
            return &rows[i];
    }
    return NULL;
}

// Why getopt_long did not take the argument it stopped at; the value after '=' is not repeated.
static bool refuse_unknown(const struct grammar *grammar, const char *argument, char *error, size_t size)
{
    char name[64];
    if (optopt && optopt < FIRST_VALUE)
        return refuse(error, size, "there is no option -%c", optopt);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
    if (optopt >= FIRST_VALUE)
        return refuse(error, size, "--%s takes no argument", row_of(optopt)->name);
    const char *near = nearest_word(name, grammar->names, grammar->count);
    for (size_t i = 0; i < grammar->count; i++) { // the first that begins so is nearer still
        if (grammar->names[i] && strncmp(grammar->names[i], name, strlen(name)) == 0) {
            near = grammar->names[i];
            break;
        }
    }
    // A password itself is never taken, only the file that holds it.
    bool secret = near && (strcmp(near, "password") == 0 || strcmp(near, "gateway-password") == 0);
    return refuse(error, size, "there is no option --%s%s%s%s", name, near ? ": did you mean --" : "", near ? near : "",
                  secret ? "-file?"
                  : near ? "?"
                         : "");
}

static bool take(struct options *options, int value, char *error, size_t size)
{
    char clause[400] = "";
    const struct option_row *row = row_of(value);
    if (row->take(options, optarg, clause, sizeof clause))
        return true;
    return refuse(error, size, "--%s %s", row->name, clause);
}

static bool take_host(struct options *options, const char *text, char *error, size_t size)
{
    const char *clause;
    if (target_parse(text, RDP_PORT, &options->target, &clause))
        return true;
    return refuse(error, size, "the target '%s' %s", text, clause);
}

// HOST[:PORT] or an .rdp file; after "--" xfreerdp's arguments as well, or alone.
static bool take_target(struct options *options, int argc, char **argv, char *error, size_t size)
{
    bool dashes = optind > 1 && strcmp(argv[optind - 1], "--") == 0;
    char **words = argv + optind;
    int count = argc - optind;
    if (count == 0 && options->from)
        return true; // the journal names it
    if (count == 0)
        return refuse(error, size, "a TARGET is missing: HOST[:PORT], an .rdp file, or xfreerdp's arguments after --");
    // One of these may be a password that lost its option: they are counted, not repeated.
    if (count > 1 && !dashes)
        return refuse(error, size, "one TARGET is taken, and %d arguments without an option were given", count);
    if (words[0][0] == '/' && !dashes && !base_is_file(words[0]))
        return refuse(error, size, "the target begins with '/': xfreerdp's arguments are taken after --");
    if (count == 1 && !base_is_file(words[0]) && !base_is_argument(words[0]))
        return take_host(options, words[0], error, size);
    if (!base_is_file(words[0]) && !base_is_argument(words[0])) {
        options->given.target = true;
        if (!take_host(options, words[0], error, size))
            return false;
        words++;
        count--;
    }
    return base_take(options, count, words, error, size);
}

static bool take_scenario(struct options *options, int argc, char **argv, char *error, size_t size)
{
    if (optind >= argc)
        return refuse(error, size, "a SCENARIO is missing: the name of a YAML file");
    if (argc - optind > 1)
        return refuse(error, size, "one SCENARIO is taken, and %d arguments without an option were given",
                      argc - optind);
    options->scenario = argv[optind];
    if (options->resume && options->journal)
        return refuse(error, size, "--resume goes on with the journal that it names, so --journal does not go with it");
    if (options->dry_run && options->resume)
        return refuse(error, size, "--dry-run does not go with --resume");
    return true;
}

static bool given(const char *file, const char *variable)
{
    return file || (variable && getenv(variable));
}

const struct profile *options_profile(const struct options *options)
{
    return given_profile(&options->target, options->user, options->domain, options->has_gateway,
                         (const char *const[FACTOR_COUNT]){[FACTOR_ADDRESS] = options->alias,
                                                           [FACTOR_LOAD_BALANCE] = options->load_balance_info,
                                                           [FACTOR_CLIENT_NAME] = options->client_name});
}

// Levels that were named, and cannot be had in this run. Addresses and gateways have sentences of their own.
static bool check_availability(const struct options *o, char *error, size_t size)
{
    const struct profile *profile = options_profile(o);
    for (int f = FACTOR_CORE_END; f < FACTOR_COUNT; f++) {
        const char *name = factor_row((enum factor)f)->name;
        const char *clause = level_unavailable(profile, (enum factor)f, o->baseline.level[f]);
        if (clause)
            return refuse(error, size, "--set %s=%s cannot be: %s", name,
                          level_name((enum factor)f, o->baseline.level[f]), clause);
        for (unsigned level = 0; o->was_varied[f] && level < factor_levels((enum factor)f); level++) {
            clause = level_unavailable(profile, (enum factor)f, level);
            if (clause && (o->levels[f] >> level & 1))
                return refuse(error, size, "--vary %s=%s cannot be: %s", name, level_name((enum factor)f, level),
                              clause);
        }
    }
    return true;
}

// What was given is used, unless --set says otherwise.
static void use_unless_set(struct options *o, enum factor factor, unsigned level, bool given)
{
    if (given && !o->was_set[factor])
        o->baseline.level[factor] = (unsigned char)level;
}

// What no single option can see.
static bool check(struct options *o, char *error, size_t size)
{
    const char *why;
    bool from_stdin[] = {o->password_file && strcmp(o->password_file, "-") == 0,
                         o->gateway_password_file && strcmp(o->gateway_password_file, "-") == 0,
                         o->gateway_token_file && strcmp(o->gateway_token_file, "-") == 0,
                         o->gateway_bearer_file && strcmp(o->gateway_bearer_file, "-") == 0};
    if (from_stdin[0] + from_stdin[1] + from_stdin[2] + from_stdin[3] > 1)
        return refuse(error, size, "standard input can be only one of the secrets");
    if (o->password_file && !o->user[0])
        return refuse(error, size, "--password-file needs --user");
    if (o->domain[0] && !o->user[0])
        return refuse(error, size, "--domain needs --user");
    if (o->domain[0] && strchr(o->user, '@'))
        return refuse(error, size, "--domain does not go with the user '%s', which names its domain itself", o->user);
    if (o->gateway_domain[0] && !o->gateway_user[0])
        return refuse(error, size, "--gateway-domain needs --gateway-user");
    if (o->gateway_password_file && !o->gateway_user[0])
        return refuse(error, size, "--gateway-password-file needs --gateway-user");
    if (o->gateway_user[0] && !(o->has_base && o->base.secrets[BASELINE_GATEWAY_PASSWORD] >= 0) &&
        !given(o->gateway_password_file, "RDPPROBE_GATEWAY_PASSWORD"))
        return refuse(error, size, "--gateway-user needs --gateway-password-file or RDPPROBE_GATEWAY_PASSWORD");
    if (!o->has_gateway && (o->gateway_user[0] || o->gateway_token_file || o->gateway_bearer_file))
        return refuse(error, size, "--gateway-%s needs --gateway",
                      o->gateway_user[0]      ? "user"
                      : o->gateway_token_file ? "token-file"
                                              : "bearer-file");
    if (o->gateway_token_file && o->gateway_bearer_file)
        return refuse(error, size,
                      "--gateway-token-file and --gateway-bearer-file do not go together: a gateway is "
                      "given one of them");
    if (o->baseline.level[FACTOR_GATEWAY] == GATEWAY_RPC && (o->gateway_token_file || o->gateway_bearer_file))
        return refuse(error, size, "--set gateway=rpc takes a password only: there is no token in RPC over HTTP");
    if (o->baseline.level[FACTOR_GATEWAY] != GATEWAY_OFF && !o->has_gateway)
        return refuse(error, size, "--set gateway=%s needs --gateway HOST[:PORT]",
                      level_name(FACTOR_GATEWAY, o->baseline.level[FACTOR_GATEWAY]));
    if (o->was_varied[FACTOR_GATEWAY] && !o->has_gateway)
        return refuse(error, size, "--vary gateway needs --gateway HOST[:PORT]");
    bool alias_asked = o->was_varied[FACTOR_ADDRESS] && (o->levels[FACTOR_ADDRESS] >> ADDRESS_ALIAS & 1);
    if (!o->alias[0] && (alias_asked || o->baseline.level[FACTOR_ADDRESS] == ADDRESS_ALIAS))
        return refuse(error, size, "address=alias needs --alias NAME, the target's other name");
    if (o->alias[0] && strcasecmp(o->alias, o->target.host) == 0)
        return refuse(error, size, "--alias %s is the name that the target has anyway", o->alias);
    if (o->was_varied[FACTOR_ADDRESS] && o->target.literal && !o->alias[0])
        return refuse(error, size, "--vary address needs a target with a name, and '%s' is an address", o->target.host);
    if (o->explain_base && !o->has_base)
        return refuse(error, size, "--explain-baseline needs an .rdp file, or xfreerdp's arguments after --");
    if (o->explain_base && o->json)
        return refuse(error, size, "--explain-baseline does not go with --json");
    if (o->capture_whole && !o->capture)
        return refuse(error, size, "--no-capture-redact needs --capture");
    if (o->screenshot && o->until.phase != PHASE_GRAPHICS)
        return refuse(error, size, "--screenshot needs --until graphics, and not --until %s", until_name(o->until));
    if (o->screenshot && o->repeat > 1)
        return refuse(error, size, "--screenshot is of one trial, and --repeat asks for %u", o->repeat);
    if (o->until.phase == PHASE_GRAPHICS && o->baseline.level[FACTOR_GRAPHICS] == GRAPHICS_NONE)
        return refuse(error, size,
                      "%s needs --set graphics=bitmap or graphics=gfx: with graphics=none nothing is "
                      "drawn",
                      o->screenshot ? "--screenshot" : "--until graphics");
    if (!check_availability(o, error, size))
        return false;
    if (!variant_possible(&o->baseline, &why))
        return refuse(error, size, "--set asks for what cannot be: %s", why);
    return true;
}

bool options_parse(struct options *options, enum command command, int argc, char **argv, char *error, size_t size)
{
    const struct run_options defaults = run_options_default();
    struct grammar grammar;
    int value;

    *options = (struct options){.command = command,
                                .certificate_policy = defaults.certificate_policy,
                                .deadline_ms = defaults.deadline_ms,
                                .settle_ms = defaults.settle_ms,
                                .pause_ms = defaults.pause_ms,
                                .max_failed_logons = defaults.max_failed_logons,
                                .max_trials = defaults.max_trials,
                                .repeat = 1,
                                .until = {.phase = PHASE_ACTIVE}};
    make_grammar(&grammar, command);
    optind = 0; // a fresh start in glibc
    opterr = 0;
    for (;;) {
        int at = optind > 0 ? optind : 1;
        value = getopt_long(argc, argv, grammar.shorts, grammar.longs, NULL);
        if (value == -1)
            break;
        // getopt_long moves operands behind options, so what it stopped at is right before optind.
        const char *argument = argv[optind > at ? optind - 1 : at];
        if (value == ':')
            return refuse(error, size, "--%s needs an argument", row_of(optopt)->name);
        if (value == '?')
            return refuse_unknown(&grammar, argument, error, size);
        if (!take(options, value, error, size))
            return false;
        if (options->help)
            return true;
    }
    if (command == COMMAND_MATRIX)
        return take_scenario(options, argc, argv, error, size);
    use_unless_set(options, FACTOR_GATEWAY, GATEWAY_HTTP, options->has_gateway);
    if (options->screenshot && !options->until_set)
        options->until.phase = PHASE_GRAPHICS;
    use_unless_set(options, FACTOR_GRAPHICS, GRAPHICS_BITMAP, options->until.phase == PHASE_GRAPHICS);
    use_unless_set(options, FACTOR_LOAD_BALANCE, LOAD_BALANCE_TOKEN, options->load_balance_info[0]);
    use_unless_set(options, FACTOR_CLIENT_NAME, CLIENT_NAME_GIVEN, options->client_name[0]);
    if (take_target(options, argc, argv, error, size) && check(options, error, size))
        return true;
    options_clear(options);
    return false;
}

void options_clear(struct options *options)
{
    if (options->has_base)
        baseline_clear(&options->base);
    options->has_base = false;
}
