// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int output = -1;

int record_open(void)
{
    output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (output < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        return -1;
    }
    return output;
}

bool record_write(json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(object);
    if (!line) {
        return false;
    }
    size_t length = strlen(line);
    line[length++] = '\n'; // in the place of the terminating zero: the line goes out in one write
    size_t done = 0;
    while (done < length) {
        ssize_t written = write(output, line + done, length - done);
        if (written < 0 && errno != EINTR) {
            break;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    free(line);
    return done == length;
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
