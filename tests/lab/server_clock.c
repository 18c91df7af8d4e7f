// SPDX-License-Identifier: Apache-2.0
#include "server_clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SECOND = 1000000000 };

static _Thread_local int64_t skew;

void server_clock_skew(int64_t nanoseconds)
{
    skew = nanoseconds;
}

// Takes the place of the C library's for the whole program, WinPR included: the only place where its time can be had
// before it signs it.
int clock_gettime(clockid_t id, struct timespec *time)
{
    const int result = (int)syscall(SYS_clock_gettime, id, time);
    if (result == 0 && id == CLOCK_REALTIME && skew) {
        const int64_t shifted = (int64_t)time->tv_sec * SECOND + time->tv_nsec + skew;
        time->tv_sec = shifted / SECOND;
        time->tv_nsec = shifted % SECOND;
    }
    return result;
}
