// SPDX-License-Identifier: Apache-2.0
#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool open_direct(struct output *output)
{
    output->file = fopen(output->path, "we");
    return output->file != NULL;
}

static bool open_temporary(struct output *output)
{
    const char *slash = strrchr(output->path, '/');
    int folder = slash ? (int)(slash - output->path) + 1 : 0;
    if (asprintf(&output->temporary, "%.*s.%s.XXXXXX", folder, output->path, output->path + folder) < 0) {
        output->temporary = NULL;
        return false;
    }
    int fd = mkostemp(output->temporary, O_CLOEXEC);
    if (fd >= 0) {
        mode_t mask = umask(0);
        umask(mask);
        output->file = fchmod(fd, 0666 & ~mask) == 0 ? fdopen(fd, "w") : NULL;
        if (output->file)
            return true;
        int saved = errno;
        unlink(output->temporary);
        close(fd);
        errno = saved;
    }
    free(output->temporary);
    output->temporary = NULL;
    return false;
}

bool output_open(struct output *output, const char *path)
{
    struct stat status;
    *output = (struct output){0};
    if (!path || strcmp(path, "-") == 0) {
        output->file = stdout;
        return true;
    }
    bool exists = stat(path, &status) == 0;
    output->path = exists ? realpath(path, NULL) : strdup(path);
    if (!output->path)
        return false;
    bool ok = exists && !S_ISREG(status.st_mode) ? open_direct(output) : open_temporary(output);
    if (!ok) {
        int saved = errno;
        free(output->path);
        *output = (struct output){0};
        errno = saved;
    }
    return ok;
}

bool output_close(struct output *output, bool keep)
{
    bool ok = fflush(output->file) == 0 && !ferror(output->file);
    if (ok && output->temporary && keep)
        ok = fsync(fileno(output->file)) == 0;
    int saved = errno;
    if (output->path && fclose(output->file) != 0 && ok) {
        saved = errno;
        ok = false;
    }
    if (output->temporary) {
        if (ok && keep && rename(output->temporary, output->path) != 0) {
            saved = errno;
            ok = false;
        }
        if (!ok || !keep)
            unlink(output->temporary);
    }
    free(output->temporary);
    free(output->path);
    *output = (struct output){0};
    errno = saved;
    return ok;
}

FILE *output_spool(void)
{
    const char *folder = getenv("TMPDIR");
    char *name = NULL;
    if (asprintf(&name, "%s/rdpprobe-report.XXXXXX", folder && folder[0] ? folder : "/tmp") < 0)
        return NULL;
    int fd = mkostemp(name, O_CLOEXEC);
    FILE *file = NULL;
    if (fd >= 0) {
        unlink(name);
        file = fdopen(fd, "w+");
        if (!file)
            close(fd);
    }
    int saved = errno;
    free(name);
    errno = saved;
    return file;
}

bool output_copy(FILE *spool, FILE *file)
{
    char buffer[65536];
    size_t length;
    if (fflush(spool) != 0 || ferror(spool) || fseeko(spool, 0, SEEK_SET) != 0)
        return false;
    while ((length = fread(buffer, 1, sizeof buffer, spool)) > 0) {
        if (fwrite(buffer, 1, length, file) != length)
            return false;
    }
    return !ferror(spool);
}
