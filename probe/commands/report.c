// SPDX-License-Identifier: Apache-2.0
// rdpprobe report: renders journals in any format, joins shards.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/command.h"
#include "commands/complain.h"
#include "commands/help.h"
#include "commands/options.h"
#include "report/merge.h"
#include "report/report_set.h"
#include "runner/interrupt.h"

enum { SENTENCE_MAX = 1200 };

// A reading of journals.
struct reading {
    const struct options *options;
    struct report_set set;
    struct merge merge;
    struct record_sum sum;
    const char *file; // the journal's name for people
    bool cannot;      // something could not be read, or is missing
    bool spared;      // trials were left out for the safety of accounts
};

static const char command_name[] = "report";

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
    while (answer == GO_ON && !interrupt_seen() && (length = getline(&line, &capacity, file)) > 0) {
        answer = take_line(reading, line, (size_t)length, ++number);
        errno = 0;
    }
    if (answer == GO_ON && !interrupt_seen() && !feof(file)) {
        reading->cannot = true;
        note(reading, "%s cannot be read further than line %zu: %s", reading->file, number, strerror(errno));
    } else if (number == 0 && !interrupt_seen()) {
        reading->cannot = true;
        note(reading, "%s is empty", reading->file);
    }
    free(line);
    return interrupt_seen() ? LEAVE : answer;
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

static enum exit_status render(const struct options *options)
{
    char error[SENTENCE_MAX];
    struct reading reading = {.options = options};
    enum answer answer = GO_ON;
    if ((options->output || !options->quiet) &&
        !report_set_add(&reading.set, options->format, options->output, error, sizeof error)) {
        run_complain(command_name, "%s", error);
        return EXIT_CANNOT_RUN;
    }
    for (int i = 0; i < options->journal_count && answer != LEAVE; i++)
        answer = read_journal(&reading, options->journals[i]);
    if (answer != LEAVE && options->merge)
        close_merge(&reading);
    merge_clear(&reading.merge);
    bool written = report_set_close(&reading.set, answer != LEAVE, error, sizeof error);
    if (!written)
        run_complain(command_name, "%s", error);
    if (interrupt_seen())
        return (enum exit_status)(128 + interrupt_signal()); // as a shell reports it
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
    struct options options;
    char error[SENTENCE_MAX];
    if (!options_parse(&options, COMMAND_REPORT, argc, argv, error, sizeof error)) {
        run_complain(command_name, "%s (rdpprobe report --help)", error);
        return EXIT_USAGE;
    }
    if (options.help) {
        struct page page = page_open(stdout);
        help_command(&page, COMMAND_REPORT);
        return page_close(&page) ? EXIT_CONNECTED : EXIT_CANNOT_RUN;
    }
    interrupt_catch(); // a closed pipe is then a report that was not written
    return render(&options);
}
