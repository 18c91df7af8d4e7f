// SPDX-License-Identifier: Apache-2.0
#include "report/report_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trial/nearest.h"

static bool refuse_format(const char *name, char *error, size_t size)
{
    const char *names[16], *near;
    char list[200] = "";
    size_t count;
    const struct format *rows = format_rows(&count);
    for (size_t i = 0; i < count && i < 16; i++) {
        size_t used = strlen(list);
        names[i] = rows[i].name;
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", rows[i].name);
    }
    near = nearest_word(name, names, count);
    snprintf(error, size, "names no format with '%.80s'%s%s%s: there are %s", name, near ? " (did you mean '" : "",
             near ? near : "", near ? "'?)" : "", list);
    return false;
}

bool report_parse(const char *text, const struct format **format, const char **path, char *error, size_t size)
{
    const char *equals = strchr(text, '=');
    char name[32];
    *path = text;
    if (!equals) {
        *format = format_of_file(text);
        if (!*format)
            snprintf(error, size, "takes FORMAT=FILE, such as junit=result.xml, and not '%.200s'", text);
        return *format != NULL;
    }
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    *format = format_find(name);
    *path = equals + 1;
    if (!*format)
        return refuse_format(name, error, size);
    if (!**path)
        snprintf(error, size, "names no file after '%s='", name);
    return **path;
}

bool report_set_add(struct report_set *set, const struct format *format, const char *path, char *error, size_t size)
{
    struct report report = {.format = format};
    snprintf(report.name, sizeof report.name, "%s", path && strcmp(path, "-") != 0 ? path : "standard output");
    if (set->count == REPORTS_MAX) {
        snprintf(error, size, "there are more than %d reports", REPORTS_MAX);
        return false;
    }
    bool open = output_open(&report.output, path);
    if (open)
        report.state = format->begin(report.output.file);
    if (!report.state) {
        snprintf(error, size, "the %s report cannot be written to %s: %s", format->name, report.name, strerror(errno));
        if (open)
            output_close(&report.output, false);
        return false;
    }
    set->reports[set->count++] = report;
    return true;
}

void report_set_record(struct report_set *set, const struct record *record)
{
    for (size_t i = 0; i < set->count; i++)
        set->reports[i].format->record(set->reports[i].state, record);
}

void report_set_json(struct report_set *set, const json_t *json)
{
    struct record record;
    const char *clause;
    char *line = set->count ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
    if (line && record_read(line, strlen(line), &record, &clause))
        report_set_record(set, &record);
    free(line);
}

void report_set_note(struct report_set *set, const char *sentence)
{
    for (size_t i = 0; i < set->count; i++)
        set->reports[i].format->note(set->reports[i].state, sentence);
}

bool report_set_close(struct report_set *set, bool keep, char *error, size_t size)
{
    bool all = true;
    for (size_t i = 0; i < set->count; i++) {
        struct report *report = &set->reports[i];
        errno = 0;
        bool ok = report->format->end(report->state, keep);
        int saved = errno;
        ok = output_close(&report->output, keep && ok) && ok;
        if (!ok && all)
            snprintf(error, size, "the %s report cannot be written to %s: %s", report->format->name, report->name,
                     strerror(errno   ? errno
                              : saved ? saved
                                      : EIO));
        all = all && ok;
    }
    *set = (struct report_set){0};
    return all;
}
