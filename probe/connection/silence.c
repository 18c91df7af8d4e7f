// SPDX-License-Identifier: Apache-2.0
#include "connection/silence.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

enum { AHEAD_MS = 250, AHEAD_PART = 8 }; // before the deadline: 250 ms, or an eighth of it where that is less

double silence_due(const struct silence *silence)
{
    double deadline = silence->deadline_ms, ahead = deadline / AHEAD_PART;
    return silence->progress->sink->start + deadline - (ahead < AHEAD_MS ? ahead : AHEAD_MS);
}

static void arm(struct silence *silence)
{
    long long ns = (long long)(silence_due(silence) * 1e6);
    const struct itimerspec at = {.it_value = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000}};
    timer_settime(silence->timer, TIMER_ABSTIME, &at, NULL);
}

// A signal handler: nothing here allocates or locks.
static void on_timer(int number, siginfo_t *info, void *context)
{
    struct silence *silence = info->si_value.sival_ptr;
    struct tcp_info tcp;
    socklen_t size = sizeof tcp;
    (void)number, (void)context;

    if (event_clock() + 1 < silence_due(silence)) // the trial's clock stood still meanwhile
        arm(silence);
    else if (!silence->progress->over && *silence->fd >= 0 &&
             getsockopt(*silence->fd, IPPROTO_TCP, TCP_INFO, &tcp, &size) == 0)
        event_number_now(silence->progress->sink, FACT_END_SILENCE, tcp.tcpi_last_data_recv);
}

void silence_watch(struct silence *silence)
{
    struct sigaction action = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value = {.sival_ptr = silence}};

    if (sigaction(SIGUSR1, &action, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &silence->timer) == 0)
        arm(silence);
}
