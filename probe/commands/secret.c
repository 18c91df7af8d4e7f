// SPDX-License-Identifier: Apache-2.0
#include "commands/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Gateway access tokens are a few kilobytes; this is no limit that a real secret meets.
enum { SECRET_MAX = 64 * 1024 };

void secret_wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

bool secret_stash(const char *variable, int *stash, char *error, size_t size)
{
    char *value = getenv(variable);
    int ends[2];
    *stash = SECRET_NOT_STASHED;
    if (!value)
        return true;
    size_t length = strlen(value);
    // A pipe holds 64 KiB; it does not block, so that a longer value fails instead of waiting for a reader.
    bool ok = pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0;
    if (ok) {
        ok = write(ends[1], value, length) == (ssize_t)length;
        close(ends[1]);
        if (ok)
            *stash = ends[0];
        else
            close(ends[0]);
    }
    if (!ok)
        snprintf(error, size, "the value of %s cannot be taken: %s", variable, strerror(errno));
    explicit_bzero(value, length);
    unsetenv(variable);
    return ok;
}

// Refuses what could not be a secret's text and, for a file, takes one newline off its end.
static bool finish(const char *file, char *text, size_t length, bool newline, char *error, size_t size)
{
    if (length > SECRET_MAX) {
        snprintf(error, size, "%s is too long for a secret", file);
        return false;
    }
    if (memchr(text, '\0', length)) {
        snprintf(error, size, "%s holds a NUL character, so it is no text", file);
        return false;
    }
    if (newline && length > 0 && text[length - 1] == '\n') {
        length--;
        if (length > 0 && text[length - 1] == '\r')
            length--;
    }
    text[length] = '\0';
    return true;
}

static bool from_descriptor(int fd, const char *file, bool newline, char **secret, char *error, size_t size)
{
    char *text = calloc(1, SECRET_MAX + 2);
    size_t length = 0;
    ssize_t n = 1;
    while (text && length <= SECRET_MAX && n != 0) {
        n = read(fd, text + length, SECRET_MAX + 1 - length);
        if (n < 0 && errno != EINTR)
            break;
        length += n > 0 ? (size_t)n : 0;
    }
    bool ok = false;
    if (!text)
        snprintf(error, size, "memory is out");
    else if (n < 0)
        snprintf(error, size, "%s cannot be read: %s", file, strerror(errno));
    else
        ok = finish(file, text, length, newline, error, size);
    if (ok)
        ok = (*secret = strdup(text)) != NULL;
    if (text)
        explicit_bzero(text, SECRET_MAX + 2);
    free(text);
    return ok;
}

static bool from_file(const char *file, char **secret, const char **warning, char *error, size_t size)
{
    struct stat status;
    if (strcmp(file, "-") == 0)
        return from_descriptor(STDIN_FILENO, "standard input", true, secret, error, size);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        snprintf(error, size, "%s cannot be opened: %s", file, strerror(errno));
        return false;
    }
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_mode & S_IROTH)
        *warning = "can be read by every user of this machine: chmod 600 it";
    bool ok = from_descriptor(fd, file, true, secret, error, size);
    close(fd);
    return ok;
}

bool secret_read(const char *file, int stash, char **secret, const char **warning, char *error, size_t size)
{
    bool ok = true;
    *secret = NULL;
    *warning = NULL;
    if (file)
        ok = from_file(file, secret, warning, error, size);
    else if (stash != SECRET_NOT_STASHED)
        ok = from_descriptor(stash, "the environment variable", false, secret, error, size);
    if (stash != SECRET_NOT_STASHED)
        close(stash);
    return ok;
}
