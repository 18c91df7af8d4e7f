// SPDX-License-Identifier: Apache-2.0
#include "trial/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool journal_open(struct journal *journal, const char *path, FILE *copy)
{
    *journal = (struct journal){.copy = copy};
    if (!path)
        return true;
    if (strlen(path) >= sizeof journal->path) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(journal->path, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    journal->file = fdopen(fd, "a");
    if (!journal->file) {
        close(fd);
        return false;
    }
    return true;
}

static bool write_line(FILE *file, const char *line)
{
    // One write per record, so that a killed run leaves at most one cut line, at the end.
    return fputs(line, file) >= 0 && fflush(file) == 0;
}

bool journal_write(struct journal *journal, const json_t *record)
{
    if (journal->failed)
        return false;
    char *text = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(10));
    char *line = NULL;
    bool ok = text && asprintf(&line, "%s\n", text) >= 0;
    if (ok && journal->file)
        ok = write_line(journal->file, line);
    if (ok && journal->copy)
        ok = write_line(journal->copy, line);
    int saved = errno;
    free(line);
    free(text);
    errno = saved;
    journal->failed = !ok;
    return ok;
}

bool journal_close(struct journal *journal)
{
    bool ok = !journal->failed;
    if (journal->file && fclose(journal->file) != 0)
        ok = false;
    journal->file = NULL;
    return ok;
}

bool journal_read(FILE *file, bool (*each)(const json_t *record, size_t line, void *context), void *context,
                  char *error, size_t size)
{
    char *text = NULL;
    size_t capacity = 0, number = 0;
    ssize_t length;
    bool ok = true;

    while (ok && (length = getline(&text, &capacity, file)) > 0) {
        json_error_t problem;
        number++;
        bool whole = text[length - 1] == '\n';
        json_t *record = json_loadb(text, (size_t)length, 0, &problem);
        if (!record && !whole)
            break; // the line a killed run was writing
        if (!json_is_object(record)) {
            snprintf(error, size, "line %zu is no JSON object: %s", number, record ? "another type" : problem.text);
            ok = false;
        } else if (json_integer_value(json_object_get(record, "schema")) != JOURNAL_SCHEMA) {
            snprintf(error, size, "line %zu has not \"schema\":%d, so it is no record of this journal format", number,
                     JOURNAL_SCHEMA);
            ok = false;
        } else if (!each(record, number, context)) {
            json_decref(record);
            break;
        }
        json_decref(record);
    }
    free(text);
    return ok;
}
