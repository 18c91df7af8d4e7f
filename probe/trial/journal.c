// SPDX-License-Identifier: Apache-2.0
#include "trial/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// How long the file is up to its last line end; -1 where that cannot be told.
static off_t whole_lines(int in, off_t size)
{
    enum { STEP = 4096 };
    char bytes[STEP];
    for (off_t end = size; end > 0;) {
        size_t length = end < STEP ? (size_t)end : STEP;
        if (pread(in, bytes, length, end - (off_t)length) != (ssize_t)length)
            return -1;
        const char *newline = memrchr(bytes, '\n', length);
        if (newline)
            return end - (off_t)length + (newline + 1 - bytes);
        end -= (off_t)length;
    }
    return 0;
}

// The line that a killed run was writing is no record: the next one must not be glued to it. What does not look like
// the beginning of one is left alone.
static bool cut_last_line(int fd, const char *path)
{
    static const char beginning[] = "{\"record\":";
    char found[sizeof beginning];
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
        return true;
    int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return true; // a file that may only be written to
    off_t whole = whole_lines(in, status.st_size);
    ssize_t n = whole >= 0 ? pread(in, found, sizeof beginning - 1, whole) : 0;
    close(in);
    return n <= 0 || memcmp(found, beginning, (size_t)n) != 0 || ftruncate(fd, whole) == 0;
}

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
    bool ok = fd >= 0 && cut_last_line(fd, path);
    journal->file = ok ? fdopen(fd, "a") : NULL;
    if (!journal->file) {
        int saved = errno;
        if (fd >= 0)
            close(fd);
        errno = saved;
        return false;
    }
    return true;
}

static bool write_line(FILE *file, const char *line)
{
    return fputs(line, file) >= 0 && fflush(file) == 0;
}

// One write for each record, so that a killed run leaves at most one cut line, at the end; what a full disk took of it
// is cut off again.
static bool append_line(FILE *file, const char *line)
{
    const int fd = fileno(file);
    const off_t begin = lseek(fd, 0, SEEK_END);
    size_t length = strlen(line), written = 0;
    while (written < length) {
        ssize_t n = write(fd, line + written, length - written);
        if (n < 0 && errno != EINTR)
            break;
        written += n > 0 ? (size_t)n : 0;
    }
    if (written == length)
        return true;
    int saved = errno;
    if (begin >= 0 && written > 0 && ftruncate(fd, begin) != 0)
        errno = saved; // readers take a cut last line
    errno = saved;
    return false;
}

bool journal_write(struct journal *journal, const json_t *record)
{
    if (journal->failed)
        return false;
    char *text = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(10));
    char *line = NULL;
    bool ok = text && asprintf(&line, "%s\n", text) >= 0;
    if (ok && journal->file)
        ok = append_line(journal->file, line);
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
