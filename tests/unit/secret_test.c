// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/secret.h"

static char path[64];

static int make_file(void **state)
{
    (void)state;
    strcpy(path, "/tmp/secret-test-XXXXXX");
    int fd = mkstemp(path);
    return fd >= 0 && close(fd) == 0 ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static bool read_back(const char *content, size_t length, char **secret, const char **warning)
{
    char error[200];
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, length, file), length);
    fclose(file);
    return secret_read(path, SECRET_NOT_STASHED, secret, warning, error, sizeof error);
}

static void strips_one_newline(void **state)
{
    static const char *const rows[][2] = {{"pass", "pass"},
                                          {"pass\n", "pass"},
                                          {"pass\r\n", "pass"},
                                          {"pass\n\n", "pass\n"},
                                          {" p w ", " p w "},
                                          {"", ""},
                                          {"p\xc3\xa4ss\n", "p\xc3\xa4ss"}};
    char *secret;
    const char *warning;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(read_back(rows[i][0], strlen(rows[i][0]), &secret, &warning));
        assert_string_equal(secret, rows[i][1]);
        assert_null(warning);
        secret_wipe(secret);
    }
}

static void warns_of_a_file_for_every_user(void **state)
{
    char *secret;
    const char *warning;
    (void)state;
    assert_int_equal(chmod(path, 0644), 0);
    assert_true(read_back("pass", 4, &secret, &warning));
    assert_non_null(strstr(warning, "every user"));
    secret_wipe(secret);
}

static void refuses_what_is_no_text(void **state)
{
    char *secret, error[200];
    const char *warning;
    (void)state;
    assert_false(read_back("pa\0ss", 5, &secret, &warning));
    char *huge = calloc(1, 70000);
    memset(huge, 'x', 70000);
    assert_false(read_back(huge, 70000, &secret, &warning));
    free(huge);
    assert_false(secret_read("/nonexistent/file", SECRET_NOT_STASHED, &secret, &warning, error, sizeof error));
    assert_string_equal(error, "/nonexistent/file cannot be opened: No such file or directory");
}

static void takes_and_removes_the_variable(void **state)
{
    char *secret, error[200];
    const char *warning;
    int stash;
    (void)state;
    setenv("RDPPROBE_TEST_SECRET", "pass\n", 1);
    const char *there = getenv("RDPPROBE_TEST_SECRET");
    assert_true(secret_stash("RDPPROBE_TEST_SECRET", &stash, error, sizeof error));
    assert_null(getenv("RDPPROBE_TEST_SECRET"));
    assert_int_equal(there[0], '\0');
    assert_true(secret_read(NULL, stash, &secret, &warning, error, sizeof error));
    assert_string_equal(secret, "pass\n"); // a variable has no newline but its own
    secret_wipe(secret);

    assert_true(secret_stash("RDPPROBE_TEST_SECRET", &stash, error, sizeof error));
    assert_int_equal(stash, SECRET_NOT_STASHED);
    assert_true(secret_read(NULL, stash, &secret, &warning, error, sizeof error));
    assert_null(secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(strips_one_newline, make_file, remove_file),
        cmocka_unit_test_setup_teardown(warns_of_a_file_for_every_user, make_file, remove_file),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_text, make_file, remove_file),
        cmocka_unit_test(takes_and_removes_the_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
