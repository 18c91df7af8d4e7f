// SPDX-License-Identifier: Apache-2.0
#include "runner/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { LAST_SECONDS = 1 }; // seconds that a second signal leaves for an orderly end

static volatile sig_atomic_t seen, times, group;
static int descriptor = -1;

// The orderly end did not come: whatever this process waits for, it ends now, as by the signal.
static void on_alarm(int number)
{
    (void)number;
    signal(seen, SIG_DFL);
    raise(seen);
}

static void on_interrupt(int number)
{
    const uint64_t one = 1;
    int saved = errno;
    seen = number;
    if (times < 2)
        times++;
    // Also a group that is stopped or hangs. Its end is seen as the zygote's, so the run comes to its own.
    if (times == 2 && group > 0)
        kill(-group, SIGKILL);
    if (times == 2)
        alarm(LAST_SECONDS);
    times += times == 2;
    if (descriptor >= 0 && write(descriptor, &one, sizeof one) < 0)
        seen = number; // looked at now and then, too
    errno = saved;
}

// What was started to survive its terminal (nohup) does.
static void catch_unless_ignored(int number, const struct sigaction *action)
{
    struct sigaction before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, action, NULL);
}

void interrupt_catch(void)
{
    const struct sigaction action = {.sa_handler = on_interrupt};
    if (descriptor < 0)
        descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    catch_unless_ignored(SIGHUP, &action);
    signal(SIGALRM, on_alarm);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void interrupt_kills(pid_t process_group)
{
    group = process_group;
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
