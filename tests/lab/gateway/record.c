// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include "buffer.h"
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAITING_MAX = 16 * 1024 * 1024 };

// A process has one standard output.
static int output = -1;
static struct buffer waiting;

int record_open(void)
{
    output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (output < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        return -1;
    }
    return output;
}

bool record_waiting(void)
{
    return waiting.length > 0;
}

bool record_flush(int milliseconds)
{
    int64_t end = channel_now() + milliseconds;
    while (waiting.length > 0) {
        struct pollfd polled = {output, POLLOUT, 0};
        int64_t left = end - channel_now();
        if (poll(&polled, 1, left > 0 ? (int)left : 0) <= 0) {
            return true;
        }
        // A pipe that is writable takes PIPE_BUF bytes without blocking.
        size_t length = waiting.length < PIPE_BUF ? waiting.length : PIPE_BUF;
        ssize_t written = write(output, buffer_bytes(&waiting), length);
        if (written < 0 && errno != EINTR && errno != EAGAIN) {
            buffer_clear(&waiting);
            return false;
        }
        buffer_consume(&waiting, written > 0 ? (size_t)written : 0);
    }
    return true;
}

bool record_write(json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(object);
    if (!line || waiting.length > WAITING_MAX) {
        free(line);
        return false;
    }
    buffer_append(&waiting, line, strlen(line));
    buffer_append(&waiting, "\n", 1);
    free(line);
    return record_flush(0);
}

json_t *record_text(const char *text)
{
    if (!text) {
        return json_null();
    }
    json_t *string = json_string(text);
    if (string) {
        return string;
    }
    size_t length = strlen(text);
    char *safe = malloc(3 * length + 1);
    if (!safe) {
        return json_null();
    }
    char *end = safe;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < 0x80) {
            *end++ = text[i];
        } else {
            memcpy(end, "\xEF\xBF\xBD", 3);
            end += 3;
        }
    }
    *end = '\0';
    string = json_string(safe);
    free(safe);
    return string ? string : json_null();
}
