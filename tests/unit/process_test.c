// SPDX-License-Identifier: Apache-2.0
#include "commands/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs check in a child, and tells whether it was content.
static bool holds_in_child(bool (*check)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(check() ? 0 : 1);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool closes_itself(void)
{
    struct rlimit core;
    if (!process_begin() || getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0)
        return false;
#ifdef __SANITIZE_ADDRESS__
    return true;
#else
    return prctl(PR_GET_DUMPABLE) == 0;
#endif
}

static bool fills_gaps(void)
{
    char byte = 0;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        close(fd);
    return process_begin() && open("/dev/null", O_RDONLY) > STDERR_FILENO && write(STDOUT_FILENO, &byte, 1) < 0 &&
           errno == EBADF && read(STDIN_FILENO, &byte, 1) < 0 && errno == EBADF;
}

static bool leaves_others(void)
{
    int ends[2];
    char byte = 0;
    if (pipe(ends) != 0 || dup2(ends[1], STDOUT_FILENO) < 0)
        return false;
    return process_begin() && write(STDOUT_FILENO, "x", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'x';
}

static void test_closed_to_others(void **state)
{
    (void)state;
    assert_true(holds_in_child(closes_itself));
}

static void test_missing_descriptors(void **state)
{
    (void)state;
    assert_true(holds_in_child(fills_gaps));
    assert_true(holds_in_child(leaves_others));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_closed_to_others),
                                       cmocka_unit_test(test_missing_descriptors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
