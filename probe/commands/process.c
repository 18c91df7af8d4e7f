// SPDX-License-Identifier: Apache-2.0
#include "commands/process.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

// Opened the wrong way round, so that what is written is an error and not lost without a word.
static bool open_missing(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    }
    return true;
}

static void wipe_and_free(void *memory)
{
    if (memory)
        explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

bool process_begin(void)
{
    const struct rlimit none = {0, 0};
    if (!open_missing())
        return false;
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ // LeakSanitizer attaches to this process when it ends
    prctl(PR_SET_DUMPABLE, 0);
#endif
    // Requests to workers are JSON, with passwords in them.
    json_set_alloc_funcs(malloc, wipe_and_free);
    return true;
}
