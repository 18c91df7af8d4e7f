// SPDX-License-Identifier: Apache-2.0
#include "runner/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "connection/sandbox.h"
#include "connection/worker.h"
#include "runner/scratch.h"

enum {
    SENTENCE = 240,
    WARM_UP_MS = 20000, // it takes a tenth of a second
    FAREWELL_MS = 1000,
    RESUMED_CONTROL = STDERR_FILENO + 1 // where a zygote that is executed anew has its socket
};

const char ZYGOTE_WORD[] = "--zygote";

// Over a SOCK_SEQPACKET pair: one message a packet. With a descriptor it is about a new worker; without, deadline_ms is
// added to that of one that is there.
struct order {
    uint32_t id;
    uint32_t deadline_ms;
};

struct greeting {
    bool ready;
    char error[SENTENCE];
};

struct zygote {
    int control;
    pid_t pid;
};

// ---- in the zygote ----

struct worker {
    pid_t pid;
    uint32_t id;
    double deadline; // CLOCK_MONOTONIC milliseconds
    bool killed;
};

struct supervisor {
    int control;
    int children; // signalfd of SIGCHLD
    struct worker *workers;
    size_t count, capacity;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void become_worker(struct supervisor *supervisor, int fd)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    close(supervisor->control);
    close(supervisor->children);
    worker_run(fd);
}

static bool receive_order(int control, struct order *order, int *fd)
{
    char ancillary[CMSG_SPACE(sizeof(int))];
    struct iovec part = {.iov_base = order, .iov_len = sizeof *order};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = ancillary, .msg_controllen = sizeof ancillary};

    if (recvmsg(control, &message, MSG_CMSG_CLOEXEC) != sizeof *order)
        return false;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *fd = -1;
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(header), sizeof *fd);
    return true;
}

static void prolong(struct supervisor *supervisor, const struct order *order)
{
    for (size_t i = 0; i < supervisor->count; i++) {
        struct worker *worker = &supervisor->workers[i];
        if (worker->id == order->id)
            worker->deadline += order->deadline_ms;
    }
}

static void spawn(struct supervisor *supervisor, const struct order *order, int fd)
{
    if (supervisor->count == supervisor->capacity) {
        size_t capacity = supervisor->capacity ? supervisor->capacity * 2 : 16;
        struct worker *workers = realloc(supervisor->workers, capacity * sizeof *workers);
        if (workers) {
            supervisor->workers = workers;
            supervisor->capacity = capacity;
        }
    }
    pid_t pid = supervisor->count < supervisor->capacity ? fork() : -1;
    if (pid == 0)
        become_worker(supervisor, fd);
    close(fd);
    if (pid < 0) {
        // The runner sees the socket close without an outcome, and this end.
        struct worker_end end = {.id = order->id, .status = 1 << 8};
        send(supervisor->control, &end, sizeof end, MSG_NOSIGNAL);
        return;
    }
    supervisor->workers[supervisor->count++] =
        (struct worker){.pid = pid, .id = order->id, .deadline = now() + order->deadline_ms};
}

static double milliseconds(const struct timeval *time)
{
    return (double)time->tv_sec * 1e3 + (double)time->tv_usec / 1e3;
}

static void reap(struct supervisor *supervisor)
{
    struct signalfd_siginfo ignored;
    struct rusage usage;
    int status;
    pid_t pid;

    while (read(supervisor->children, &ignored, sizeof ignored) > 0)
        ;
    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        for (size_t i = 0; i < supervisor->count; i++) {
            struct worker *worker = &supervisor->workers[i];
            if (worker->pid != pid)
                continue;
            struct worker_end end = {.id = worker->id,
                                     .status = status,
                                     .killed = worker->killed,
                                     .peak_kib = (uint64_t)usage.ru_maxrss,
                                     .cpu_ms = milliseconds(&usage.ru_utime) + milliseconds(&usage.ru_stime)};
            *worker = supervisor->workers[--supervisor->count];
            send(supervisor->control, &end, sizeof end, MSG_NOSIGNAL);
            break;
        }
    }
}

// Kills who is overdue; returns milliseconds until the next deadline, -1 if there is none.
static int enforce_deadlines(struct supervisor *supervisor)
{
    double t = now(), next = -1;
    for (size_t i = 0; i < supervisor->count; i++) {
        struct worker *worker = &supervisor->workers[i];
        if (worker->killed)
            continue;
        if (worker->deadline <= t) {
            worker->killed = true;
            kill(worker->pid, SIGKILL);
        } else if (next < 0 || worker->deadline - t < next) {
            next = worker->deadline - t;
        }
    }
    return next < 0 ? -1 : (int)next + 1;
}

static void supervise(struct supervisor *supervisor)
{
    struct order order;
    int fd;

    for (;;) {
        struct pollfd wait[2] = {{.fd = supervisor->control, .events = POLLIN},
                                 {.fd = supervisor->children, .events = POLLIN}};
        if (poll(wait, 2, enforce_deadlines(supervisor)) < 0 && errno != EINTR)
            return;
        if (wait[1].revents)
            reap(supervisor);
        if (wait[0].revents) {
            if (!receive_order(supervisor->control, &order, &fd))
                return;
            if (fd < 0)
                prolong(supervisor, &order);
            else
                spawn(supervisor, &order, fd);
        }
    }
}

static void silence(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
}

static bool warm_up(char *error, size_t size)
{
    if (!worker_warm_up(error, size))
        return false;
    bool ok = sandbox_prepare();
    if (!ok)
        snprintf(error, size, "the sandbox of trials cannot be made (libseccomp)");
    return ok;
}

static _Noreturn void zygote_main(int control, const char *scratch)
{
    struct greeting greeting = {.ready = false};
    struct supervisor supervisor = {.control = control};
    sigset_t child;

    // Journals, pipes with secrets: nothing of the parent's is left open to a worker.
    if (control > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, (unsigned)control - 1, 0);
    close_range((unsigned)control + 1, ~0U, 0);
    setsid();
    // A parent that is killed while this process is stopped: it goes on, and ends.
    prctl(PR_SET_PDEATHSIG, SIGCONT);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    silence();
    prctl(PR_SET_NAME, "rdpprobe-zygote");
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    supervisor.children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);

    greeting.ready = supervisor.children >= 0 && warm_up(greeting.error, sizeof greeting.error);
    if (send(control, &greeting, sizeof greeting, MSG_NOSIGNAL) == sizeof greeting && greeting.ready)
        supervise(&supervisor);
    for (size_t i = 0; i < supervisor.count; i++)
        kill(supervisor.workers[i].pid, SIGKILL);
    while (supervisor.count && waitpid(-1, NULL, 0) > 0)
        supervisor.count--;
    scratch_remove(scratch);
    _exit(0);
}

// ---- in the runner ----

_Noreturn void zygote_resume(const char *scratch, bool sandbox)
{
    if (!sandbox)
        sandbox_disable();
    zygote_main(RESUMED_CONTROL, scratch);
}

static _Noreturn void execute_afresh(int control, const char *scratch)
{
    char program[] = "rdpprobe", word[sizeof ZYGOTE_WORD];
    char *const arguments[] = {program, strcpy(word, ZYGOTE_WORD), (char *)(uintptr_t)scratch,
                               sandbox_disabled() ? program : NULL, NULL};
    // dup2() leaves the close-on-exec flag where both are the same.
    if (control == RESUMED_CONTROL ? fcntl(control, F_SETFD, 0) == 0 : dup2(control, RESUMED_CONTROL) >= 0) {
        close_range(RESUMED_CONTROL + 1, ~0U, 0);
        execv("/proc/self/exe", arguments);
    }
    _exit(1);
}

static bool receive_greeting(int control, struct greeting *greeting)
{
    struct pollfd wait = {.fd = control, .events = POLLIN};
    int n;
    do
        n = poll(&wait, 1, WARM_UP_MS);
    while (n < 0 && errno == EINTR);
    return n > 0 && recv(control, greeting, sizeof *greeting, 0) == sizeof *greeting;
}

struct zygote *zygote_start(const char *scratch, bool afresh, char *error, size_t size)
{
    struct zygote *zygote = calloc(1, sizeof *zygote);
    struct greeting greeting;
    int pair[2];

    if (!zygote || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        snprintf(error, size, "no process for trials can be made: %s", strerror(errno));
        free(zygote);
        return NULL;
    }
    zygote->pid = fork();
    if (zygote->pid == 0) {
        close(pair[0]);
        if (afresh)
            execute_afresh(pair[1], scratch);
        zygote_main(pair[1], scratch);
    }
    close(pair[1]);
    zygote->control = pair[0];
    if (zygote->pid < 0) {
        snprintf(error, size, "no process for trials can be made: %s", strerror(errno));
    } else if (!receive_greeting(zygote->control, &greeting)) {
        snprintf(error, size, "the process for trials died while FreeRDP was initialised");
    } else if (!greeting.ready) {
        snprintf(error, size, "%.*s", SENTENCE - 1, greeting.error);
    } else {
        return zygote;
    }
    zygote_destroy(zygote);
    return NULL;
}

int zygote_spawn(struct zygote *zygote, uint32_t id, unsigned deadline_ms)
{
    struct order order = {.id = id, .deadline_ms = deadline_ms};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } ancillary = {0};
    struct iovec part = {.iov_base = &order, .iov_len = sizeof order};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = ancillary.bytes, .msg_controllen = sizeof ancillary.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &pair[1], sizeof(int));
    // Were this to block while the zygote reports more ends than its queue holds, both would wait for ever.
    ssize_t sent = sendmsg(zygote->control, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    int saved = errno;
    close(pair[1]);
    if (sent != sizeof order) {
        close(pair[0]);
        errno = saved;
        return -1;
    }
    return pair[0];
}

void zygote_prolong(struct zygote *zygote, uint32_t id, unsigned ms)
{
    struct order order = {.id = id, .deadline_ms = ms};
    send(zygote->control, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
}

pid_t zygote_group(const struct zygote *zygote)
{
    return zygote->pid; // it leads its session
}

int zygote_descriptor(const struct zygote *zygote)
{
    return zygote->control;
}

bool zygote_take_end(struct zygote *zygote, struct worker_end *end)
{
    ssize_t n;
    do
        n = recv(zygote->control, end, sizeof *end, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        errno = EPIPE;
    return n == sizeof *end;
}

static void wait_for_end(struct zygote *zygote)
{
    while (zygote->pid > 0 && waitpid(zygote->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    free(zygote);
}

void zygote_stop(struct zygote *zygote)
{
    if (!zygote)
        return;
    close(zygote->control);
    int process = (int)syscall(SYS_pidfd_open, zygote->pid, 0);
    struct pollfd ended = {.fd = process, .events = POLLIN};
    if (process >= 0 && poll(&ended, 1, FAREWELL_MS) <= 0)
        kill(-zygote->pid, SIGKILL);
    if (process >= 0)
        close(process);
    wait_for_end(zygote);
}

void zygote_destroy(struct zygote *zygote)
{
    if (!zygote)
        return;
    close(zygote->control);
    if (zygote->pid > 0) {
        kill(-zygote->pid, SIGKILL);
        kill(zygote->pid, SIGKILL); // before it has its group
    }
    wait_for_end(zygote);
}
