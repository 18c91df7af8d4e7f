// SPDX-License-Identifier: Apache-2.0
// A worker that a server has taken over: each case is a process in the sandbox that tries one thing, and says how that
// went by its end: 0 it could, 1 it was refused, a signal.
#include "connection/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connection/sandbox_calls.h"
#include "connection/sandbox_files.h"

enum { COULD = 0, REFUSED = 1, TIGHTENED = 2 };

static char scratch[] = "/tmp/sandbox_test-XXXXXX", outside[64];
static uint16_t open_port, other_port;
static int listeners[2], abstract;
static pid_t parent;
static char reported[4096];

static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static struct sockaddr_un abstract_name(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "rdpprobe-sandbox-test-%ld", (long)parent);
    return name;
}

static int set_up(void **state)
{
    (void)state;
    parent = getpid();
    if (!mkdtemp(scratch) || !sandbox_prepare())
        return -1;
    snprintf(outside, sizeof outside, "%s-outside", scratch);
    if (mkdir(outside, 0700) != 0)
        return -1;
    listeners[0] = listen_somewhere(&open_port);
    listeners[1] = listen_somewhere(&other_port);
    const struct sockaddr_un mine = abstract_name();
    abstract = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return bind(abstract, (const struct sockaddr *)&mine, sizeof mine) == 0 && listen(abstract, 8) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    close(listeners[0]);
    close(listeners[1]);
    close(abstract);
    return rmdir(scratch) == 0 && rmdir(outside) == 0 ? 0 : -1;
}

// Has a process in the sandbox try; what it reports is in `reported`. Returns what waitpid() says of it.
static int attempt(bool (*act)(void), int tightened)
{
    int pair[2], status = 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    pid_t child = fork();
    if (child == 0) {
        char error[200];
        static struct event_sink sink;
        sink.fd = pair[1];
        const struct sandbox_needs needs = {.scratch = scratch, .ports = {open_port}, .port_count = 1, .sink = &sink};
        if (!sandbox_enter(&needs, error, sizeof error) || (tightened && !sandbox_tighten(false)))
            _exit(100);
        _exit(act() ? COULD : REFUSED);
    }
    close(pair[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    ssize_t n = recv(pair[0], reported, sizeof reported - 1, 0);
    reported[n > 0 ? n : 0] = '\0';
    close(pair[0]);
    return status;
}

static bool stopped_at(int status, const char *call)
{
    char text[64];
    snprintf(text, sizeof text, "\"%s\"", call);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS && strstr(reported, text);
}

static bool ended_with(int status, int how)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == how;
}

// ---- what it may not ----

static bool executes(void)
{
    char *const words[] = {(char[]){"/bin/true"}, NULL};
    return execv(words[0], words) == 0;
}

static bool forks(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0;
}

static bool forks_bare(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) >= 0;
}

static bool stops_parent(void)
{
    return kill(parent, SIGSTOP) == 0;
}

static bool traces_parent(void)
{
    return ptrace(PTRACE_SEIZE, parent, NULL, NULL) == 0;
}

static bool reads_parent_s_memory(void)
{
    char byte;
    struct iovec here = {&byte, 1}, there = {&parent, 1};
    return process_vm_readv(parent, &here, 1, &there, 1, 0) == 1;
}

static bool changes_its_limits(void)
{
    struct rlimit more = {1, 1};
    return prlimit(parent, RLIMIT_CPU, &more, NULL) == 0;
}

static bool connects_quickly(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(other_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&address, sizeof address) == 1;
}

static void test_calls_that_end_it(void **state)
{
    const bool relaxed = strstr(sandbox_text(), "relaxed") != NULL; // for AddressSanitizer
    (void)state;
    if (!calls_can_be_filtered())
        skip();
    if (!relaxed) {
        assert_true(stopped_at(attempt(executes, 0), "execve"));
        assert_true(stopped_at(attempt(forks, 0), "clone"));
        assert_true(stopped_at(attempt(forks_bare, 0), "clone"));
        assert_true(stopped_at(attempt(stops_parent, 0), "kill"));
        assert_true(stopped_at(attempt(traces_parent, 0), "ptrace"));
    }
    assert_true(stopped_at(attempt(reads_parent_s_memory, 0), "process_vm_readv"));
    assert_true(stopped_at(attempt(changes_its_limits, 0), "prlimit64"));
    assert_true(stopped_at(attempt(connects_quickly, 0), "sendto"));
}

static bool opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    return fd >= 0;
}

static bool writes_outside(void)
{
    char path[80];
    snprintf(path, sizeof path, "%s/file", outside);
    return opens(path, O_WRONLY | O_CREAT);
}

static bool reads_outside(void)
{
    return opens(outside, O_RDONLY | O_DIRECTORY);
}

static bool makes_directory_outside(void)
{
    char path[80];
    snprintf(path, sizeof path, "%s/directory", outside);
    return mkdir(path, 0700) == 0;
}

static bool opens_parent_s_memory(void)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/%ld/mem", (long)parent);
    return opens(path, O_RDONLY);
}

static bool opens_shadow(void)
{
    return opens("/etc/shadow", O_RDONLY);
}

static bool opens_program(void)
{
    return opens("/usr/bin/env", O_RDWR);
}

static void test_files(void **state)
{
    (void)state;
    if (!landlock_version())
        skip();
    assert_true(ended_with(attempt(writes_outside, 0), REFUSED));
    assert_true(ended_with(attempt(reads_outside, 0), REFUSED));
    assert_true(ended_with(attempt(makes_directory_outside, 0), REFUSED));
    assert_true(ended_with(attempt(opens_parent_s_memory, 0), REFUSED));
    assert_true(ended_with(attempt(opens_shadow, 0), REFUSED));
    assert_true(ended_with(attempt(opens_program, 0), REFUSED));
}

static bool connects(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
}

static bool connects_elsewhere(void)
{
    return connects(other_port);
}

static bool connects_to_target(void)
{
    return connects(open_port);
}

static bool connects_to_abstract(void)
{
    const struct sockaddr_un name = abstract_name();
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return connect(fd, (const struct sockaddr *)&name, sizeof name) == 0;
}

static bool has_multipath(void)
{
    return socket(AF_INET, SOCK_STREAM, 262) >= 0; // IPPROTO_MPTCP, which Landlock does not know
}

static bool has_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool has_datagrams(void)
{
    return socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

static void test_the_network(void **state)
{
    (void)state;
    if (landlock_version() >= 4) {
        assert_true(ended_with(attempt(connects_elsewhere, 0), REFUSED));
        assert_true(ended_with(attempt(connects_to_target, 0), COULD));
    }
    if (landlock_version() >= 6)
        assert_true(ended_with(attempt(connects_to_abstract, 0), REFUSED));
    if (!calls_can_be_filtered())
        return;
    assert_true(stopped_at(attempt(has_multipath, 0), "socket"));
    assert_true(ended_with(attempt(has_local_socket, 0), COULD)); // name services
    assert_true(ended_with(attempt(has_local_socket, TIGHTENED), REFUSED));
    assert_true(ended_with(attempt(has_datagrams, 0), COULD));
    assert_true(ended_with(attempt(has_datagrams, TIGHTENED), REFUSED));
    assert_true(ended_with(attempt(connects_to_target, TIGHTENED), COULD));
}

// ---- what it needs ----

static void *answer(void *context)
{
    return context;
}

static bool has_threads(void)
{
    pthread_t thread;
    void *result = NULL;
    return pthread_create(&thread, NULL, answer, scratch) == 0 && pthread_join(thread, &result) == 0 &&
           result == scratch;
}

static bool keeps_licences(void)
{
    char folder[64], file[80], other[80];
    snprintf(folder, sizeof folder, "%s/licenses", scratch);
    snprintf(file, sizeof file, "%s/a", folder);
    snprintf(other, sizeof other, "%s/b", folder);
    return mkdir(folder, 0700) == 0 && opens(file, O_WRONLY | O_CREAT) && rename(file, other) == 0 &&
           opens(other, O_RDWR | O_TRUNC) && unlink(other) == 0 && rmdir(folder) == 0;
}

static bool reads_what_libraries_read(void)
{
    return opens("/dev/urandom", O_RDONLY) && opens("/dev/null", O_RDWR) && opens("/etc/passwd", O_RDONLY) &&
           opens("/proc/self/status", O_RDONLY) && opens("/usr/bin/env", O_RDONLY);
}

static bool aborts(void)
{
    abort();
}

static void test_what_is_needed(void **state)
{
    (void)state;
    assert_true(ended_with(attempt(has_threads, TIGHTENED), COULD));
    assert_true(ended_with(attempt(keeps_licences, TIGHTENED), COULD));
    assert_true(ended_with(attempt(reads_what_libraries_read, TIGHTENED), COULD));
    const int status = attempt(aborts, TIGHTENED); // a crash stays what it is
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static bool has_no_capabilities(void)
{
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    bool none = false;
    while (file && fgets(line, sizeof line, file))
        none = none || strcmp(line, "CapEff:\t0000000000000000\n") == 0;
    return none;
}

static void test_no_capabilities(void **state)
{
    (void)state;
    assert_true(ended_with(attempt(has_no_capabilities, 0), COULD));
}

static void test_what_is_said(void **state)
{
    (void)state;
    assert_true((strstr(sandbox_text(), "; not on this kernel:") != NULL) ==
                (!calls_can_be_filtered() || landlock_version() < 6));
    assert_true((strstr(sandbox_text(), "(Landlock ") != NULL) == (landlock_version() > 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_calls_that_end_it), cmocka_unit_test(test_files),
                                       cmocka_unit_test(test_the_network),       cmocka_unit_test(test_what_is_needed),
                                       cmocka_unit_test(test_no_capabilities),   cmocka_unit_test(test_what_is_said)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
