// SPDX-License-Identifier: Apache-2.0
// rdpprobe report: renders journals in any format, joins shards.
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/command.h"
#include "commands/run.h"
#include "report/merge.h"
#include "report/report_set.h"
#include "trial/nearest.h"

enum { SENTENCE_MAX = 1200, OPTION_COLUMN = 26 };

static const struct option longs[] = {
    {"format", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'},
    {"merge", no_argument, NULL, 'm'},        {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};

struct report_options {
    const struct format *format;
    const char *output;
    bool merge, quiet, help;
};

// A reading of journals.
struct reading {
    const struct report_options *options;
    struct report_set set;
    struct merge merge;
    struct record_sum sum;
    const char *file; // the journal's name for people
    bool cannot;      // something could not be read, or is missing
    bool spared;      // trials were left out for the safety of accounts
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = number;
}

static const char command_name[] = "report";

static bool find_format(const char *name, const struct format **format)
{
    const char *path;
    char text[100], error[SENTENCE_MAX];
    snprintf(text, sizeof text, "%.80s=-", name);
    if (report_parse(text, format, &path, error, sizeof error))
        return true;
    run_complain(command_name, "--format %s (rdpprobe report --help)", error);
    return false;
}

static bool refuse_option(int argc, char **argv)
{
    const char *names[sizeof longs / sizeof *longs], *word = argv[optind > 1 ? optind - 1 : 1], *near = NULL;
    size_t count = 0;
    (void)argc;
    for (; longs[count].name; count++)
        names[count] = longs[count].name;
    if (strncmp(word, "--", 2) == 0)
        near = nearest_word(word + 2, names, count);
    run_complain(command_name, "there is no option %s%s%s%s (rdpprobe report --help)", word,
                 near ? ": did you mean --" : "", near ? near : "", near ? "?" : "");
    return false;
}

static bool parse(struct report_options *options, int argc, char **argv)
{
    bool format_given = false;
    *options = (struct report_options){.format = format_find("text")};
    optind = 0;
    opterr = 0;
    for (;;) {
        int value = getopt_long(argc, argv, ":f:o:qh", longs, NULL);
        if (value == -1)
            break;
        switch (value) {
        case 'f':
            if (!find_format(optarg, &options->format))
                return false;
            format_given = true;
            break;
        case 'o':
            options->output = optarg;
            break;
        case 'm':
            options->merge = true;
            break;
        case 'q':
            options->quiet = true;
            break;
        case 'h':
            options->help = true;
            return true;
        case ':':
            run_complain(command_name, "%s needs an argument", argv[optind - 1]);
            return false;
        default:
            return refuse_option(argc, argv);
        }
    }
    if (optind >= argc) {
        run_complain(command_name, "a JOURNAL is missing; - is standard input (rdpprobe report --help)");
        return false;
    }
    if (options->output && !options->output[0]) {
        run_complain(command_name, "--output names no file");
        return false;
    }
    if (options->output && !format_given && format_of_file(options->output))
        options->format = format_of_file(options->output);
    return true;
}

static void help_option(struct page *page, const char *option, const char *text)
{
    page_put(page, STYLE_PLAIN, "%-*s", OPTION_COLUMN, option);
    page_wrap(page, OPTION_COLUMN, OPTION_COLUMN, "%s", text);
}

static enum exit_status help(void)
{
    struct page page = page_open(stdout);
    size_t count;
    const struct format *rows = format_rows(&count);
    page_line(&page, STYLE_PLAIN, "Usage: rdpprobe report [OPTIONS] JOURNAL...");
    page_newline(&page);
    page_wrap(
        &page, 0, 0,
        "Renders journals of connect, isolate and matrix in a format. A JOURNAL is a file that --journal wrote; - is "
        "standard input. Journals are read as a stream: of matrix the same memory is taken for any number of targets "
        "and "
        "trials, and beyond some ten thousand targets a temporary file (in $TMPDIR, else /tmp).");
    page_newline(&page);
    page_line(&page, STYLE_HEADING, "Options");
    help_option(&page, "  -f, --format FORMAT",
                "one of the formats below (default: what the ending of --output stands for, else text)");
    help_option(&page, "  -o, --output FILE",
                "write to FILE instead of standard output: to a temporary name beside it, renamed when whole");
    help_option(&page, "      --merge",
                "join the shards of one plan: refuses another plan's journals, leaves out trials that are there twice, "
                "and says which shards are missing");
    help_option(&page, "  -q, --quiet", "no report without --output, only errors and the exit status");
    help_option(&page, "  -h, --help", "show this");
    page_newline(&page);
    page_line(&page, STYLE_HEADING, "Formats");
    for (size_t i = 0; i < count; i++) {
        char name[40];
        snprintf(name, sizeof name, "  %s (%s)", rows[i].name, rows[i].ending);
        help_option(&page, name, rows[i].summary);
    }
    page_newline(&page);
    page_line(&page, STYLE_HEADING, "Exit status");
    page_line(&page, STYLE_PLAIN, "  0  every expectation is met; where none was stated, every trial connected");
    page_line(&page, STYLE_PLAIN, "  1  one is not");
    page_line(&page, STYLE_PLAIN, "  2  usage error, or journals of different plans");
    page_line(&page, STYLE_PLAIN, "  3  a journal or a shard is missing or not whole, or no report can be written");
    page_line(&page, STYLE_PLAIN, "  4  trials were left out for the safety of accounts");
    page_line(&page, STYLE_PLAIN, "  130  interrupted");
    return page_close(&page) ? EXIT_CONNECTED : EXIT_CANNOT_RUN;
}

// Says it to people and in the reports.
__attribute__((format(printf, 2, 3))) static void note(struct reading *reading, const char *format, ...)
{
    char text[SENTENCE_MAX], clean[SENTENCE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    run_complain(command_name, "%s", text);
    report_set_note(&reading->set, page_clean(text, clean, sizeof clean));
}

enum answer { GO_ON, LEAVE_FILE, LEAVE };

static enum answer take_line(struct reading *reading, const char *line, size_t length, size_t number)
{
    struct record record;
    const char *clause;
    char error[SENTENCE_MAX];
    bool whole = length > 0 && line[length - 1] == '\n';
    if (!record_read(line, length, &record, &clause)) {
        if (!whole && number > 1) {
            note(reading, "%s: the last line, %zu, is cut: the run was killed, or is still writing it", reading->file,
                 number);
            return GO_ON;
        }
        reading->cannot = true;
        note(reading, "%s: line %zu %s%s", reading->file, number, clause,
             number == 1 ? ", so this is no journal" : "; it is left out");
        return number == 1 ? LEAVE_FILE : GO_ON;
    }
    if (reading->options->merge) {
        enum merge_answer answer = merge_take(&reading->merge, &record, reading->file, error, sizeof error);
        if (answer == MERGE_REFUSE)
            run_complain(command_name, "%s", error);
        if (answer != MERGE_KEEP)
            return answer == MERGE_REFUSE ? LEAVE : GO_ON;
    }
    record_sum_add(&reading->sum, &record);
    report_set_record(&reading->set, &record);
    return GO_ON;
}

static enum answer read_file(struct reading *reading, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0, number = 0;
    ssize_t length;
    enum answer answer = GO_ON;
    errno = 0;
    while (answer == GO_ON && !interrupted && (length = getline(&line, &capacity, file)) > 0) {
        answer = take_line(reading, line, (size_t)length, ++number);
        errno = 0;
    }
    if (answer == GO_ON && !interrupted && !feof(file)) {
        reading->cannot = true;
        note(reading, "%s cannot be read further than line %zu: %s", reading->file, number, strerror(errno));
    } else if (number == 0 && !interrupted) {
        reading->cannot = true;
        note(reading, "%s is empty", reading->file);
    }
    free(line);
    return interrupted ? LEAVE : answer;
}

static enum answer read_journal(struct reading *reading, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    reading->file = standard ? "standard input" : path;
    if (!file) {
        reading->cannot = true;
        note(reading, "%s cannot be read: %s", path, strerror(errno));
        return GO_ON;
    }
    enum answer answer = read_file(reading, file);
    if (!standard)
        fclose(file);
    reading->cannot = reading->cannot || reading->sum.open || reading->sum.stopped;
    reading->spared = reading->spared || reading->sum.skipped;
    reading->sum.open = reading->sum.stopped = reading->sum.skipped = false;
    return answer;
}

static void close_merge(struct reading *reading)
{
    char text[SENTENCE_MAX];
    if (reading->merge.targets.bits.failed) {
        reading->cannot = true;
        note(reading, "memory, or room for temporary files, is out: trials that are there twice are not all left out");
    }
    if (reading->merge.again)
        note(reading, "%" PRIu64 " trial%s recorded before, for the same target, variant and repeat, %s left out",
             reading->merge.again, reading->merge.again == 1 ? "" : "s", reading->merge.again == 1 ? "is" : "are");
    if (merge_missing(&reading->merge, text, sizeof text)) {
        reading->cannot = true;
        note(reading, "%s", text);
    }
}

static enum exit_status run(const struct report_options *options, int count, char **journals)
{
    char error[SENTENCE_MAX];
    struct reading reading = {.options = options};
    enum answer answer = GO_ON;
    if ((options->output || !options->quiet) &&
        !report_set_add(&reading.set, options->format, options->output, error, sizeof error)) {
        run_complain(command_name, "%s", error);
        return EXIT_CANNOT_RUN;
    }
    for (int i = 0; i < count && answer != LEAVE; i++)
        answer = read_journal(&reading, journals[i]);
    if (answer != LEAVE && options->merge)
        close_merge(&reading);
    merge_clear(&reading.merge);
    bool written = report_set_close(&reading.set, answer != LEAVE, error, sizeof error);
    if (!written)
        run_complain(command_name, "%s", error);
    if (interrupted)
        return (enum exit_status)(128 + interrupted);
    if (answer == LEAVE)
        return EXIT_USAGE;
    if (!written || reading.cannot)
        return EXIT_CANNOT_RUN;
    if (reading.spared)
        return EXIT_SAFETY;
    return record_sum_complains(&reading.sum) ? EXIT_FAILURE_FOUND : EXIT_CONNECTED;
}

int report_command(int argc, char **argv)
{
    struct report_options options;
    const struct sigaction action = {.sa_handler = on_signal}; // no SA_RESTART: a wait for input ends, too
    if (!parse(&options, argc, argv))
        return EXIT_USAGE;
    if (options.help)
        return help();
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); // a closed pipe is a report that was not written
    return run(&options, argc - optind, argv + optind);
}
