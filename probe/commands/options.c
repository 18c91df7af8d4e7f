// SPDX-License-Identifier: Apache-2.0
#include "commands/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "commands/base.h"
#include "commands/option_explain.h"
#include "commands/option_report.h"
#include "trial/nearest.h"

enum { ROWS_MAX = 96, RDP_PORT = 3389, FIRST_VALUE = 256 };

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

// Why getopt_long did not take the argument it stopped at; the value after '=', or what begins one elsewhere, is not
// repeated.
static bool refuse_unknown(const struct grammar *grammar, const char *argument, char *error, size_t size)
{
    char name[64];
    if (optopt && optopt < FIRST_VALUE)
        return refuse(error, size, "there is no option -%c", optopt);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument + 2, "=:%@"), argument + 2);
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
    bool taken = row->take ? row->take(options, optarg, clause, sizeof clause)
                           : option_take_operand(options, row->factor, optarg, clause, sizeof clause);
    if (taken)
        return true;
    return refuse(error, size, "--%s %s", row->name, clause);
}

static bool take_host(struct options *options, const char *text, char *error, size_t size)
{
    const char *clause;
    if (target_parse(text, RDP_PORT, &options->profile.target, &clause))
        return true;
    char shown[HOST_MAX];
    return refuse(error, size, "the target '%s' %s", target_shown(text, shown, sizeof shown), clause);
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

void options_imply(struct options *options, enum factor factor, unsigned level, bool given)
{
    if (given && !options->was_set[factor])
        options->profile.levels.level[factor] = (unsigned char)level;
}

static void imply_levels(struct options *options)
{
    options_imply(options, FACTOR_GATEWAY, GATEWAY_HTTP, options->profile.has_gateway);
    if (options->screenshot && !options->until_set)
        options->until.phase = PHASE_GRAPHICS;
    options_imply(options, FACTOR_GRAPHICS, GRAPHICS_BITMAP, options->until.phase == PHASE_GRAPHICS);
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_operand *operand = factor_row((enum factor)f)->operand;
        if (operand && operand->implied)
            options_imply(options, (enum factor)f, operand->level, options->profile.operand[f][0]);
    }
}

bool options_parse(struct options *options, enum command command, int argc, char **argv, char *error, size_t size)
{
    struct grammar grammar;
    int value;

    *options = (struct options){
        .command = command, .profile = profile_default(), .repeat = 1, .until = {.phase = PHASE_ACTIVE}};
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
    if (command == COMMAND_REPORT)
        return option_take_journals(options, argc - optind, argv + optind, error, size);
    if (command == COMMAND_EXPLAIN)
        return option_take_words(options, argc - optind, argv + optind, error, size);
    if (command == COMMAND_MATRIX)
        return take_scenario(options, argc, argv, error, size);
    imply_levels(options);
    if (take_target(options, argc, argv, error, size) && options_check(options, error, size))
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
