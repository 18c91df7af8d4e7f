// SPDX-License-Identifier: Apache-2.0
// rdpprobe explain: what a code means, without a connection.
#include <stdlib.h>

#include "commands/command.h"
#include "commands/complain.h"
#include "commands/help.h"
#include "commands/option_explain.h"
#include "report/explanation.h"

static const char command_name[] = "explain";

// Writes a record as a line and gives it up.
static bool put_record(json_t *record)
{
    char *line = record ? json_dumps(record, JSON_COMPACT) : NULL;
    bool put = line && puts(line) >= 0;
    free(line);
    json_decref(record);
    return put;
}

static int leave(bool written, enum exit_status status)
{
    if (written)
        return status;
    run_complain(command_name, "the answer could not be written to standard output");
    return EXIT_CANNOT_RUN;
}

static int leave_page(struct page *page, enum exit_status status)
{
    return leave(page_close(page), status);
}

static int leave_json(bool put, enum exit_status status)
{
    return leave(fflush(stdout) == 0 && put && !ferror(stdout), status);
}

static int list(const struct options *options)
{
    const struct code_kind *kind;
    const struct code_row *row;
    bool put = true;
    if (!options->json) {
        struct page page = page_open(stdout);
        explanation_list_text(&page);
        return leave_page(&page, EXIT_CONNECTED);
    }
    for (size_t i = 0; put && (kind = code_kind_at(i)) != NULL; i++) {
        for (size_t k = 0; put && (row = kind->row_at(k)) != NULL; k++)
            put = put_record(explanation_code_json(&(struct code_meaning){kind, row, row->code}));
    }
    return leave_json(put, EXIT_CONNECTED);
}

static int causes(const struct options *options)
{
    const char *id = options->word_count ? options->words[0] : NULL;
    const struct cause_row *cause;
    bool put = true;
    if (id && !cause_row_of(id)) {
        char clean[80];
        run_complain(command_name, "there is no cause '%s': they are %s to %s", page_clean(id, clean, sizeof clean),
                     cause_row_at(0)->id, cause_row_at(CAUSE_COUNT - 1)->id);
        return EXIT_FAILURE_FOUND;
    }
    if (!options->json) {
        struct page page = page_open(stdout);
        explanation_causes_text(&page, id);
        return leave_page(&page, EXIT_CONNECTED);
    }
    for (size_t i = 0; put && (cause = cause_row_at(i)) != NULL; i++) {
        if (!id || cause == cause_row_of(id))
            put = put_record(explanation_cause_json(cause));
    }
    return leave_json(put, EXIT_CONNECTED);
}

static void say_unknown(const struct explanation *explanation)
{
    char clean[120], code[16];
    const struct code_meaning *nearest = &explanation->nearest;
    page_clean(explanation->asked, clean, sizeof clean);
    if (!explanation->has_nearest) {
        run_complain(command_name, "'%s' is not known here (rdpprobe explain --list has all that is)", clean);
        return;
    }
    explanation_code(nearest, code, sizeof code);
    run_complain(command_name, "'%s' is not known here; the nearest is %s %s%s%s", clean, nearest->kind->title, code,
                 nearest->row->name[0] ? " " : "", nearest->row->name);
}

static int codes(const struct options *options)
{
    struct explanation explanation;
    char error[200];
    if (!explanation_find((const char *const *)options->words, (size_t)options->word_count, &explanation, error,
                          sizeof error)) {
        run_complain(command_name, "%s", error);
        return EXIT_USAGE;
    }
    enum exit_status status = explanation.count > 0 ? EXIT_CONNECTED : EXIT_FAILURE_FOUND;
    if (options->json)
        return leave_json(put_record(explanation_json(&explanation)), status);
    if (explanation.count == 0) {
        say_unknown(&explanation);
        return status;
    }
    struct page page = page_open(stdout);
    explanation_text(&page, &explanation);
    return leave_page(&page, status);
}

// Windows' logs write codes of 32 bits as negative numbers too, which would be taken for options.
static void keep_negative(int argc, char **argv)
{
    static char texts[2][16];
    uint32_t number;
    for (int i = 1, used = 0; i < argc && used < 2; i++) {
        if (argv[i][0] != '-' || !code_number(argv[i], &number))
            continue;
        snprintf(texts[used], sizeof texts[used], "0x%X", (unsigned)number);
        argv[i] = texts[used++];
    }
}

int explain_command(int argc, char **argv)
{
    struct options options;
    char error[1400];
    keep_negative(argc, argv);
    if (!options_parse(&options, COMMAND_EXPLAIN, argc, argv, error, sizeof error)) {
        run_complain(command_name, "%s", error);
        return EXIT_USAGE;
    }
    if (options.help) {
        struct page page = page_open(stdout);
        help_command(&page, COMMAND_EXPLAIN);
        return leave_page(&page, EXIT_CONNECTED);
    }
    if (options.list)
        return list(&options);
    if (options.causes)
        return causes(&options);
    return codes(&options);
}
