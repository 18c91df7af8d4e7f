// SPDX-License-Identifier: Apache-2.0
#include "runner/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t seen;
static int descriptor = -1;

static void on_interrupt(int number)
{
    const uint64_t one = 1;
    int saved = errno;
    seen = number;
    if (descriptor >= 0 && write(descriptor, &one, sizeof one) < 0)
        seen = number; // looked at now and then, too
    errno = saved;
}

void interrupt_catch(void)
{
    // The handler resets itself, so that a second signal ends the program at once.
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    if (descriptor < 0)
        descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

bool interrupt_seen(void)
{
    return seen;
}

int interrupt_signal(void)
{
    return seen;
}

int interrupt_descriptor(void)
{
    return descriptor;
}
