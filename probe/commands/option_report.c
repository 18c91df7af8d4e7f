// SPDX-License-Identifier: Apache-2.0
#include "commands/option_report.h"

#include <stdio.h>

#include "report/format.h"
#include "report/report_set.h"

bool option_take_format(struct options *options, const char *name, char *error, size_t size)
{
    const char *path;
    char text[100];
    snprintf(text, sizeof text, "%.80s=-", name);
    return report_parse(text, &options->format, &path, error, size);
}

bool option_take_output(struct options *options, const char *file, char *error, size_t size)
{
    options->output = file;
    if (file[0])
        return true;
    snprintf(error, size, "names no file");
    return false;
}

bool option_take_merge(struct options *options, const char *none, char *error, size_t size)
{
    (void)none, (void)error, (void)size;
    options->merge = true;
    return true;
}

bool option_take_journals(struct options *options, int count, char **journals, char *error, size_t size)
{
    if (count <= 0) {
        snprintf(error, size, "a JOURNAL is missing; - is standard input");
        return false;
    }
    options->journals = journals;
    options->journal_count = count;
    if (!options->format && options->output)
        options->format = format_of_file(options->output);
    if (!options->format)
        options->format = format_find("text");
    return true;
}
